/*-------------------------------------------------------------------------
 *
 * rangetype.c
 *	  Range types, with their multirange types and constructor functions.
 *
 * Nothing of a range type can be changed.  While columns have it, or its
 * multirange type, another one takes its place, as for enums.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/type.h"

enum
{
	SUBTYPE = SM_FIRST_ATTR,
	MULTIRANGE, /* qualified */
	OPCLASS,	/* if it is not the default of the subtype */
	COLLATION,	/* if it is not that of the subtype */
	CANONICAL,
	DIFF,
	MULTIRANGE_SCHEMA, /* these two not quoted */
	MULTIRANGE_NAME
};

static const SmAttr attrs[] = {
	{ "subtype", 0 },
	{ "multirange type", 0 },
	{ "operator class", 0 },
	{ "collation", 0 },
	{ "canonical", 0 },
	{ "subtype_diff", 0 },
	{ "multirange schema", SM_ATTR_INFO },
	{ "multirange name", SM_ATTR_INFO },
};

/* clang-format off */
static const char query[] =
	"SELECT t.oid, 0, NULL::oid, NULL::int4, n.nspname, t.typname, "
	"format('%I.%I', n.nspname, t.typname), "
	SM_SQL_OWNER("t.typowner") ", "
	SM_SQL_ACL("t.typacl", "t.typowner") ", "
	"format_type(r.rngsubtype, NULL), "
	"format('%I.%I', mn.nspname, m.typname), "
	"CASE WHEN NOT o.opcdefault "
	"THEN format('%I.%I', oc.nspname, o.opcname) END, "
	SM_SQL_COLLATION("r.rngcollation", "s.typcollation") ", "
	"CASE WHEN r.rngcanonical <> 0 THEN r.rngcanonical::text END, "
	"CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::text END, "
	"mn.nspname, m.typname "
	"FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid "
	"JOIN pg_namespace n ON n.oid = t.typnamespace "
	"JOIN pg_type s ON s.oid = r.rngsubtype "
	"JOIN pg_type m ON m.oid = r.rngmultitypid "
	"JOIN pg_namespace mn ON mn.oid = m.typnamespace "
	"JOIN pg_opclass o ON o.oid = r.rngsubopc "
	"JOIN pg_namespace oc ON oc.oid = o.opcnamespace "
	"WHERE t.typnamespace = ANY ($1)";

/* The multirange type, and the constructors of both */
static const char alias_query[] =
	"SELECT 'pg_type'::regclass::oid, r.rngmultitypid, r.rngtypid, 0 "
	"FROM pg_range r UNION ALL "
	"SELECT d.classid, d.objid, r.rngtypid, 0 FROM pg_depend d "
	"JOIN pg_range r ON d.refobjid IN (r.rngtypid, r.rngmultitypid) "
	"WHERE d.classid = 'pg_proc'::regclass "
	"AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "TYPE";
}

/* The function that makes values canonical has the type in its arguments */
static bool
can_swap(const SmObject *from, const SmObject *to)
{
	return sm_type_has_columns(from) && !sm_attr(from, CANONICAL) &&
		   !sm_attr(to, CANONICAL);
}

/* Is the subtype, of the old state, called otherwise by then? */
static bool
subtype_is_aside(const SmObject *from)
{
	for (int i = 0; i < from->needs.n; i++)
		if (from->needs.item[i]->swapped &&
			sm_attr_is(from, SUBTYPE, from->needs.item[i]->identity))
			return true;
	return false;
}

static void
rename_constructor(SmDelta *delta, const SmObject *to, const char *schema,
				   const char *name, const char *arguments)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "ALTER FUNCTION %s(%s) RENAME TO %s",
					   quote_qualified_identifier(schema, name), arguments,
					   quote_identifier(
						   makeObjectName(name, NULL, "schemamig_old")));
}

/* The constructors do not get another name with their type */
static void
make_room(SmDelta *delta, const SmObject *to)
{
	const SmObject *from = to->peer;
	const char *subtype;
	const char *multirange;

	if (!to->swapped)
		return;
	subtype = sm_attr(from, SUBTYPE);
	multirange = sm_attr(from, MULTIRANGE_NAME);
	sm_type_make_room(delta, to);
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "ALTER TYPE %s RENAME TO %s",
					   sm_attr(from, MULTIRANGE),
					   quote_identifier(
						   makeObjectName(multirange, NULL, "schemamig_old")));
	if (!subtype_is_aside(from))
	{
		rename_constructor(delta, to, from->schema, from->name,
						   psprintf("%s, %s", subtype, subtype));
		rename_constructor(delta, to, from->schema, from->name,
						   psprintf("%s, %s, text", subtype, subtype));
	}
	rename_constructor(delta, to, sm_attr(from, MULTIRANGE_SCHEMA), multirange,
					   "");
}

static void
create(SmDelta *delta, const SmObject *to)
{
	static const char *const names[] = {
		"SUBTYPE",	 "MULTIRANGE_TYPE_NAME", "SUBTYPE_OPCLASS", "COLLATION",
		"CANONICAL", "SUBTYPE_DIFF"
	};
	StringInfoData sql;

	initStringInfo(&sql);
	for (int i = SUBTYPE; i <= DIFF; i++)
		if (sm_attr(to, i))
			appendStringInfo(&sql, "%s%s = %s", sql.len > 0 ? ",\n\t" : "",
							 names[i - SUBTYPE], sm_attr(to, i));
	make_room(delta, to);
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE TYPE %s AS RANGE (\n\t%s\n)", to->identity,
					   sql.data);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	if (sm_attr(from, CANONICAL))
		sm_type_drop_with_functions(delta, from);
	else
		sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP TYPE %s",
						   sm_type_name_to_drop(from));
}

const SmKind sm_kind_range = {
	.name = "range",
	.classid = TypeRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_TYPE,
	.weight = 34,
	.acl_type = 'T',
	.alias_query = alias_query,
	.sql_type = sql_type,
	.can_swap = can_swap,
	.create = create,
	.drop = drop,
};
