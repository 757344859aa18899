/*-------------------------------------------------------------------------
 *
 * view_column.c
 *	  Columns of views and materialized views.
 *
 * They come and go with their view.  All of them are read, not only those
 * that have something of their own: a comment that only one of both states has
 * is a column that differs, not one that is dropped from under other views.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/options.h"

enum
{
	DEFAULT = SM_FIRST_ATTR, /* of views; all others, of materialized views */
	STATISTICS,
	STORAGE,
	COMPRESSION,
	OPTIONS,
	TYPE_STORAGE /* what STORAGE is when it is not set */
};

static const SmAttr attrs[] = {
	{ "default", 0 },
	{ "statistics", 0 },
	{ "storage", 0 },
	{ "compression", 0 },
	{ "options", SM_ATTR_LINES },
	{ "type storage", SM_ATTR_INFO },
};

#define SQL_ACL SM_SQL_ACL("a.attacl", "c.relowner") ", "

#define SQL_STORAGE_WORD(column)                                               \
	"CASE " column " WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' "          \
	"WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END"

#define SQL_STORAGE                                                            \
	"CASE WHEN a.attstorage <> t.typstorage AND c.relkind = 'm' "              \
	"THEN " SQL_STORAGE_WORD("a.attstorage") " END, "

#define SQL_OPTIONS SM_SQL_OPTIONS("a.attoptions") ", "

#define SQL_TYPE_STORAGE                                                       \
	"CASE WHEN c.relkind = 'm' THEN " SQL_STORAGE_WORD("t.typstorage") " END "

/* -1 as the target means the same as NULL; since 17 it is not stored */
static const char query[] =
	"SELECT a.attrelid, a.attnum::int4, a.attrelid, 0, n.nspname, a.attname, "
	"format('%I.%I.%I', n.nspname, c.relname, a.attname), NULL::text, " SQL_ACL
	"pg_get_expr(d.adbin, d.adrelid), "
	"nullif(a.attstattarget, -1), " SQL_STORAGE
	"CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' "
	"END, " SQL_OPTIONS SQL_TYPE_STORAGE
	"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	"JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
	"JOIN pg_type t ON t.oid = a.atttypid "
	"LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
	"WHERE c.relkind IN ('v', 'm') AND c.relnamespace = ANY ($1) "
	"ORDER BY a.attrelid, a.attnum";

static const char alias_query[] =
	"SELECT 'pg_attrdef'::regclass::oid, d.oid, d.adrelid, d.adnum::int4 "
	"FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid "
	"WHERE c.relkind = 'v' AND c.relnamespace = ANY ($1)";

static const char *
sql_type(const SmObject *object)
{
	return "COLUMN";
}

static bool
is_inline(const SmObject *object)
{
	for (int i = DEFAULT; i <= OPTIONS; i++)
		if (sm_attr(object, i))
			return false;
	return true;
}

/* One subcommand for each attribute, which all kinds of relations know */
static void
settle(SmDelta *delta, const SmObject *from, const SmObject *to, SmPhase phase,
	   uint64 changed)
{
	const char *table = to->parent->identity;
	const char *name = quote_identifier(to->name);
	const char *old_options = from ? sm_attr(from, OPTIONS) : NULL;
	char *set = sm_options_set(old_options, sm_attr(to, OPTIONS));
	char *reset = sm_options_reset(old_options, sm_attr(to, OPTIONS));

	if (SM_DIFFERS(changed, DEFAULT))
		sm_delta_alter_table(delta, to, phase, table, "ALTER COLUMN %s %s%s",
							 name,
							 sm_attr(to, DEFAULT) ? "SET DEFAULT "
												  : "DROP DEFAULT",
							 sm_text_or(sm_attr(to, DEFAULT), ""));
	if (SM_DIFFERS(changed, STATISTICS))
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET STATISTICS %s", name,
							 sm_text_or(sm_attr(to, STATISTICS), "-1"));
	if (SM_DIFFERS(changed, STORAGE))
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET STORAGE %s", name,
							 sm_text_or(sm_attr(to, STORAGE),
										sm_attr(to, TYPE_STORAGE)));
	if (SM_DIFFERS(changed, COMPRESSION))
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET COMPRESSION %s", name,
							 sm_text_or(sm_attr(to, COMPRESSION), "default"));
	if (SM_DIFFERS(changed, OPTIONS) && reset)
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s RESET (%s)", name, reset);
	if (SM_DIFFERS(changed, OPTIONS) && set)
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET (%s)", name, set);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	uint64 set = 0;

	for (int i = DEFAULT; i <= OPTIONS; i++)
		if (sm_attr(to, i))
			set |= SM_BIT(i);
	settle(delta, NULL, to, SM_PHASE_CREATE, set);
}

/* A column goes with its view, and with nothing else */
static void
drop(SmDelta *delta, const SmObject *from)
{
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	settle(delta, from, to, SM_PHASE_ALTER, changed);
}

const SmKind sm_kind_view_column = {
	.name = "view column",
	.classid = RelationRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 61,
	.acl_type = 'c',
	.alias_query = alias_query,
	.sql_type = sql_type,
	.is_inline = is_inline,
	.create = create,
	.drop = drop,
	.alter = alter,
};
