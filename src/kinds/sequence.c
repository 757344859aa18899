/*-------------------------------------------------------------------------
 *
 * sequence.c
 *	  Sequences, but not those of identity columns, which belong to these.
 *
 * The value that a sequence stands at is data: it is never compared, and no
 * statement here changes it.
 *
 * A sequence that belongs to a column has the owner of the table, and follows
 * it to another one; ALTER SEQUENCE ... OWNER TO is an error.  So such a
 * sequence has no owner here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/table.h"

enum
{
	TYPE = SM_FIRST_ATTR, /* NULL: bigint */
	INCREMENT,			  /* NULL: 1 */
	MINIMUM,			  /* NULL: that of the type and direction ... */
	MAXIMUM,			  /* ... */
	START,				  /* NULL: 1 */
	CACHE,				  /* NULL: 1 */
	CYCLE,
	UNLOGGED,
	OWNED_BY /* schema, table and column */
};

static const SmAttr attrs[] = {
	{ "type", 0 },	   { "increment", 0 }, { "minvalue", 0 },
	{ "maxvalue", 0 }, { "start", 0 },	   { "cache", 0 },
	{ "cycle", 0 },	   { "unlogged", 0 },  { "owned by", 0 },
};

/* clang-format off */
#define SQL_LIMIT                                                              \
	"CASE s.seqtypid WHEN 'int2'::regtype THEN 32767 "                         \
	"WHEN 'int4'::regtype THEN 2147483647 ELSE 9223372036854775807 END"

static const char query[] =
	"SELECT c.oid, 0, NULL::oid, NULL::int4, n.nspname, c.relname, "
	"format('%I.%I', n.nspname, c.relname), "
	"CASE WHEN d.objid IS NULL THEN " SM_SQL_OWNER("c.relowner") " END, "
	SM_SQL_ACL("c.relacl", "c.relowner") ", "
	"CASE WHEN s.seqtypid <> 'int8'::regtype THEN "
	"format_type(s.seqtypid, NULL) END, nullif(s.seqincrement, 1), "
	"nullif(s.seqmin, CASE WHEN s.seqincrement > 0 THEN 1 "
	"ELSE -1 - " SQL_LIMIT " END), "
	"nullif(s.seqmax, CASE WHEN s.seqincrement < 0 THEN -1 "
	"ELSE " SQL_LIMIT " END), "
	"nullif(s.seqstart, 1), nullif(s.seqcache, 1), s.seqcycle, "
	"c.relpersistence = 'u', "
	"CASE WHEN d.objid IS NOT NULL THEN "
	"format('%I.%I.%I', tn.nspname, t.relname, a.attname) END "
	"FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid "
	"JOIN pg_namespace n ON n.oid = c.relnamespace "
	"LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass "
	"AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype IN ('a', 'i') "
	"AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 "
	"LEFT JOIN pg_class t ON t.oid = d.refobjid "
	"LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace "
	"LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid "
	"AND a.attnum = d.refobjsubid "
	"WHERE c.relkind = 'S' AND d.deptype IS DISTINCT FROM 'i' "
	"AND c.relnamespace = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "SEQUENCE";
}

static void
append(StringInfo sql, const char *words, const char *value)
{
	if (value)
		appendStringInfo(sql, " %s %s", words, value);
}

/* The bounds and the start are what follows from type and direction, or said */
static void
append_range(StringInfo sql, const SmObject *to, bool all)
{
	const char *minimum = sm_attr(to, MINIMUM);
	const char *maximum = sm_attr(to, MAXIMUM);

	if (minimum)
		append(sql, "MINVALUE", minimum);
	else if (all)
		appendStringInfoString(sql, " NO MINVALUE");
	if (maximum)
		append(sql, "MAXVALUE", maximum);
	else if (all)
		appendStringInfoString(sql, " NO MAXVALUE");
	if (all || minimum || maximum || sm_attr(to, INCREMENT) ||
		sm_attr(to, START))
		append(sql, "START WITH", sm_text_or(sm_attr(to, START), "1"));
}

/*
 * A table that was there already may be owned by another role than who adds
 * the sequence, and both must have the same owner.
 */
static const char *
owner_of_table(const SmObject *to)
{
	const SmObject *table =
		to->owners.n > 0 ? to->owners.item[0]->parent : NULL;
	const char *owner;

	if (table == NULL)
		return NULL;
	owner = table->attr[SM_OWNER];
	/* a new table is given its owner, whoever he is */
	if (owner && sm_delta_creates(table))
		return owner;
	if (owner == NULL && table->peer)
		owner = table->peer->attr[SM_OWNER];
	if (owner == NULL)
		return NULL;
	return strcmp(owner,
				  quote_identifier(GetUserNameFromId(GetUserId(), false))) == 0
			   ? NULL
			   : owner;
}

static void
set_owned_by(SmDelta *delta, const SmObject *to)
{
	const char *owned_by = sm_attr(to, OWNED_BY);
	const char *owner = owned_by ? owner_of_table(to) : NULL;

	/* the owner of a sequence that belongs to a table cannot be changed */
	if (owner && to->peer && !sm_delta_creates(to) &&
		sm_attr(to->peer, OWNED_BY))
		sm_delta_statement(delta, to, SM_PHASE_DRESS,
						   "ALTER SEQUENCE %s OWNED BY NONE", to->identity);
	if (owner)
		sm_delta_statement(delta, to, SM_PHASE_DRESS,
						   "ALTER SEQUENCE %s OWNER TO %s", to->identity,
						   owner);
	sm_delta_statement(delta, to, SM_PHASE_DRESS,
					   "ALTER SEQUENCE %s OWNED BY %s", to->identity,
					   sm_text_or(owned_by, "NONE"));
}

/* The column that it belongs to, or whose identity has its name; or NULL */
static const SmObject *
column_of(const SmObject *sequence)
{
	return sequence->owners.n > 0 ? sequence->owners.item[0]
								  : sequence->namesake;
}

/* Does the identity come, or go, of the column that the sequence is for? */
static bool
changes_with_identity(const SmObject *sequence)
{
	const SmObject *column = column_of(sequence);

	return column && column->fate == SM_ALTER &&
		   sm_column_sequence(column) == NULL &&
		   sm_column_sequence(column->peer);
}

/* Does the sequence, of the old state, make room for that of an identity? */
bool
sm_sequence_becomes_identity(const SmObject *sequence)
{
	return sequence->kind == &sm_kind_sequence && sequence->fate == SM_DROP &&
		   changes_with_identity(sequence);
}

/* Does the sequence, of the new state, take the place of that of an identity? */
bool
sm_sequence_was_identity(const SmObject *sequence)
{
	return sequence->kind == &sm_kind_sequence && sequence->fate == SM_CREATE &&
		   changes_with_identity(sequence);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	bool was_identity = sm_sequence_was_identity(to);
	char *aside = was_identity ? sm_column_sequence_aside(column_of(to)) : NULL;
	StringInfoData sql;

	if (was_identity)
		sm_delta_statement(delta, to, SM_PHASE_CREATE,
						   "ALTER SEQUENCE %s RENAME TO %s",
						   sm_column_sequence(column_of(to)->peer),
						   quote_identifier(aside));

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE %sSEQUENCE %s",
					 sm_attr_true(to, UNLOGGED) ? "UNLOGGED " : "",
					 to->identity);
	append(&sql, "AS", sm_attr(to, TYPE));
	append(&sql, "INCREMENT BY", sm_attr(to, INCREMENT));
	append_range(&sql, to, false);
	append(&sql, "CACHE", sm_attr(to, CACHE));
	if (sm_attr_true(to, CYCLE))
		appendStringInfoString(&sql, " CYCLE");
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "%s", sql.data);
	if (was_identity)
		sm_delta_statement(delta, to, SM_PHASE_CREATE,
						   "SELECT setval(%s, last_value, is_called) FROM %s",
						   quote_literal_cstr(to->identity),
						   quote_qualified_identifier(to->schema, aside));
	if (sm_attr(to, OWNED_BY))
		set_owned_by(delta, to);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP SEQUENCE %s",
					   sm_sequence_becomes_identity(from)
						   ? quote_qualified_identifier(from->schema,
														sm_column_sequence_aside(
															column_of(from)))
						   : from->identity);
}

/* The bounds that are said, or follow from type and direction */
static void
bounds(const SmObject *object, int64 *minimum, int64 *maximum)
{
	const char *increment = sm_attr(object, INCREMENT);
	bool down = increment && increment[0] == '-';
	int64 limit = sm_attr_is(object, TYPE, "smallint")	? PG_INT16_MAX
				  : sm_attr_is(object, TYPE, "integer") ? PG_INT32_MAX
														: PG_INT64_MAX;

	*minimum = down ? -limit - 1 : 1;
	*maximum = down ? -1 : limit;
	if (sm_attr(object, MINIMUM))
		*minimum = strtoi64(sm_attr(object, MINIMUM), NULL, 10);
	if (sm_attr(object, MAXIMUM))
		*maximum = strtoi64(sm_attr(object, MAXIMUM), NULL, 10);
}

/* Is there no value that is within the bounds of both? */
static bool
is_disjoint(const SmObject *from, const SmObject *to)
{
	int64 from_minimum;
	int64 from_maximum;
	int64 to_minimum;
	int64 to_maximum;

	bounds(from, &from_minimum, &from_maximum);
	bounds(to, &to_minimum, &to_maximum);
	return from_maximum < to_minimum || from_minimum > to_maximum;
}

/*
 * A sequence that has not come to its new lower bound yet, or if it counts
 * down, to the upper one, goes on from there.
 */
static void
move_into_bounds(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	const char *increment = sm_attr(to, INCREMENT);
	bool down = increment && increment[0] == '-';
	const char *literal = quote_literal_cstr(to->identity);
	int64 old_minimum;
	int64 old_maximum;
	int64 minimum;
	int64 maximum;

	bounds(from, &old_minimum, &old_maximum);
	bounds(to, &minimum, &maximum);
	if (!down && minimum > old_minimum)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "SELECT setval(%s, greatest(last_value, " INT64_FORMAT
						   "), is_called AND last_value >= " INT64_FORMAT
						   ") FROM %s",
						   literal, minimum, minimum, to->identity);
	else if (down && maximum < old_maximum)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "SELECT setval(%s, least(last_value, " INT64_FORMAT
						   "), is_called AND last_value <= " INT64_FORMAT
						   ") FROM %s",
						   literal, maximum, maximum, to->identity);
}

/*
 * What a sequence counts by, and between which bounds, goes together.  It stays
 * where it is, which the server refuses if that is outside the new bounds.
 */
static void
alter_options(SmDelta *delta, const SmObject *from, const SmObject *to,
			  uint64 changed)
{
	bool disjoint = is_disjoint(from, to);
	bool range = SM_DIFFERS(changed, TYPE) || SM_DIFFERS(changed, INCREMENT) ||
				 SM_DIFFERS(changed, MINIMUM) || SM_DIFFERS(changed, MAXIMUM);
	StringInfoData sql;

	initStringInfo(&sql);
	if (SM_DIFFERS(changed, TYPE))
		append(&sql, "AS", sm_text_or(sm_attr(to, TYPE), "bigint"));
	if (SM_DIFFERS(changed, INCREMENT))
		append(&sql, "INCREMENT BY", sm_text_or(sm_attr(to, INCREMENT), "1"));
	if (range)
		append_range(&sql, to, true);
	else if (SM_DIFFERS(changed, START))
		append(&sql, "START WITH", sm_text_or(sm_attr(to, START), "1"));
	if (SM_DIFFERS(changed, CACHE))
		append(&sql, "CACHE", sm_text_or(sm_attr(to, CACHE), "1"));
	if (SM_DIFFERS(changed, CYCLE))
		appendStringInfoString(&sql, sm_attr_true(to, CYCLE) ? " CYCLE"
															 : " NO CYCLE");
	if (sql.len == 0)
		return;
	if (disjoint && !delta->allow_data_loss)
		sm_delta_refuse(delta, to, true,
						"it cannot stand where it does, since no value is within both its old and its new bounds");
	if (disjoint)
		appendStringInfoString(&sql, " RESTART");
	else if (range)
		move_into_bounds(delta, from, to);
	sm_delta_statement(delta, to, SM_PHASE_ALTER, "ALTER SEQUENCE %s%s",
					   to->identity, sql.data);
	if (disjoint)
		sm_delta_hazard(delta, to, SM_PHASE_ALTER, "the sequence starts anew");
	else if (range)
		sm_delta_hazard(delta, to, SM_PHASE_ALTER,
						"fails if the sequence stands at a value outside its new bounds");
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	alter_options(delta, from, to, changed);
	if (SM_DIFFERS(changed, UNLOGGED))
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER SEQUENCE %s SET %s", to->identity,
						   sm_attr_true(to, UNLOGGED) ? "UNLOGGED" : "LOGGED");
	if (SM_DIFFERS(changed, OWNED_BY))
		set_owned_by(delta, to);
}

const SmKind sm_kind_sequence = {
	.name = "sequence",
	.classid = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_HOLDS_DATA | SM_KIND_RELATION,
	.weight = 30,
	.acl_type = 's',
	.sql_type = sql_type,
	.create = create,
	.drop = drop,
	.alter = alter,
};
