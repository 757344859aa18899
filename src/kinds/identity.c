/*-------------------------------------------------------------------------
 *
 * identity.c
 *	  Identity columns, and their sequences.
 *
 * The sequence is part of the column: it comes and goes with it, and has its
 * attributes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_sequence.h"
#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/identity.h"
#include "kinds/table.h"

/* What GENERATED ... AS IDENTITY says, or NULL */
const char *
sm_identity_words(char identity)
{
	switch (identity)
	{
		case ATTRIBUTE_IDENTITY_ALWAYS:
			return "ALWAYS";
		case ATTRIBUTE_IDENTITY_BY_DEFAULT:
			return "BY DEFAULT";
		default:
			return NULL;
	}
}

static const char *
int64_text(const SmSnapshot *snapshot, int64 value)
{
	return sm_snapshot_text(snapshot, psprintf(INT64_FORMAT, value));
}

/* Takes the sequence, which dependencies lead to, of an identity column */
void
sm_identity_aliased(SmSnapshot *snapshot, SmObject *column, SmAddress alias)
{
	HeapTuple tuple = SearchSysCache1(SEQRELID, ObjectIdGetDatum(alias.objid));
	char table_persistence = get_rel_persistence(column->address.objid);
	Form_pg_sequence form;

	if (!HeapTupleIsValid(tuple))
		sm_snapshot_outdated();
	form = (Form_pg_sequence) GETSTRUCT(tuple);
	column->attr[SM_IDENTITY_SEQUENCE] =
		sm_snapshot_text(snapshot, sm_name_of_relation(alias.objid));
	if (get_rel_persistence(alias.objid) != table_persistence)
		column->attr[SM_IDENTITY_PERSISTENCE] =
			table_persistence == RELPERSISTENCE_UNLOGGED ? "LOGGED"
														 : "UNLOGGED";
	column->attr[SM_IDENTITY_START] = int64_text(snapshot, form->seqstart);
	column->attr[SM_IDENTITY_INCREMENT] =
		int64_text(snapshot, form->seqincrement);
	column->attr[SM_IDENTITY_MIN] = int64_text(snapshot, form->seqmin);
	column->attr[SM_IDENTITY_MAX] = int64_text(snapshot, form->seqmax);
	if (form->seqcache != 1)
		column->attr[SM_IDENTITY_CACHE] = int64_text(snapshot, form->seqcache);
	column->attr[SM_IDENTITY_CYCLE] = form->seqcycle ? "t" : NULL;
	ReleaseSysCache(tuple);
}

/*
 * Is it added to a column that the table's children are to have, too?  These
 * have no identity, so the server does not add both at once.
 */
static bool
comes_later(const SmObject *column)
{
	return !sm_delta_creates(column->parent) && sm_delta_creates(column) &&
		   !sm_table_is_partitioned(column->parent) &&
		   sm_table_child_columns(column) != NIL;
}

/* What the sequence is to be like, as it stands in CREATE SEQUENCE, too */
static char *
options(const SmObject *column)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s",
					 sm_attr(column, SM_IDENTITY_START),
					 sm_attr(column, SM_IDENTITY_INCREMENT),
					 sm_attr(column, SM_IDENTITY_MIN),
					 sm_attr(column, SM_IDENTITY_MAX));
	if (sm_attr(column, SM_IDENTITY_CACHE))
		appendStringInfo(&sql, " CACHE %s", sm_attr(column, SM_IDENTITY_CACHE));
	if (sm_attr_true(column, SM_IDENTITY_CYCLE))
		appendStringInfoString(&sql, " CYCLE");
	return sql.data;
}

static char *
clause(const SmObject *column)
{
	return psprintf(" GENERATED %s AS IDENTITY (SEQUENCE NAME %s %s)",
					sm_attr(column, SM_IDENTITY),
					sm_attr(column, SM_IDENTITY_SEQUENCE), options(column));
}

/* What stands in the definition of the column; an empty text if nothing does */
char *
sm_identity_clause(const SmObject *column)
{
	return sm_attr(column, SM_IDENTITY) && !comes_later(column) ? clause(column)
																: "";
}

/* The sequence of an identity column, or NULL */
const char *
sm_column_sequence(const SmObject *column)
{
	return sm_attr(column, SM_IDENTITY) ? sm_attr(column, SM_IDENTITY_SEQUENCE)
										: NULL;
}

/*
 * What the sequence of the column is called while another one takes its place,
 * and goes on where it stands
 */
char *
sm_column_sequence_aside(const SmObject *column)
{
	return makeObjectName(column->parent->name, column->name, "schemamig_old");
}

/* The sequence that the identity of the column, of the new state, replaces */
static const SmObject *
replaced_sequence(const SmObject *from)
{
	for (int i = 0; i < from->owned.n; i++)
		if (sm_sequence_becomes_identity(from->owned.item[i]))
			return from->owned.item[i];
	if (from->namesake && sm_sequence_becomes_identity(from->namesake))
		return from->namesake;
	return NULL;
}

/* If nothing is said, the sequence is as the table is */
static void
set_persistence(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	const char *usual =
		sm_table_is_unlogged(to->parent) ? "UNLOGGED" : "LOGGED";

	sm_delta_statement(delta, to, phase, "ALTER SEQUENCE %s SET %s",
					   sm_attr(to, SM_IDENTITY_SEQUENCE),
					   sm_text_or(sm_attr(to, SM_IDENTITY_PERSISTENCE), usual));
}

/* What cannot stand in the clause, when the column has it */
void
sm_identity_created(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	if (sm_attr(to, SM_IDENTITY) && comes_later(to))
		sm_delta_alter_table(delta, to, phase, sm_table_only(to->parent),
							 "ALTER COLUMN %s ADD%s",
							 quote_identifier(to->name), clause(to));
	if (sm_attr(to, SM_IDENTITY_PERSISTENCE))
		set_persistence(delta, to, phase);
}

/*
 * Can the rows that are there get their numbers before the column becomes an
 * identity?  Until then there is no sequence of its name, for others to use.
 */
bool
sm_identity_can_wait(const SmObject *column)
{
	if (sm_attr(column, SM_IDENTITY) == NULL || comes_later(column))
		return false;
	for (int i = 0; i < column->users.n; i++)
		if (column->users.item[i]->kind == &sm_kind_default)
			return false;
	return true;
}

/* The sequence that numbers rows until the identity has its own */
static const char *
early_sequence(const SmObject *column)
{
	return quote_qualified_identifier(column->schema,
									  makeObjectName(column->parent->name,
													 column->name,
													 "schemamig_new"));
}

/* What gives a row its number until then */
char *
sm_identity_early_value(const SmObject *column)
{
	return psprintf("nextval(%s)", quote_literal_cstr(early_sequence(column)));
}

/*
 * Makes the sequence for that.  Whoever may add rows needs no right to use the
 * sequence of an identity, but that of a default he does.
 */
void
sm_identity_begin(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	const char *sequence = early_sequence(to);

	sm_delta_statement(delta, to, phase, "CREATE SEQUENCE %s AS %s %s",
					   sequence, sm_column_type(to), options(to));
	sm_delta_statement(delta, to, phase, "GRANT USAGE ON SEQUENCE %s TO PUBLIC",
					   sequence);
}

/*
 * Has the column, in which all rows have numbers, become an identity that goes
 * on with the next one.
 */
void
sm_identity_end(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	const char *table = to->parent->identity;
	const char *name = quote_identifier(to->name);

	sm_delta_alter_table(delta, to, phase, table,
						 "ALTER COLUMN %s DROP DEFAULT", name);
	sm_delta_alter_table(delta, to, phase, table, "ALTER COLUMN %s ADD%s", name,
						 clause(to));
	sm_delta_statement(delta, to, phase,
					   "SELECT setval(%s, last_value, is_called) FROM %s",
					   quote_literal_cstr(sm_attr(to, SM_IDENTITY_SEQUENCE)),
					   early_sequence(to));
	sm_delta_statement(delta, to, phase, "DROP SEQUENCE %s",
					   early_sequence(to));
	sm_identity_created(delta, to, phase);
}

static void
add_identity(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	const SmObject *old = replaced_sequence(from);
	char *aside = sm_column_sequence_aside(to);

	if (old)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER SEQUENCE %s RENAME TO %s", old->identity,
						   quote_identifier(aside));
	sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
						 "ALTER COLUMN %s ADD%s", quote_identifier(to->name),
						 clause(to));
	if (old)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "SELECT setval(%s, last_value, is_called) FROM %s",
						   quote_literal_cstr(
							   sm_attr(to, SM_IDENTITY_SEQUENCE)),
						   quote_qualified_identifier(to->schema, aside));
	else
		sm_delta_hazard(delta, to, SM_PHASE_ALTER,
						"the identity begins with %s, whatever values there are",
						sm_attr(to, SM_IDENTITY_START));
	sm_identity_created(delta, to, SM_PHASE_ALTER);
}

/* Takes the identity away, which frees the name of the sequence */
void
sm_identity_drop(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	if (sm_attr(from, SM_IDENTITY) && sm_attr(to, SM_IDENTITY) == NULL)
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ALTER COLUMN %s DROP IDENTITY",
							 quote_identifier(to->name));
}

/* Of an identity that was there before, and still is */
static void
change_sequence(SmDelta *delta, const SmObject *from, const SmObject *to,
				uint64 changed)
{
	static const struct
	{
		int attribute;
		const char *sql;
	} settings[] = { { SM_IDENTITY_INCREMENT, "INCREMENT BY" },
					 { SM_IDENTITY_MIN, "MINVALUE" },
					 { SM_IDENTITY_MAX, "MAXVALUE" },
					 { SM_IDENTITY_START, "START WITH" },
					 { SM_IDENTITY_CACHE, "CACHE" } };
	StringInfoData sql;

	initStringInfo(&sql);
	for (int i = 0; i < (int) lengthof(settings); i++)
		if (SM_DIFFERS(changed, settings[i].attribute))
			appendStringInfo(&sql, " SET %s %s", settings[i].sql,
							 sm_text_or(sm_attr(to, settings[i].attribute),
										"1"));
	if (SM_DIFFERS(changed, SM_IDENTITY_CYCLE))
		appendStringInfoString(&sql, sm_attr_true(to, SM_IDENTITY_CYCLE)
										 ? " SET CYCLE"
										 : " SET NO CYCLE");
	if (sql.len > 0)
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ALTER COLUMN %s%s", quote_identifier(to->name),
							 sql.data);
	if (SM_DIFFERS(changed, SM_IDENTITY_SEQUENCE))
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER SEQUENCE %s RENAME TO %s",
						   sm_attr(from, SM_IDENTITY_SEQUENCE),
						   sm_attr(to, SM_IDENTITY_SEQUENCE) +
							   strlen(quote_identifier(to->schema)) + 1);
	if (SM_DIFFERS(changed, SM_IDENTITY_PERSISTENCE))
		set_persistence(delta, to, SM_PHASE_ALTER);
}

/* Adds the identity, or changes it, if the column is to have one */
void
sm_identity_change(SmDelta *delta, const SmObject *from, const SmObject *to,
				   uint64 changed)
{
	if (sm_attr(to, SM_IDENTITY) == NULL)
		return;
	if (sm_attr(from, SM_IDENTITY) == NULL)
	{
		add_identity(delta, from, to);
		return;
	}
	if (SM_DIFFERS(changed, SM_IDENTITY))
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ALTER COLUMN %s SET GENERATED %s",
							 quote_identifier(to->name),
							 sm_attr(to, SM_IDENTITY));
	change_sequence(delta, from, to, changed);
}

/* ------------------------------------------------------------------------
 * Privileges and comments of the sequences
 * ------------------------------------------------------------------------ */

/* clang-format off */
static const char query[] =
	"SELECT c.oid, 0, d.refobjid, d.refobjsubid, NULL::text, NULL::text, "
	"NULL::text, NULL::text, " SM_SQL_ACL("c.relacl", "c.relowner") " "
	"FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass "
	"AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'i' "
	"AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 "
	"WHERE c.relkind = 'S' AND c.relnamespace = ANY ($1)";
/* clang-format on */

/* In the catalogs the sequence means the column, to which all else belongs */
static void
complete(SmSnapshot *snapshot, SmObject *object, TupleTableSlot *row)
{
	sm_snapshot_place_part(snapshot, object->address, object);
}

static const char *
sql_type(const SmObject *object)
{
	return "SEQUENCE";
}

static const char *
sql_name(const SmObject *object)
{
	return sm_attr(object->parent, SM_IDENTITY_SEQUENCE);
}

static bool
is_inline(const SmObject *object)
{
	return true;
}

/* It comes and goes with the column, or with what makes that an identity */
static void
create(SmDelta *delta, const SmObject *to)
{
}

static void
drop(SmDelta *delta, const SmObject *from)
{
}

const SmKind sm_kind_identity_sequence = {
	.name = "identity sequence",
	.classid = RelationRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.naming = SM_NAMED_AS_PARENT,
	.flags = SM_KIND_REBUILDABLE,
	.weight = 42,
	.acl_type = 's',
	.complete = complete,
	.part_comment = SM_COMMENT,
	.sql_type = sql_type,
	.sql_name = sql_name,
	.is_inline = is_inline,
	.create = create,
	.drop = drop,
};
