/*-------------------------------------------------------------------------
 *
 * index.c
 *	  Indexes of tables and materialized views.
 *
 * Those of constraints belong to these.  The definition is put together from
 * columns of pg_index, and the server asked for expressions only:
 * pg_get_indexdef() opens the table, and with many indexes it would take most
 * of the time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/options.h"
#include "kinds/relation.h"
#include "kinds/table.h"

enum
{
	UNIQUE = SM_FIRST_ATTR,
	METHOD,
	COLUMNS,
	INCLUDE,
	NULLS_NOT_DISTINCT,
	PREDICATE,
	OPTIONS,
	TABLESPACE,
	STATISTICS, /* lines "column target", of expressions */
	INVALID,
	PARENT, /* the index that it is a partition of */
	CLUSTERED,
	REPLICA_IDENTITY
};

static const SmAttr attrs[] = {
	{ "unique", 0 },
	{ "method", 0 },
	{ "columns", 0 },
	{ "include", 0 },
	{ "nulls not distinct", 0 },
	{ "predicate", 0 },
	{ "options", SM_ATTR_LINES },
	{ "tablespace", 0 },
	{ "statistics", 0 },
	{ "invalid", 0 },
	{ "parent", 0 },
	{ "clustered", 0 },
	{ "replica identity", 0 },
};

/* clang-format off */
static const char query[] =
	"SELECT i.indexrelid, 0, i.indrelid, 0, n.nspname, x.relname, "
	"format('%I.%I', n.nspname, x.relname), NULL::text, NULL::text, "
	"i.indisunique, m.amname, k.columns, k.included, i.indnullsnotdistinct, "
	"CASE WHEN i.indpred IS NOT NULL "
	"THEN pg_get_expr(i.indpred, i.indrelid) END, "
	SM_SQL_OPTIONS("x.reloptions")
	", quote_ident(s.spcname), "
	"CASE WHEN i.indexprs IS NOT NULL THEN "
	"(SELECT string_agg(e.attnum || ' ' || e.attstattarget, E'\\n' "
	"ORDER BY e.attnum) FROM pg_attribute e "
	"WHERE e.attrelid = i.indexrelid AND e.attstattarget >= 0) END, "
	"NOT i.indisvalid AND x.relkind = 'i', "
	"CASE WHEN p.oid IS NOT NULL "
	"THEN format('%I.%I', pn.nspname, p.relname) END, "
	SM_SQL_INDEX_MARKS " "
	"FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid "
	"JOIN pg_namespace n ON n.oid = x.relnamespace "
	"JOIN pg_class c ON c.oid = i.indrelid "
	"JOIN pg_am m ON m.oid = x.relam "
	"LEFT JOIN pg_tablespace s ON s.oid = x.reltablespace "
	"LEFT JOIN (pg_inherits h JOIN pg_class p ON p.oid = h.inhparent "
	"JOIN pg_namespace pn ON pn.oid = p.relnamespace) "
	"ON h.inhrelid = i.indexrelid "
	"CROSS JOIN LATERAL (SELECT "
	"string_agg(u.def, ', ' ORDER BY u.n) "
	"FILTER (WHERE u.n <= i.indnkeyatts) AS columns, "
	"string_agg(u.def, ', ' ORDER BY u.n) "
	"FILTER (WHERE u.n > i.indnkeyatts) AS included FROM (SELECT u.n, "
	"CASE WHEN u.attnum = 0 "
	"THEN pg_get_indexdef(i.indexrelid, u.n::int, false) "
	"ELSE quote_ident(a.attname) END "
	"|| CASE WHEN u.n > i.indnkeyatts THEN '' ELSE "
	/* of an expression it is not known what it would have without */
	"CASE WHEN u.collid NOT IN (0, coalesce(a.attcollation, 100)) "
	"THEN ' COLLATE ' || u.collid::regcollation::text ELSE '' END "
	"|| CASE WHEN NOT o.opcdefault OR ea.attoptions IS NOT NULL "
	"OR (o.opcintype <> a.atttypid AND EXISTS (SELECT FROM pg_opclass d "
	"WHERE d.opcmethod = o.opcmethod AND d.opcintype = a.atttypid "
	"AND d.opcdefault)) "
	"THEN ' ' || CASE WHEN o.opcnamespace = 11 THEN quote_ident(o.opcname) "
	"ELSE format('%I.%I', oc.nspname, o.opcname) END ELSE '' END "
	"|| CASE WHEN ea.attoptions IS NOT NULL THEN ' (' || "
	"(SELECT string_agg(quote_ident(split_part(q, '=', 1)) || '=' || "
	"quote_literal(substr(q, strpos(q, '=') + 1)), ', ' ORDER BY q) "
	"FROM unnest(ea.attoptions) q) || ')' ELSE '' END "
	"|| CASE u.option WHEN 1 THEN ' DESC NULLS LAST' "
	"WHEN 2 THEN ' NULLS FIRST' WHEN 3 THEN ' DESC' ELSE '' END END AS def "
	"FROM ROWS FROM (unnest(i.indkey::int2[]), unnest(i.indclass::oid[]), "
	"unnest(i.indcollation::oid[]), unnest(i.indoption::int2[])) "
	"WITH ORDINALITY AS u (attnum, opclass, collid, option, n) "
	"LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid "
	"AND a.attnum = u.attnum AND u.attnum <> 0 "
	"LEFT JOIN pg_attribute ea ON ea.attrelid = i.indexrelid "
	"AND ea.attnum = u.n "
	"LEFT JOIN pg_opclass o ON o.oid = u.opclass "
	"LEFT JOIN pg_namespace oc ON oc.oid = o.opcnamespace) u) k "
	"WHERE c.relkind IN ('r', 'p', 'm') AND x.relnamespace = ANY ($1) "
	"AND NOT EXISTS (SELECT FROM pg_constraint t "
	"WHERE t.conindid = i.indexrelid AND t.contype IN ('p', 'u', 'x'))";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "INDEX";
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	for (int i = UNIQUE; i <= PREDICATE; i++)
		if (SM_DIFFERS(changed, i))
			return SM_REPLACE;
	/* attached to another index, or to none any more */
	if (SM_DIFFERS(changed, PARENT) && sm_attr(from, PARENT))
		return SM_REPLACE;
	return SM_DIFFERS(changed, INVALID) ? SM_REPLACE : SM_ALTER;
}

static char *
definition(const SmObject *to)
{
	char *options = sm_options_text(sm_attr(to, OPTIONS));
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE %sINDEX %s ON %s USING %s (%s)",
					 sm_attr_true(to, UNIQUE) ? "UNIQUE " : "",
					 quote_identifier(to->name), to->parent->identity,
					 sm_attr(to, METHOD), sm_attr(to, COLUMNS));
	if (sm_attr(to, INCLUDE))
		appendStringInfo(&sql, " INCLUDE (%s)", sm_attr(to, INCLUDE));
	if (sm_attr_true(to, NULLS_NOT_DISTINCT))
		appendStringInfoString(&sql, " NULLS NOT DISTINCT");
	if (options)
		appendStringInfo(&sql, " WITH (%s)", options);
	if (sm_attr(to, TABLESPACE))
		appendStringInfo(&sql, " TABLESPACE %s", sm_attr(to, TABLESPACE));
	if (sm_attr(to, PREDICATE))
		appendStringInfo(&sql, " WHERE %s", sm_attr(to, PREDICATE));
	return sql.data;
}

static void
set_statistics(SmDelta *delta, const SmObject *to, SmPhase phase,
			   const char *lines, const char *others)
{
	while (lines && *lines)
	{
		int length = (int) strcspn(lines, "\n");
		int name = (int) strcspn(lines, " ");

		if (others == NULL)
			sm_delta_statement(delta, to, phase,
							   "ALTER INDEX %s ALTER COLUMN %.*s SET STATISTICS %.*s",
							   to->identity, name, lines, length - name - 1,
							   lines + name + 1);
		else
			sm_delta_statement(delta, to, phase,
							   "ALTER INDEX %s ALTER COLUMN %.*s SET STATISTICS %s",
							   to->identity, name, lines, others);
		lines += lines[length] ? length + 1 : length;
	}
}

/* Does the index that this one is a partition of stay as it is? */
static bool
parent_stays(const SmObject *to)
{
	for (int i = 0; i < to->owners.n; i++)
		if (sm_delta_creates(to->owners.item[i]))
			return false;
	for (int i = 0; i < to->parent->children.n; i++)
	{
		const SmObject *link = to->parent->children.item[i];

		/* attaching the table attaches its indexes */
		if (link->kind == &sm_kind_partition && sm_delta_creates(link))
			return false;
	}
	return true;
}

static void
attach(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	if (sm_attr(to, PARENT) && parent_stays(to))
		sm_delta_statement(delta, to, phase,
						   "ALTER INDEX %s ATTACH PARTITION %s",
						   sm_attr(to, PARENT), to->identity);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "%s", definition(to));
	if (!sm_delta_creates(to->parent))
		sm_delta_hazard(delta, to, SM_PHASE_CREATE,
						"writes to the table wait until the index is built%s",
						sm_attr_true(to, UNIQUE)
							? "; fails if there are duplicates"
							: "");
	attach(delta, to, SM_PHASE_CREATE);
	set_statistics(delta, to, SM_PHASE_CREATE, sm_attr(to, STATISTICS), NULL);
	sm_table_mark_index(delta, to, quote_identifier(to->name),
						sm_attr_true(to, CLUSTERED),
						sm_attr_true(to, REPLICA_IDENTITY));
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP INDEX %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, OPTIONS))
		sm_relation_alter_options(delta, "INDEX", from, to, OPTIONS);
	if (SM_DIFFERS(changed, TABLESPACE))
	{
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER INDEX %s SET TABLESPACE %s", to->identity,
						   sm_text_or(sm_attr(to, TABLESPACE), "pg_default"));
		sm_delta_rewrites(delta, to, SM_PHASE_ALTER);
	}
	if (SM_DIFFERS(changed, STATISTICS))
	{
		set_statistics(delta, to, SM_PHASE_ALTER, sm_attr(from, STATISTICS),
					   "-1");
		set_statistics(delta, to, SM_PHASE_ALTER, sm_attr(to, STATISTICS),
					   NULL);
	}
	if (SM_DIFFERS(changed, PARENT))
		attach(delta, to, SM_PHASE_ALTER);
	sm_table_mark_index(delta, to, quote_identifier(to->name),
						SM_DIFFERS(changed, CLUSTERED) &&
							sm_attr_true(to, CLUSTERED),
						SM_DIFFERS(changed, REPLICA_IDENTITY) &&
							sm_attr_true(to, REPLICA_IDENTITY));
	if (SM_DIFFERS(changed, CLUSTERED) && !sm_attr_true(to, CLUSTERED))
		sm_table_unmark_cluster(delta, to);
}

const SmKind sm_kind_index = {
	.name = "index",
	.classid = RelationRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_RELATION | SM_KIND_EVALUATES | SM_KIND_SPLITS,
	.weight = 50,
	.sql_type = sql_type,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
};
