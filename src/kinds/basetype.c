/*-------------------------------------------------------------------------
 *
 * basetype.c
 *	  Base types, and the shells that types begin as.
 *
 * A base type needs its functions, and they need the type.  So there are two
 * objects of the same name: a shell, which the functions need, and the type,
 * which needs these and the shell.  A range type with a canonical function has
 * a shell, too.  sm_shell_link() makes it so.
 *
 * On the way back there is nothing that could be dropped first: the type takes
 * its functions along.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/table.h"
#include "kinds/type.h"

enum
{
	DEFINITION = SM_FIRST_ATTR, /* what cannot be changed */
	RECEIVE,
	SEND,
	TYPMOD_IN,
	TYPMOD_OUT,
	ANALYZE,
	SUBSCRIPT,
	STORAGE
};

static const SmAttr attrs[] = {
	{ "definition", 0 }, { "receive", 0 },	  { "send", 0 },
	{ "typmod_in", 0 },	 { "typmod_out", 0 }, { "analyze", 0 },
	{ "subscript", 0 },	 { "storage", 0 },
};

/* clang-format off */
#define SQL_FUNCTION(column)                                                   \
	"CASE WHEN t." column " <> 0 THEN t." column "::text END"

#define SQL_DEFINITION                                                         \
	"concat('INTERNALLENGTH = ' || CASE t.typlen WHEN -1 THEN 'VARIABLE' "     \
	"ELSE t.typlen::text END, "                                                \
	"',\n\tINPUT = ' || t.typinput::text, "                                    \
	"',\n\tOUTPUT = ' || t.typoutput::text, "                                  \
	"CASE WHEN t.typcollation <> 0 THEN ',\n\tCOLLATABLE = true' END, "        \
	"',\n\tDEFAULT = ' || coalesce(pg_get_expr(t.typdefaultbin, 0), "          \
	"quote_literal(t.typdefault)), "                                           \
	"CASE WHEN t.typelem <> 0 THEN ',\n\tELEMENT = ' "                         \
	"|| format_type(t.typelem, NULL) END, "                                    \
	"',\n\tCATEGORY = ' || quote_literal(nullif(t.typcategory::text, 'U')), "  \
	"CASE WHEN t.typispreferred THEN ',\n\tPREFERRED = true' END, "            \
	"',\n\tDELIMITER = ' || quote_literal(nullif(t.typdelim::text, ',')), "    \
	"',\n\tALIGNMENT = ' || CASE t.typalign WHEN 'c' THEN 'char' "             \
	"WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END, "            \
	"CASE WHEN t.typbyval THEN ',\n\tPASSEDBYVALUE' END)"

/* Arrays, which are such types, are known as those of their elements */
#define SQL_IS_BASE "t.typtype = 'b' AND t.typarray <> 0 "

static const char query[] =
	"SELECT t.oid, 0, NULL::oid, NULL::int4, n.nspname, t.typname, "
	"format('%I.%I', n.nspname, t.typname), "
	SM_SQL_OWNER("t.typowner") ", "
	SM_SQL_ACL("t.typacl", "t.typowner") ", " SQL_DEFINITION ", "
	SQL_FUNCTION("typreceive") ", " SQL_FUNCTION("typsend") ", "
	SQL_FUNCTION("typmodin") ", " SQL_FUNCTION("typmodout") ", "
	SQL_FUNCTION("typanalyze") ", " SQL_FUNCTION("typsubscript") ", "
	"CASE t.typstorage WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' "
	"WHEN 'm' THEN 'MAIN' END "
	"FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
	"WHERE " SQL_IS_BASE "AND t.typnamespace = ANY ($1)";

static const char shell_query[] =
	"SELECT t.oid, 0, NULL::oid, NULL::int4, n.nspname, t.typname, "
	"format('%I.%I', n.nspname, t.typname), "
	"CASE WHEN NOT t.typisdefined THEN " SM_SQL_OWNER("t.typowner") " END, "
	"CASE WHEN NOT t.typisdefined THEN "
	SM_SQL_ACL("t.typacl", "t.typowner") " END "
	"FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
	"LEFT JOIN pg_range r ON r.rngtypid = t.oid AND r.rngcanonical <> 0 "
	"WHERE (" SQL_IS_BASE "OR NOT t.typisdefined OR r.rngtypid IS NOT NULL) "
	"AND t.typnamespace = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "TYPE";
}

/*
 * Has the functions of the type need its shell instead of the type, which
 * takes them along when it is dropped; and the shell, too.  To be called in the
 * context of the snapshot, when all dependencies are known.
 */
void
sm_shell_link(const SmSnapshot *snapshot, SmObject *type)
{
	SmObject *shell =
		sm_snapshot_find(snapshot, &sm_kind_shell_type, type->identity);

	if (shell == NULL)
		return;
	for (int i = 0; i < type->needs.n; i++)
	{
		SmObject *function = type->needs.item[i];

		if (!(function->kind->flags & SM_KIND_ROUTINE) ||
			!sm_objects_contain(&function->needs, type))
			continue;
		sm_object_unneeds(function, type);
		sm_object_needs(function, shell);
		sm_object_owned_by(function, type);
	}
	sm_object_needs(type, shell);
	sm_object_owned_by(shell, type);
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	/* values that are stored otherwise could not be read */
	return SM_DIFFERS(changed, DEFINITION) ||
				   (SM_DIFFERS(changed, STORAGE) && !sm_attr(to, STORAGE))
			   ? SM_REPLACE
			   : SM_ALTER;
}

/* The attributes that can be changed, as they stand in CREATE TYPE */
static void
append_settings(StringInfo sql, const SmObject *to, uint64 set,
				const char *separator)
{
	static const char *const names[] = { "RECEIVE",	   "SEND",	  "TYPMOD_IN",
										 "TYPMOD_OUT", "ANALYZE", "SUBSCRIPT",
										 "STORAGE" };

	for (int i = RECEIVE; i <= STORAGE; i++)
		if (SM_DIFFERS(set, i))
			appendStringInfo(sql, "%s%s = %s", sql->len > 0 ? separator : "",
							 names[i - RECEIVE],
							 sm_text_or(sm_attr(to, i), "NONE"));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	StringInfoData sql;
	uint64 set = 0;

	for (int i = RECEIVE; i <= STORAGE; i++)
		if (sm_attr(to, i))
			set |= SM_BIT(i);
	initStringInfo(&sql);
	appendStringInfoString(&sql, sm_attr(to, DEFINITION));
	append_settings(&sql, to, set, ",\n\t");
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE TYPE %s (\n\t%s\n)",
					   to->identity, sql.data);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_type_drop_with_functions(delta, from);
}

/*
 * Columns keep the storage that the type had when they were made.  Those that
 * are said to have none of their own get what the type has now.
 */
static void
set_storage_of_columns(SmDelta *delta, const SmObject *to)
{
	for (int i = 0; i < to->users.n; i++)
	{
		const SmObject *column = to->users.item[i];

		if (column->kind == &sm_kind_column && !sm_delta_creates(column) &&
			!sm_column_storage(column))
			sm_delta_statement(delta, to, SM_PHASE_ALTER,
							   "ALTER TABLE %s ALTER COLUMN %s SET STORAGE %s",
							   sm_table_only(column->parent),
							   quote_identifier(column->name),
							   sm_attr(to, STORAGE));
	}
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	StringInfoData sql;

	initStringInfo(&sql);
	append_settings(&sql, to, changed, ", ");
	sm_delta_statement(delta, to, SM_PHASE_ALTER, "ALTER TYPE %s SET (%s)",
					   to->identity, sql.data);
	if (SM_DIFFERS(changed, STORAGE))
		set_storage_of_columns(delta, to);
}

static void
create_shell(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE TYPE %s",
					   to->identity);
}

/* If there is a type it takes the shell along */
static void
drop_shell(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP TYPE %s",
					   from->identity);
}

const SmKind sm_kind_shell_type = {
	.name = "shell type",
	.classid = TypeRelationId,
	.query = shell_query,
	.flags = SM_KIND_REBUILDABLE | SM_KIND_TYPE,
	.weight = 11,
	.acl_type = 'T',
	.sql_type = sql_type,
	.create = create_shell,
	.drop = drop_shell,
};

const SmKind sm_kind_base_type = {
	.name = "base type",
	.classid = TypeRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_TYPE,
	.weight = 33,
	.acl_type = 'T',
	.sql_type = sql_type,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
};
