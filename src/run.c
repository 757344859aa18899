/*-------------------------------------------------------------------------
 *
 * run.c
 *	  A call that moves a tenant: what it is to do, all checked.
 *
 * Common to the functions that do all in the caller's transaction (runner.c)
 * and the procedure that commits in between (migrate.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "compat.h"
#include "mirror.h"
#include "query.h"
#include "revision.h"
#include "run.h"

static SmQuery all_applied = {
	.sql =
		"SELECT NOT EXISTS (SELECT FROM schemamig.revision r "
		"WHERE NOT EXISTS (SELECT FROM schemamig.applied a "
		"WHERE a.tenant = $1 AND a.revision = r.revision)) "
		"AND NOT EXISTS (SELECT FROM schemamig.unfinished WHERE tenant = $1)",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery real_heads = {
	.sql =
		"SELECT pg_catalog.count(*) FROM schemamig.revision r "
		"WHERE NOT EXISTS (SELECT FROM schemamig.revision_edge e WHERE e.parent = r.revision)",
	.mode = SM_READ_LATEST
};

/* Finds out with whose rights the run goes on */
void
sm_run_as(SmRun *run)
{
	run->run_as = sm_env_run_as();
	run->role = sm_env_role_name(run->run_as.role);
}

/*
 * Makes the plan and locks its revisions.  If the graph has changed before
 * they were locked, an upgrade makes a new plan: its target means the same.
 * A downgrade does not, because "-1" would now undo something else.  Returns
 * the rows of the revisions, NULL if there is nothing to do.
 */
static SmRevision **
make_plan(SmRun *run, SmDirection direction, const List *targets)
{
	SmRevision **revs;

	for (;;)
	{
		SmSquashUse use = { SM_READ_LATEST, run->tenant.name, NULL };
		Bitmapset *applied;

		CHECK_FOR_INTERRUPTS();
		sm_revision_state(run->tenant.name, &run->g, &applied);
		run->plan = sm_plan_targets(run->g, direction, targets, applied);
		run->completes = direction == SM_UPGRADE &&
						 bms_num_members(applied) + run->plan.n == run->g->n;
		run->unfinished = sm_unfinished_read(run->tenant.name);
		if (run->unfinished)
			use.half_run = run->unfinished->revision;
		sm_squash_plan(run->g, &run->plan, &use);
		sm_unfinished_check(&run->tenant, run->unfinished, run->g, &run->plan);
		if (run->plan.n == 0)
			return NULL;
		/* with steps to take, the transaction must see the same state */
		sm_revision_check_snapshot(run->tenant.name);
		revs = sm_squash_fetch(run->g, &run->plan, true);
		if (revs)
			return revs;
		if (direction == SM_DOWNGRADE)
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg(
						 "could not serialize access due to concurrent change of revisions"),
					 errhint("The transaction might succeed if retried.")));
	}
}

/*
 * The case that every deploy ends with, and most begin with, needs no graph:
 * all revisions are applied, and the target is what that ends in.  There is
 * one head, in the sense of the target "head", if there is one real head.
 */
static bool
is_at_head(const SmTenant *tenant, const List *targets)
{
	const char *target = list_length(targets) == 1 ? linitial(targets) : "";
	Datum args[] = { CStringGetTextDatum(tenant->name) };
	bool heads = (strcmp(target, "heads") == 0);

	if (!heads && strcmp(target, "head") != 0)
		return false;
	return sm_rows_bool(sm_query(&all_applied, args, NULL), 0, 1) &&
		   (heads ||
			sm_rows_int64(sm_query(&real_heads, NULL, NULL), 0, 1) == 1);
}

/* Checks steps, or some of them, as to what may run and with whose rights */
static void
check_steps(const SmRun *run, SmStep *steps, int n)
{
	sm_prepare_check_rights(steps, n, run->run_as);
	sm_prepare_check_transactional(steps, n, run->in_pieces);
}

/*
 * What a statement at top level has left when it was broken off can be tidied
 * up at top level only.
 */
static void
check_outside(const SmRun *run)
{
	const SmUnfinished *u = run->unfinished;

	if (u->outside && !run->in_pieces)
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("revision \"%s\" cannot be finished in one transaction",
						u->revision),
				 errdetail("Run " INT64_FORMAT
						   " was broken off in statement %d, which runs outside of a transaction.",
						   u->run, u->outside),
				 errhint(
					 "CALL schemamig.migrate() goes on with it, or schemamig.start() in the background.")));
}

/* Prepares the steps of the plan, and checks them */
static void
prepare_steps(SmRun *run, SmRevision **revs)
{
	run->steps =
		sm_prepare_scripts(run->g, &run->plan, revs, run->variables, false);
	run->in_middle = (run->unfinished != NULL);
	if (run->unfinished)
	{
		check_outside(run);
		sm_prepare_check_done(&run->steps[0], run->unfinished);
	}
	sm_prepare_check_applied(&run->tenant, &run->plan, run->steps);
	check_steps(run, run->steps, run->plan.n);
}

/*
 * Makes the plan of a run, whose tenant and rights are known, and checks all
 * that can be checked before the first step.  The caller holds the run lock.
 * The revisions of the plan are locked until the transaction ends.  Returns
 * false if there is nothing to do.
 */
bool
sm_run_plan(SmRun *run, SmDirection direction, const List *targets)
{
	SmRevision **revs = NULL;

	sm_mirror_check(&run->tenant, run->run_as.role);
	run->plan.direction = direction;
	run->plan.n = 0;
	run->completes = true;
	if (direction == SM_DOWNGRADE || !is_at_head(&run->tenant, targets))
		revs = make_plan(run, direction, targets);
	if (run->completes)
		run->repeats = sm_repeat_pending(run->tenant.name);
	if (revs == NULL && run->repeats == NIL)
		return false;
	sm_repeat_prepare(run->repeats, run->variables, run->run_as);
	if (revs)
		prepare_steps(run, revs);
	else
		sm_revision_check_snapshot(run->tenant.name);
	run->hooks.run_as = run->run_as;
	run->hooks.tenant = &run->tenant;
	sm_hook_load(&run->hooks);
	return true;
}

/* What repeatable scripts need to know of the run */
SmRepeatRun
sm_run_repeats(const SmRun *run)
{
	SmRepeatRun repeats = { .tenant = &run->tenant,
							.run_as = run->run_as,
							.role = run->role,
							.number = run->number };

	return repeats;
}

/*
 * Prepares one step again, from the row as it is now: between two transactions
 * the revision may have been edited.
 */
void
sm_run_prepare_step(SmRun *run, int i, SmRevision *rev)
{
	SmPlan plan = { .direction = run->plan.direction,
					.n = 1,
					.idx = &run->plan.idx[i] };
	SmSquash *squash = sm_squash_at(&run->plan, i);
	SmStep *step;

	plan.squash = &squash;
	step = sm_prepare_scripts(run->g, &plan, &rev, run->variables, false);
	if (i == 0 && run->unfinished)
		sm_prepare_check_done(step, run->unfinished);
	check_steps(run, step, 1);
	run->steps[i] = *step;
}
