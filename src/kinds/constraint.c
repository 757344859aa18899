/*-------------------------------------------------------------------------
 *
 * constraint.c
 *	  Constraints of tables.
 *
 * Those that have an index are that index as well.  NOT NULL belongs to the
 * column, also where the server has a constraint for it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/options.h"
#include "kinds/relation.h"
#include "kinds/table.h"

enum
{
	TYPE = SM_FIRST_ATTR, /* as in pg_constraint.contype */
	DEFINITION,			  /* without what follows */
	DEFERRABLE,			  /* DEFERRABLE INITIALLY DEFERRED */
	NOT_ENFORCED,
	NOT_VALID,
	INHERITED,
	INDEX_OPTIONS,
	INDEX_COMMENT,
	CLUSTERED,
	REPLICA_IDENTITY
};

static const SmAttr attrs[] = {
	{ "type", SM_ATTR_INFO },
	{ "definition", 0 },
	{ "deferrable", 0 },
	{ "not enforced", 0 },
	{ "not valid", 0 },
	{ "inherited", SM_ATTR_INFO },
	{ "index options", SM_ATTR_LINES },
	{ "index comment", 0 },
	{ "clustered", 0 },
	{ "replica identity", 0 },
};

/* What may stand behind the definition, from a word on */
#define SM_SQL_TAIL                                                            \
	"( DEFERRABLE)?( INITIALLY DEFERRED)?( NOT ENFORCED)?( NOT VALID)?$"

/* clang-format off */
static const char query[] =
	"SELECT s.oid, 0, s.conrelid, 0, n.nspname, s.conname, "
	"format('%I ON %I.%I', s.conname, n.nspname, c.relname), "
	"NULL::text, NULL::text, s.contype, "
	"regexp_replace(s.def, '"
	SM_SQL_TAIL "', ''), "
	"CASE WHEN s.condeferrable THEN 'DEFERRABLE' "
	"|| CASE WHEN s.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END END, "
	"s.def ~ ' NOT ENFORCED( NOT VALID)?$', "
	"NOT s.convalidated AND s.def ~ ' NOT VALID$', "
	"s.coninhcount > 0 AND NOT s.conislocal, "
	SM_SQL_OPTIONS("x.reloptions")
	", o.description, "
	SM_SQL_INDEX_MARKS " "
	"FROM (SELECT *, pg_get_constraintdef(oid) AS def FROM pg_constraint "
	"WHERE contype IN ('p', 'u', 'x', 'f', 'c') AND conrelid <> 0 "
	"AND connamespace = ANY ($1) "
	/* foreign keys of partitions come and go with that of the parent */
	"AND (contype <> 'f' OR conparentid = 0)) s "
	"JOIN pg_class c ON c.oid = s.conrelid AND c.relkind IN ('r', 'p') "
	"AND c.relpersistence <> 't' "
	"JOIN pg_namespace n ON n.oid = c.relnamespace "
	"LEFT JOIN pg_index i ON i.indexrelid = s.conindid "
	"AND s.contype IN ('p', 'u', 'x') "
	"LEFT JOIN pg_class x ON x.oid = i.indexrelid "
	"LEFT JOIN pg_description o ON o.objoid = i.indexrelid "
	"AND o.classoid = 'pg_class'::regclass AND o.objsubid = 0 "
	"ORDER BY s.conrelid, s.contype = 'c', s.contype DESC, s.conname";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "CONSTRAINT";
}

/* Is it a primary key? */
bool
sm_constraint_is_primary(const SmObject *constraint)
{
	return sm_attr_is(constraint, TYPE, "p");
}

static bool
has_index(const SmObject *object)
{
	return strchr("pux", sm_attr(object, TYPE)[0]) != NULL;
}

/* Inherited ones come and go with those of the parent */
static bool
comes_from_parent(const SmObject *object)
{
	return sm_attr_true(object, INHERITED) && sm_attr_is(object, TYPE, "c") &&
		   (sm_table_inherits(object->parent) ||
			!sm_delta_creates(object->parent));
}

static bool
is_inline(const SmObject *object)
{
	return !comes_from_parent(object) && !sm_attr_is(object, TYPE, "f") && !sm_attr_true(object, NOT_VALID) &&
		   sm_attr(object, INDEX_OPTIONS) == NULL;
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, DEFINITION))
		return SM_REPLACE;
	if (SM_DIFFERS(changed, DEFERRABLE) && !sm_attr_is(to, TYPE, "f"))
		return SM_REPLACE;
	if (SM_DIFFERS(changed, NOT_ENFORCED) && !sm_attr_is(to, TYPE, "f"))
		return SM_REPLACE;
	/* what is valid cannot become unchecked, but for NOT ENFORCED */
	if (SM_DIFFERS(changed, NOT_VALID) && sm_attr_true(to, NOT_VALID) &&
		!SM_DIFFERS(changed, NOT_ENFORCED))
		return SM_REPLACE;
	return SM_ALTER;
}

/* The constraint as it stands in CREATE TABLE and behind ADD */
char *
sm_constraint_definition(const SmObject *constraint)
{
	return psprintf("CONSTRAINT %s %s%s%s%s%s",
					quote_identifier(constraint->name),
					sm_attr(constraint, DEFINITION),
					sm_attr(constraint, DEFERRABLE) ? " " : "",
					sm_text_or(sm_attr(constraint, DEFERRABLE), ""),
					sm_attr_true(constraint, NOT_ENFORCED) ? " NOT ENFORCED"
														   : "",
					sm_attr_true(constraint, NOT_VALID) ? " NOT VALID" : "");
}

/* The index of the constraint, qualified */
static char *
index_identity(const SmObject *constraint)
{
	return quote_qualified_identifier(constraint->schema, constraint->name);
}

static void
comment_index(SmDelta *delta, const SmObject *to)
{
	const char *comment = sm_attr(to, INDEX_COMMENT);

	sm_delta_statement(delta, to, SM_PHASE_DRESS, "COMMENT ON INDEX %s IS %s",
					   index_identity(to),
					   comment ? quote_literal_cstr(comment) : "NULL");
}

/* What the index of a new constraint has beyond the definition */
static void
set_index(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	char *options = sm_options_text(sm_attr(to, INDEX_OPTIONS));

	if (!has_index(to))
		return;
	if (options)
		sm_delta_statement(delta, to, phase, "ALTER INDEX %s SET (%s)",
						   index_identity(to), options);
	if (sm_attr(to, INDEX_COMMENT))
		comment_index(delta, to);
	sm_table_mark_index(delta, to, quote_identifier(to->name),
						sm_attr_true(to, CLUSTERED),
						sm_attr_true(to, REPLICA_IDENTITY));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	if (comes_from_parent(to))
		return;
	sm_delta_alter_table(delta, to, SM_PHASE_CREATE, to->parent->identity,
						 "ADD %s", sm_constraint_definition(to));
	if (!sm_delta_creates(to->parent) && !sm_attr_true(to, NOT_VALID) &&
		!sm_attr_true(to, NOT_ENFORCED))
		sm_delta_hazard(delta, to, SM_PHASE_CREATE,
						"reads the whole table, and fails if it has rows that do not fit");
	set_index(delta, to, SM_PHASE_CREATE);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	if (sm_attr_true(from, INHERITED) && sm_attr_is(from, TYPE, "c"))
		return;
	sm_delta_alter_table(delta, from, SM_PHASE_DROP, from->parent->identity,
						 "DROP CONSTRAINT %s", quote_identifier(from->name));
}

static void
alter_enforcement(SmDelta *delta, const SmObject *to, uint64 changed)
{
	const char *deferrable = sm_attr(to, DEFERRABLE);

	if (SM_DIFFERS(changed, DEFERRABLE))
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ALTER CONSTRAINT %s %s",
							 quote_identifier(to->name),
							 sm_text_or(deferrable, "NOT DEFERRABLE"));
	if (SM_DIFFERS(changed, NOT_ENFORCED))
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ALTER CONSTRAINT %s %sENFORCED",
							 quote_identifier(to->name),
							 sm_attr_true(to, NOT_ENFORCED) ? "NOT " : "");
	else if (SM_DIFFERS(changed, NOT_VALID))
	{
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "VALIDATE CONSTRAINT %s",
							 quote_identifier(to->name));
		sm_delta_hazard(delta, to, SM_PHASE_ALTER,
						"reads the whole table, and fails if it has rows that do not fit");
	}
}

static void
alter_index_options(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	const char *old = sm_attr(from, INDEX_OPTIONS);
	const char *new = sm_attr(to, INDEX_OPTIONS);
	char *reset = sm_options_reset(old, new);
	char *set = sm_options_set(old, new);

	if (reset)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER INDEX %s RESET (%s)", index_identity(to),
						   reset);
	if (set)
		sm_delta_statement(delta, to, SM_PHASE_ALTER, "ALTER INDEX %s SET (%s)",
						   index_identity(to), set);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	if (!comes_from_parent(to))
		alter_enforcement(delta, to, changed);
	if (SM_DIFFERS(changed, INDEX_OPTIONS))
		alter_index_options(delta, from, to);
	if (SM_DIFFERS(changed, INDEX_COMMENT))
		comment_index(delta, to);
	sm_table_mark_index(delta, to, quote_identifier(to->name),
						SM_DIFFERS(changed, CLUSTERED) &&
							sm_attr_true(to, CLUSTERED),
						SM_DIFFERS(changed, REPLICA_IDENTITY) &&
							sm_attr_true(to, REPLICA_IDENTITY));
	if (SM_DIFFERS(changed, CLUSTERED) && !sm_attr_true(to, CLUSTERED))
		sm_table_unmark_cluster(delta, to);
}

const SmKind sm_kind_constraint = {
	.name = "constraint",
	.classid = ConstraintRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_RELATION | SM_KIND_SPLITS,
	.weight = 48,
	.sql_type = sql_type,
	.is_inline = is_inline,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
	.created_inline = set_index,
};
