/*-------------------------------------------------------------------------
 *
 * validate.c
 *	  Looking for what should never be: a broken graph, changed scripts,
 *	  applied sets with holes, a journal that says something else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "checksum.h"
#include "compat.h"
#include "journal.h"
#include "query.h"
#include "revision.h"
#include "squash.h"

#define COLUMNS 5

/* The steps of runs, one row for each revision that they have moved */
#define MOVED_BY_STEPS                                                         \
	"(SELECT run, step, status, direction, finished_at, "                      \
	"pg_catalog.unnest(COALESCE(replaces, ARRAY[revision])) AS revision "      \
	"FROM schemamig.run_step) s "

/*
 * What queries can find, one SELECT a check: problem, revision, tenant,
 * detail, hint.
 */
static SmQuery checks = {
	.sql =
		"SELECT 'revision does not exist', e.revision, NULL::text, "
		"'It has parents in schemamig.revision_edge.', "
		"'Delete those rows.' "
		"FROM schemamig.revision_edge e "
		"WHERE NOT EXISTS (SELECT FROM schemamig.revision r WHERE r.revision = e.revision) "
		"GROUP BY e.revision "
		"UNION ALL "
		"SELECT 'applied revision does not exist', a.revision, a.tenant, "
		"'Its row in schemamig.revision is gone.', "
		"'Create it again with its identifier, or put the applied set right with schemamig.stamp() and purge => true.' "
		"FROM schemamig.applied a "
		"WHERE NOT EXISTS (SELECT FROM schemamig.revision r WHERE r.revision = a.revision) "
		"UNION ALL "
		"SELECT 'run of a step does not exist', NULL, NULL, "
		"pg_catalog.format('Run %s has steps in schemamig.run_step, but is not in schemamig.run.', s.run), "
		"'Delete the steps too.' "
		"FROM schemamig.run_step s "
		"WHERE NOT EXISTS (SELECT FROM schemamig.run r WHERE r.run = s.run) "
		"GROUP BY s.run "
		"UNION ALL "
		"SELECT 'missing parent', e.revision, NULL::text, "
		"pg_catalog.format('It names revision \"%s\", which does not exist.', e.parent), "
		"'Give it another parent with schemamig.edit().' "
		"FROM schemamig.revision_edge e "
		"WHERE NOT EXISTS (SELECT FROM schemamig.revision r WHERE r.revision = e.parent) "
		"UNION ALL "
		"SELECT 'changed after it was applied', a.revision, a.tenant, "
		"CASE WHEN a.token_checksum = r.token_checksum THEN "
		"'Only comments or white space of the upgrade script have changed.' ELSE "
		"'Statements of the upgrade script have changed.' END, "
		"'Change it back with schemamig.edit(), or accept it with schemamig.stamp(''current'', purge => true).' "
		"FROM schemamig.applied a JOIN schemamig.revision r USING (revision) "
		"WHERE a.checksum <> r.checksum "
		"UNION ALL "
		"SELECT 'applied without what it needs', a.revision, a.tenant, "
		"pg_catalog.format('Revision \"%s\", which it needs, is not applied.', e.parent), "
		"'Find out how it came about, then put it right with schemamig.stamp().' "
		"FROM schemamig.applied a JOIN schemamig.revision_edge e USING (revision) "
		"WHERE NOT EXISTS (SELECT FROM schemamig.applied p "
		"WHERE p.tenant = a.tenant AND p.revision = e.parent) "
		"UNION ALL "
		"SELECT CASE u.direction WHEN 'upgrade' THEN 'half applied' ELSE 'half undone' END, "
		"u.revision, u.tenant, "
		"pg_catalog.format('Run %s has committed %s of %s statements of its %s script%s.', "
		"u.run, u.statements_done, u.statements_total, u.direction, "
		"CASE WHEN s.status = 'failed' THEN ', then it failed: ' || s.error "
		"WHEN u.outside IS NOT NULL THEN pg_catalog.format(', and was interrupted in statement %s', u.outside) "
		"ELSE ', and was interrupted' END), "
		"pg_catalog.format('CALL schemamig.migrate() in direction %L goes on with it.', u.direction) "
		"FROM schemamig.unfinished u LEFT JOIN schemamig.run_step s USING (run, step) "
		"WHERE NOT EXISTS (SELECT FROM " SM_ALIVE_LOCKS
		"AND l.objid::bigint = (u.run & 4294967295)) "
		"UNION ALL "
		"SELECT 'schema of the tenant does not exist', NULL, t.tenant, "
		"'It has been dropped or renamed.', "
		"'Use schemamig.rename_tenant() or schemamig.drop_tenant().' "
		"FROM schemamig.tenant t "
		"WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = t.tenant) "
		"UNION ALL "
		"SELECT 'hook function does not exist', NULL, NULL, "
		"pg_catalog.format('Function %s is registered for event \"%s\".', h.function, h.event), "
		"'Remove it with schemamig.unregister_hook().' "
		"FROM schemamig.hook h "
		"WHERE pg_catalog.to_regprocedure(h.function || '(pg_catalog.jsonb)') IS NULL "
		"UNION ALL "
		"SELECT 'journal and applied set disagree', a.revision, a.tenant, "
		"pg_catalog.format('Run %s is said to have applied it, but has no such step.', a.run), "
		"'Somebody has changed the table schemamig.applied by hand.' "
		"FROM schemamig.applied a JOIN schemamig.run r USING (run) "
		"WHERE NOT EXISTS (SELECT FROM " MOVED_BY_STEPS
		"WHERE s.run = a.run AND s.revision = a.revision) "
		"UNION ALL "
		"SELECT 'journal and applied set disagree', s.revision, s.tenant, "
		"pg_catalog.format('Run %s, the last one that moved it, was %s; it is %s.', "
		"s.run, s.direction, CASE WHEN s.applied THEN 'applied' ELSE 'not applied' END), "
		"'Somebody has changed the table schemamig.applied by hand.' "
		"FROM (SELECT DISTINCT ON (r.tenant, s.revision) r.tenant, s.revision, s.run, s.direction, "
		"EXISTS (SELECT FROM schemamig.applied a WHERE a.tenant = r.tenant AND a.revision = s.revision) AS applied "
		"FROM " MOVED_BY_STEPS "JOIN schemamig.run r USING (run) "
		"WHERE s.status = 'done' AND s.direction IN ('upgrade', 'downgrade', 'stamp', 'unstamp') "
		"ORDER BY r.tenant, s.revision, s.finished_at DESC, s.run DESC, s.step DESC) s "
		"WHERE s.applied <> (s.direction IN ('upgrade', 'stamp')) "
		"AND EXISTS (SELECT FROM schemamig.revision r WHERE r.revision = s.revision) "
		"ORDER BY 1, 3, 2",
	.mode = SM_READ
};

PG_FUNCTION_INFO_V1(schemamig_validate);

static void
put_problem(ReturnSetInfo *rsinfo, const char *const *columns)
{
	Datum values[COLUMNS];
	bool nulls[COLUMNS];

	for (int i = 0; i < COLUMNS; i++)
	{
		nulls[i] = (columns[i] == NULL);
		values[i] = columns[i] ? CStringGetTextDatum(columns[i]) : (Datum) 0;
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* Scripts that were changed in the table, past schemamig.edit() */
static void
check_texts(ReturnSetInfo *rsinfo, const SmGraph *g)
{
	for (int i = 0; i < g->n; i++)
	{
		SmRevision *rev = sm_revision_fetch(g, &i, 1, SM_NO_LOCK)[0];
		const char *problem[COLUMNS] = {
			"script does not match its checksum", rev->id, NULL,
			"The upgrade script was changed in the table, not by schemamig.edit().",
			"Read it, then put it on record with schemamig.edit()."
		};

		if (strcmp(sm_checksum_text(rev->upgrade), rev->checksum) != 0)
			put_problem(rsinfo, problem);
	}
}

/* Squashes that are not used, and those that were changed in the table */
static void
check_squashes(ReturnSetInfo *rsinfo, const SmGraph *g)
{
	ListCell *lc;

	foreach (lc, sm_squash_list(g, SM_READ))
	{
		SmSquash *squash = lfirst(lc);
		SmRevision *rev = &sm_squash_read(g, squash->rev.id)->rev;
		const char *stale[COLUMNS] = {
			"squash is not used", rev->id, NULL,
			sm_squash_problem(g, squash, SM_READ),
			"Drop it with schemamig.drop_squash(), and make it again."
		};
		const char *changed[COLUMNS] = {
			"script does not match its checksum", rev->id, NULL,
			"The upgrade script of the squash was changed in the table.",
			"Drop it with schemamig.drop_squash(), and make it again."
		};

		if (stale[3])
			put_problem(rsinfo, stale);
		if (strcmp(sm_checksum_text(rev->upgrade), rev->checksum) != 0)
			put_problem(rsinfo, changed);
	}
}

/* SQL function validate(): no rows if nothing is wrong */
Datum
schemamig_validate(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	SmRows *rows;
	SmGraphRows graph_rows;
	SmGraph *g;
	char *fault;

	InitMaterializedSRF(fcinfo, 0);
	graph_rows = sm_revision_graph_rows();
	g = sm_graph_build(&graph_rows, &fault);
	if (g == NULL)
	{
		const char *problem[COLUMNS] = {
			"invalid graph", NULL, NULL, fault,
			"Somebody has changed the tables by hand; put the edges right there."
		};

		put_problem(rsinfo, problem);
	}
	rows = sm_query(&checks, NULL, NULL);
	for (uint64 i = 0; i < rows->n; i++)
	{
		const char *problem[COLUMNS];

		for (int column = 0; column < COLUMNS; column++)
			problem[column] = sm_rows_text(rows, i, column + 1);
		put_problem(rsinfo, problem);
	}
	if (g)
	{
		check_texts(rsinfo, g);
		check_squashes(rsinfo, g);
	}
	return (Datum) 0;
}
