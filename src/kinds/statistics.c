/*-------------------------------------------------------------------------
 *
 * statistics.c
 *	  Extended statistics.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_statistic_ext.h"

#include "compat.h"
#include "kinds.h"

enum
{
	DEFINITION = SM_FIRST_ATTR,
	TARGET
};

static const SmAttr attrs[] = {
	{ "definition", 0 },
	{ "target", 0 },
};

/*
 * The server has the columns in the order in which the table has them, which
 * does not matter.  -1 as the target means the same as NULL; since 17 it is not
 * stored.
 */
/* clang-format off */
static const char query[] =
	"SELECT s.oid, 0, s.stxrelid, 0, n.nspname, s.stxname, "
	"format('%I.%I', n.nspname, s.stxname), "
	SM_SQL_OWNER("s.stxowner") ", NULL::text, "
	"coalesce(replace(pg_get_statisticsobjdef(s.oid), "
	"' ON ' || k.by_number, ' ON ' || k.by_name), "
	"pg_get_statisticsobjdef(s.oid)), "
	"nullif(s.stxstattarget, -1) "
	"FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace "
	"CROSS JOIN LATERAL (SELECT "
	"string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), "
	"string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) "
	"FROM pg_attribute a WHERE a.attrelid = s.stxrelid "
	"AND a.attnum = ANY (s.stxkeys)) k (by_number, by_name) "
	"WHERE s.stxnamespace = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "STATISTICS";
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, DEFINITION) ? SM_REPLACE : SM_ALTER;
}

static void
change_target(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	sm_delta_statement(delta, to, phase,
					   "ALTER STATISTICS %s SET STATISTICS %s", to->identity,
					   sm_text_or(sm_attr(to, TARGET), "-1"));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "%s",
					   sm_attr(to, DEFINITION));
	if (sm_attr(to, TARGET))
		change_target(delta, to, SM_PHASE_CREATE);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP STATISTICS %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	change_target(delta, to, SM_PHASE_ALTER);
}

const SmKind sm_kind_statistics = {
	.name = "statistics",
	.classid = StatisticExtRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 75,
	.sql_type = sql_type,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
};
