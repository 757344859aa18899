/*-------------------------------------------------------------------------
 *
 * composite.c
 *	  Composite types and their attributes.
 *
 * A type is addressed by its row in pg_type, with that in pg_class as an alias;
 * its attributes by pg_class, where they are columns.  They come with the
 * type, and are changed by statements that belong to the type, since they must
 * be in the order of the attributes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "coltype.h"
#include "compat.h"
#include "kinds.h"
#include "kinds/composite.h"
#include "kinds/type.h"

/* Of the type */
enum
{
	COLUMNS = SM_FIRST_ATTR /* as they stand in CREATE TYPE */
};

static const SmAttr attrs[] = {
	{ "attributes", 0 },
};

/* Of an attribute */
enum
{
	NAME = SM_FIRST_ATTR, /* quoted */
	TYPE,				  /* with its collation */
	TYPE_ALONE
};

static const SmAttr column_attrs[] = {
	{ "name", 0 },
	{ "type", 0 },
	{ "type alone", SM_ATTR_INFO },
};

/* clang-format off */
#define SQL_TYPE                                                               \
	"format_type(a.atttypid, a.atttypmod) || coalesce(' COLLATE ' || "         \
	SM_SQL_COLLATION("a.attcollation", "at.typcollation") ", '')"

#define SQL_COLUMNS                                                            \
	"pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "                \
	"JOIN pg_attribute a ON a.attrelid = c.oid "                               \
	"AND a.attnum > 0 AND NOT a.attisdropped "                                 \
	"JOIN pg_type at ON at.oid = a.atttypid "                                  \
	"WHERE c.relkind = 'c' AND c.relnamespace = ANY ($1) "

static const char query[] =
	"SELECT t.oid, 0, NULL::oid, NULL::int4, n.nspname, t.typname, "
	"format('%I.%I', n.nspname, t.typname), " SM_SQL_OWNER("t.typowner") ", "
	SM_SQL_ACL("t.typacl", "t.typowner") ", l.list "
	"FROM pg_class c JOIN pg_type t ON t.oid = c.reltype "
	"JOIN pg_namespace n ON n.oid = t.typnamespace "
	"LEFT JOIN (SELECT a.attrelid, string_agg("
	"quote_ident(a.attname) || ' ' || " SQL_TYPE ", E',\\n\\t' "
	"ORDER BY a.attnum) AS list FROM " SQL_COLUMNS
	"GROUP BY a.attrelid) l ON l.attrelid = c.oid "
	"WHERE c.relkind = 'c' AND c.relnamespace = ANY ($1)";

static const char column_query[] =
	"SELECT c.oid, a.attnum::int4, c.reltype, 0, n.nspname, a.attname, "
	"format('%I.%I.%I', n.nspname, c.relname, a.attname), NULL::text, "
	"NULL::text, quote_ident(a.attname), " SQL_TYPE ", "
	"format_type(a.atttypid, a.atttypmod) "
	"FROM " SQL_COLUMNS "ORDER BY c.oid, a.attnum";
/* clang-format on */

static const char needs_query[] =
	"SELECT c.reltype, 0, 'pg_type'::regclass::oid, a.atttypid, 0 "
	"FROM " SQL_COLUMNS
	"UNION ALL SELECT c.reltype, 0, 'pg_collation'::regclass::oid, "
	"a.attcollation, 0 FROM " SQL_COLUMNS;

static const char alias_query[] =
	"SELECT 'pg_class'::regclass::oid, c.oid, c.reltype, 0 FROM pg_class c "
	"WHERE c.relkind = 'c' AND c.relnamespace = ANY ($1)";

/* What converts values while a type is replaced; no other takes that argument */
#define CAST_FUNCTION "schemamig_convert"

static const char *
sql_type(const SmObject *object)
{
	return "TYPE";
}

/* The attribute of the type that has the name, from start on; -1 if none has */
static int
position(const SmObject *type, const char *name, int start)
{
	for (int i = start; i < type->children.n; i++)
		if (strcmp(type->children.item[i]->name, name) == 0)
			return i;
	return -1;
}

/* Have both the same attributes, but for their types? */
static bool
has_same_names(const SmObject *from, const SmObject *to)
{
	if (from->children.n != to->children.n)
		return false;
	for (int i = 0; i < to->children.n; i++)
		if (position(from, to->children.item[i]->name, i) != i)
			return false;
	return true;
}

/* Has an attribute of both another type? */
static bool
is_retyped(const SmObject *from, const SmObject *to)
{
	for (int i = 0; i < from->children.n; i++)
	{
		int at = position(to, from->children.item[i]->name, 0);

		if (at >= 0 && !sm_text_same(sm_attr(from->children.item[i], TYPE),
									 sm_attr(to->children.item[at], TYPE)))
			return true;
	}
	return false;
}

/* Does it take more than dropping attributes, and new ones at the end? */
static bool
is_reordered(const SmObject *from, const SmObject *to)
{
	int next = 0;

	for (int i = 0; i < from->children.n; i++)
	{
		const char *name = from->children.item[i]->name;

		if (position(to, name, 0) < 0)
			continue;
		if (position(to, name, next) != next)
			return true;
		next++;
	}
	return false;
}

/*
 * Another order takes a new type, and so do other types of attributes while a
 * table has values.
 */
static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return is_reordered(from, to) ||
				   (is_retyped(from, to) && sm_type_stored_in(from))
			   ? SM_REPLACE
			   : SM_ALTER;
}

static bool
can_swap(const SmObject *from, const SmObject *to)
{
	return sm_type_has_columns(from);
}

/*
 * Whether values of an object of the old state, a type or a column, are
 * converted by casts of composite types.  The text of a value has no names of
 * attributes, so it is of no use if these are not the same ones.
 */
bool
sm_composite_is_recast(const SmObject *from)
{
	check_stack_depth();
	if (from->kind == &sm_kind_composite && from->swapped &&
		!has_same_names(from, from->peer))
		return true;
	for (int i = 0; i < from->needs.n; i++)
		if (from->needs.item[i]->swapped &&
			from->needs.item[i] != from->parent &&
			sm_composite_is_recast(from->needs.item[i]))
			return true;
	return false;
}

/* Has the attribute a type that another one of the name takes the place of? */
static bool
needs_swapped(const SmObject *column)
{
	for (int i = 0; i < column->needs.n; i++)
		if (column->needs.item[i] != column->parent &&
			column->needs.item[i]->swapped)
			return true;
	return false;
}

/* How an attribute of the new type comes from a value of the old one */
static SmTypeChange
conversion(const SmObject *column, const SmObject *old)
{
	SmTypeChange change = { "NULL", true, NULL };
	const char *type = sm_attr(column, TYPE_ALONE);
	const char *value = psprintf("($1).%s", sm_attr(column, NAME));

	if (old == NULL)
		return change;
	if (sm_text_same(type, sm_attr(old, TYPE_ALONE)) &&
		(!needs_swapped(old) || sm_composite_is_recast(old)))
	{
		change.using_clause =
			needs_swapped(old) ? psprintf("%s::%s", value, type) : value;
		return change;
	}
	change = sm_coltype_change(sm_attr(old, TYPE_ALONE), type, value);
	if (change.using_clause == NULL)
		change.using_clause = psprintf("%s::%s", value, type);
	return change;
}

/* The function behind the cast, with the old type under its name by then */
static const char *
cast_function(const SmObject *to)
{
	return psprintf("%s(%s)",
					quote_qualified_identifier(to->schema, CAST_FUNCTION),
					sm_type_name_to_drop(to->peer));
}

/*
 * Has values of the old type converted attribute by attribute, by a cast that
 * is there until that type is dropped: it works within arrays and domains, too.
 */
static void
create_cast(SmDelta *delta, const SmObject *to)
{
	const SmObject *from = to->peer;
	StringInfoData row;
	StringInfoData hazard;

	initStringInfo(&row);
	initStringInfo(&hazard);
	appendStringInfoString(&hazard,
						   "tables that have values of the type are rewritten");
	for (int i = 0; i < to->children.n; i++)
	{
		const SmObject *column = to->children.item[i];
		int at = position(from, column->name, 0);
		SmTypeChange change =
			conversion(column, at < 0 ? NULL : from->children.item[at]);

		appendStringInfo(&row, "%s%s", i > 0 ? ", " : "", change.using_clause);
		if (change.hazard)
			appendStringInfo(&hazard, "; attribute %s: %s",
							 sm_attr(column, NAME), change.hazard);
	}
	for (int i = 0; i < from->children.n; i++)
		if (position(to, from->children.item[i]->name, 0) < 0)
			appendStringInfo(&hazard, "; values of attribute %s are lost",
							 sm_attr(from->children.item[i], NAME));
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE FUNCTION %s RETURNS %s STRICT RETURN ROW(%s)::%s",
					   cast_function(to), to->identity, row.data, to->identity);
	sm_delta_hazard(delta, to, SM_PHASE_CREATE, "%s", hazard.data);
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE CAST (%s AS %s) WITH FUNCTION %s",
					   sm_type_name_to_drop(from), to->identity,
					   cast_function(to));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	const char *columns = sm_attr(to, COLUMNS);

	sm_type_make_room(delta, to);
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE TYPE %s AS (%s%s%s)",
					   to->identity, columns ? "\n\t" : "",
					   sm_text_or(columns, ""), columns ? "\n" : "");
	if (to->swapped && sm_composite_is_recast(to->peer))
		create_cast(delta, to);
}

/* A user of the type, of the old state, that is of a kind and stays; or NULL */
static const SmObject *
lasting_user(const SmObject *from, const SmKind *kind)
{
	for (int i = 0; i < from->users.n; i++)
		if (from->users.item[i]->kind == kind && from->users.item[i]->peer)
			return from->users.item[i];
	return NULL;
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	bool recast = from->swapped && sm_composite_is_recast(from);
	const SmObject *range = lasting_user(from, &sm_kind_range);
	const SmObject *table = lasting_user(from, &sm_kind_table_type);

	if (recast && range && range->swapped)
		sm_delta_refuse(delta, from, false,
						"values of range %s cannot be converted to other attributes",
						range->identity);
	if (from->peer && table && is_reordered(from, from->peer))
		sm_delta_refuse(delta, from, false,
						"table %s is of the type, and the order of its columns cannot be changed",
						table->parent->identity);
	if (recast)
	{
		sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP CAST (%s AS %s)",
						   sm_type_name_to_drop(from), from->identity);
		sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP FUNCTION %s",
						   cast_function(from->peer));
	}
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP TYPE %s",
					   sm_type_name_to_drop(from));
}

static void
drop_column(SmDelta *delta, const SmObject *to, SmObject *column)
{
	sm_delta_statement(delta, to, SM_PHASE_ALTER,
					   "ALTER TYPE %s DROP ATTRIBUTE %s", to->identity,
					   sm_attr(column, NAME));
	sm_delta_hazard(delta, to, SM_PHASE_ALTER,
					"values of the attribute are lost, wherever the type is stored");
	column->action[SM_PHASE_DROP] = to->action[SM_PHASE_ALTER];
}

static void
change_column(SmDelta *delta, const SmObject *to, SmObject *column)
{
	const SmObject *user = sm_type_stored_in(to->peer);

	if (user)
		sm_delta_refuse(delta, column, false,
						"its type cannot be changed from %s to %s while %s %s has values of the type",
						sm_attr(column->peer, TYPE), sm_attr(column, TYPE),
						user->kind->name, user->identity);
	sm_delta_statement(delta, to, SM_PHASE_ALTER,
					   "ALTER TYPE %s ALTER ATTRIBUTE %s TYPE %s", to->identity,
					   sm_attr(column, NAME), sm_attr(column, TYPE));
	column->action[SM_PHASE_ALTER] = to->action[SM_PHASE_ALTER];
}

static void
add_column(SmDelta *delta, const SmObject *to, SmObject *column)
{
	sm_delta_statement(delta, to, SM_PHASE_ALTER,
					   "ALTER TYPE %s ADD ATTRIBUTE %s %s", to->identity,
					   sm_attr(column, NAME), sm_attr(column, TYPE));
	column->action[SM_PHASE_CREATE] = to->action[SM_PHASE_ALTER];
}

/*
 * What uses an attribute, or is used by one, is put in order by the actions of
 * the attribute: these are that of the type.
 */
static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	for (int i = 0; i < from->children.n; i++)
		if (from->children.item[i]->peer == NULL)
			drop_column(delta, to, from->children.item[i]);
	for (int i = 0; i < to->children.n; i++)
	{
		SmObject *column = to->children.item[i];

		if (column->peer == NULL)
			add_column(delta, to, column);
		else if (!sm_text_same(sm_attr(column->peer, TYPE),
							   sm_attr(column, TYPE)))
			change_column(delta, to, column);
	}
}

static const char *
column_sql_type(const SmObject *object)
{
	return "COLUMN";
}

static bool
is_inline(const SmObject *object)
{
	return true;
}

/* The tables of the type are none while it is changed */
static bool
disturbs_tables(const SmObject *from, const SmObject *to, uint64 changed)
{
	return true;
}

/* The server refuses another type while a view uses the attribute */
static bool
disturbs(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, TYPE);
}

/* The statements of the type do it */
static void
create_column(SmDelta *delta, const SmObject *to)
{
}

static void
drop_column_alone(SmDelta *delta, const SmObject *from)
{
}

static void
alter_column(SmDelta *delta, const SmObject *from, const SmObject *to,
			 uint64 changed)
{
}

const SmKind sm_kind_composite = {
	.name = "composite",
	.classid = TypeRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_RELATION | SM_KIND_TYPE,
	.weight = 22,
	.acl_type = 'T',
	.needs_query = needs_query,
	.alias_query = alias_query,
	.sql_type = sql_type,
	.fate = fate,
	.disturbs = disturbs_tables,
	.can_swap = can_swap,
	.create = create,
	.drop = drop,
	.alter = alter,
};

const SmKind sm_kind_composite_column = {
	.name = "composite column",
	.classid = RelationRelationId,
	.parent_class = TypeRelationId,
	.query = column_query,
	.attrs = column_attrs,
	.n_attrs = lengthof(column_attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 23,
	.sql_type = column_sql_type,
	.is_inline = is_inline,
	.disturbs = disturbs,
	.create = create_column,
	.drop = drop_column_alone,
	.alter = alter_column,
};
