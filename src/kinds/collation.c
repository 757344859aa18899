/*-------------------------------------------------------------------------
 *
 * collation.c
 *	  Collations.
 *
 * What a collation is cannot be changed.  While columns have it, another one
 * takes its place: the old one makes room under another name, the columns get
 * the new one, which builds their indexes again and leaves the rows alone.
 *
 * The version is not compared: it says with which library the indexes were
 * built, and only who has built them again may say that it is a newer one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/type.h"

enum
{
	PROVIDER = SM_FIRST_ATTR,
	LOCALE,	 /* of libc: for both categories */
	COLLATE, /* of libc, if the categories differ */
	CTYPE,
	RULES,
	NONDETERMINISTIC
};

static const SmAttr attrs[] = {
	{ "provider", 0 }, { "locale", 0 }, { "lc_collate", 0 },
	{ "lc_ctype", 0 }, { "rules", 0 },	{ "nondeterministic", 0 },
};

/* clang-format off */
static const char query[] =
	"SELECT c.oid, 0, NULL::oid, NULL::int4, n.nspname, c.collname, "
	"format('%I.%I', n.nspname, c.collname), "
	SM_SQL_OWNER("c.collowner") ", NULL::text, "
	"CASE c.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' "
	"WHEN 'b' THEN 'builtin' END, "
	"CASE WHEN c.collprovider <> 'c' THEN " SM_SQL_COLLATION_LOCALE " "
	"WHEN c.collcollate = c.collctype THEN c.collcollate END, "
	"CASE WHEN c.collcollate <> c.collctype THEN c.collcollate END, "
	"CASE WHEN c.collcollate <> c.collctype THEN c.collctype END, "
	SM_SQL_COLLATION_RULES ", NOT c.collisdeterministic "
	"FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace "
	"WHERE c.collencoding IN (-1, "
	"pg_char_to_encoding(getdatabaseencoding())) "
	"AND c.collnamespace = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "COLLATION";
}

static bool
can_swap(const SmObject *from, const SmObject *to)
{
	return sm_type_has_columns(from);
}

static void
append_option(StringInfo sql, const SmObject *to, int attribute,
			  const char *name)
{
	if (sm_attr(to, attribute))
		appendStringInfo(sql, ", %s = %s", name,
						 quote_literal_cstr(sm_attr(to, attribute)));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE COLLATION %s (provider = %s", to->identity,
					 sm_attr(to, PROVIDER));
	append_option(&sql, to, LOCALE, "locale");
	append_option(&sql, to, COLLATE, "lc_collate");
	append_option(&sql, to, CTYPE, "lc_ctype");
	append_option(&sql, to, RULES, "rules");
	if (sm_attr_true(to, NONDETERMINISTIC))
		appendStringInfoString(&sql, ", deterministic = false");
	sm_type_make_room(delta, to);
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "%s)", sql.data);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP COLLATION %s",
					   sm_type_name_to_drop(from));
}

const SmKind sm_kind_collation = {
	.name = "collation",
	.classid = CollationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 10,
	.sql_type = sql_type,
	.can_swap = can_swap,
	.create = create,
	.drop = drop,
};
