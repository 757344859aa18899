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

#include "compat.h"
#include "kinds.h"
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
	TYPE				  /* with its collation */
};

static const SmAttr column_attrs[] = {
	{ "name", 0 },
	{ "type", 0 },
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
	"NULL::text, quote_ident(a.attname), " SQL_TYPE " "
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

/*
 * Attributes can be dropped, and new ones come last.  Any other order takes a
 * new type, and so do other types of attributes while a table has values.
 */
static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	int next = 0;

	for (int i = 0; i < from->children.n; i++)
	{
		const char *name = from->children.item[i]->name;

		if (position(to, name, 0) < 0)
			continue;
		if (position(to, name, next) != next)
			return SM_REPLACE;
		next++;
	}
	return has_same_names(from, to) && sm_type_stored_in(from) ? SM_REPLACE
															   : SM_ALTER;
}

/*
 * Columns are converted by way of the text of their values, which has no names
 * of attributes.
 */
static bool
can_swap(const SmObject *from, const SmObject *to)
{
	return sm_type_has_columns(from) && has_same_names(from, to);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	const char *columns = sm_attr(to, COLUMNS);

	sm_type_make_room(delta, to);
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE TYPE %s AS (%s%s%s)",
					   to->identity, columns ? "\n\t" : "",
					   sm_text_or(columns, ""), columns ? "\n" : "");
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	if (from->fate == SM_REPLACE && !from->rebuilt &&
		!has_same_names(from, from->peer) && sm_type_is_refused(delta, from))
		sm_delta_refuse(delta, from, false,
						"the order of its attributes cannot be changed, new ones can only come last");
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
