/*-------------------------------------------------------------------------
 *
 * runner.c
 *	  Upgrade and downgrade in the caller's transaction.
 *
 * A run takes the run lock, reads what is applied as of now, makes a plan,
 * prepares all of it (prepare.c), and takes the steps.  A step runs its
 * scripts and notes in the journal that it did, in the same transaction, so
 * that neither is ever there without the other; and since all steps are in
 * the caller's transaction, an error leaves nothing of the run.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "args.h"
#include "checksum.h"
#include "compat.h"
#include "env.h"
#include "exec.h"
#include "hook.h"
#include "journal.h"
#include "locks.h"
#include "plan.h"
#include "prepare.h"
#include "progress.h"
#include "query.h"
#include "variable.h"

/* A call that moves a tenant */
typedef struct Run
{
	SmGraph *g;
	SmTenant tenant;
	SmPlan plan;
	SmStep *steps;
	SmRunAs run_as;
	const char *role; /* name of run_as */
	int64 number;	  /* in schemamig.run */
	SmHooks hooks;
} Run;

static SmQuery all_applied = {
	.sql = "SELECT NOT EXISTS (SELECT FROM schemamig.revision r "
		   "WHERE NOT EXISTS (SELECT FROM schemamig.applied a "
		   "WHERE a.tenant = $1 AND a.revision = r.revision))",
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

PG_FUNCTION_INFO_V1(schemamig_upgrade);
PG_FUNCTION_INFO_V1(schemamig_upgrade_list);
PG_FUNCTION_INFO_V1(schemamig_downgrade);
PG_FUNCTION_INFO_V1(schemamig_downgrade_list);
PG_FUNCTION_INFO_V1(schemamig_downgrade_steps);

/*
 * What can be done about errors that come from the way in which scripts run.
 * The server's own words for a role that was lent speak of a function.  Other
 * errors come from running everything in one transaction.  A step that could
 * not get a lock is not tried again: rolling back to before the step would keep
 * the locks that earlier steps have taken. And the locks on what steps change
 * or drop are needed until the end.
 */
static void
step_error_callback(void *arg)
{
	const Run *run = arg;

	switch (geterrcode())
	{
		case ERRCODE_INSUFFICIENT_PRIVILEGE:
			if (run->run_as.restricted)
				errhint("The script runs as role \"%s\", which schemamig.role lends to it. It cannot change the role, nor leave behind what is used later, such as temporary objects and deferred triggers.",
						run->role);
			break;
		case ERRCODE_LOCK_NOT_AVAILABLE:
			errhint(
				"The whole call is rolled back. Try again, or let schemamig.lock_timeout be longer.");
			break;
		case ERRCODE_OUT_OF_MEMORY:
			errhint(
				"The whole call is rolled back. If it was the lock table that was full, move fewer revisions in one call, or increase \"max_locks_per_transaction\".");
			break;
		default:
			break;
	}
}

/* Runs the scripts of a step with the rights and settings of scripts */
static void
run_scripts(const Run *run, const SmStep *step)
{
	ErrorContextCallback callback;
	SmEnv env;

	callback.callback = step_error_callback;
	callback.arg = (void *) run;
	callback.previous = error_context_stack;
	error_context_stack = &callback;

	sm_tenant_check(&run->tenant, run->run_as.role);
	sm_env_enter_script(&env, run->run_as, run->tenant.schema);
	sm_exec_script(step->script);
	if (step->verify)
		sm_exec_script(step->verify);
	sm_env_leave(&env);
	sm_tenant_check(&run->tenant, run->run_as.role);

	error_context_stack = callback.previous;
}

static SmStepReport
step_report(const Run *run, int i)
{
	const SmStep *step = &run->steps[i];
	const char *parents = sm_progress_parents(run->g, step->idx);
	bool up = (run->plan.direction == SM_UPGRADE);
	SmStepReport report = { .step = i + 1,
							.steps = run->plan.n,
							.direction =
								sm_plan_direction_name(run->plan.direction),
							.revision = step->rev->id,
							.from = up ? parents : step->rev->id,
							.to = up ? step->rev->id : parents,
							.message = step->rev->message,
							.statements = step->script->n };

	return report;
}

/* Takes one step; returns when it began */
static TimestampTz
run_step(const Run *run, int i)
{
	const SmStep *step = &run->steps[i];
	SmStepReport report = step_report(run, i);
	bool up = (run->plan.direction == SM_UPGRADE);
	SmJournalStep journal = { .run = run->number,
							  .step = i + 1,
							  .revision = step->rev->id,
							  .direction = report.direction,
							  .message = step->rev->message,
							  .statements = step->script->n,
							  .checksum = up ? step->rev->checksum
											 : sm_checksum_text(step->text) };

	sm_progress_step(&report);
	sm_hook_call(&run->hooks, SM_HOOK_BEFORE_STEP, &report);
	journal.started_at = GetCurrentTimestamp();
	run_scripts(run, step);
	if (up)
		sm_journal_apply(&run->tenant, step->rev, run->number, run->role);
	else
		sm_journal_unapply(&run->tenant, step->rev->id);
	sm_journal_step(&journal);
	sm_hook_call(&run->hooks, SM_HOOK_AFTER_STEP, &report);
	sm_progress_notify(&report, run->tenant.name);
	sm_locks_release_created();
	return journal.started_at;
}

/* One result row: revision, direction, message, duration */
static void
put_row(ReturnSetInfo *rsinfo, const Run *run, int i, TimestampTz started_at)
{
	const SmRevision *rev = run->steps[i].rev;
	Interval *duration = palloc0_object(Interval);
	Datum values[4];
	bool nulls[4] = { false };

	duration->time = GetCurrentTimestamp() - started_at;
	values[0] = CStringGetTextDatum(rev->id);
	values[1] =
		CStringGetTextDatum(sm_plan_direction_name(run->plan.direction));
	values[2] = CStringGetTextDatum(rev->message);
	values[3] = IntervalPGetDatum(duration);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* Takes all steps of a prepared run */
static void
run_steps(Run *run, const char *target, ReturnSetInfo *rsinfo)
{
	MemoryContext run_context = CurrentMemoryContext;
	MemoryContext step_context =
		AllocSetContextCreate(run_context, "schemamig step",
							  ALLOCSET_DEFAULT_SIZES);
	const char *direction = sm_plan_direction_name(run->plan.direction);
	SmStepReport summary = { .direction = direction, .steps = run->plan.n };

	sm_tenant_register(&run->tenant, run->role);
	run->number = sm_journal_begin(&run->tenant, direction, target, run->role);
	run->hooks.run = run->number;

	sm_progress_begin(run_context);
	sm_locks_observe(run_context);
	for (int i = 0; i < run->plan.n; i++)
	{
		MemoryContextSwitchTo(step_context);
		put_row(rsinfo, run, i, run_step(run, i));
		MemoryContextSwitchTo(run_context);
		MemoryContextReset(step_context);
	}
	sm_hook_call(&run->hooks, SM_HOOK_AFTER_RUN, &summary);
	sm_progress_end();

	sm_journal_end(run->number);
}

/* Checks all that can be checked before the first step */
static void
prepare_run(Run *run, SmRevision **revs, Jsonb *variables)
{
	run->steps = sm_prepare_scripts(run->g, &run->plan, revs, variables, false);
	sm_prepare_check_applied(&run->tenant, &run->plan, run->steps);
	sm_prepare_check_rights(run->steps, run->plan.n, run->run_as);
	sm_prepare_check_transactional(run->steps, run->plan.n);
	run->hooks.run_as = run->run_as;
	run->hooks.tenant = &run->tenant;
	sm_hook_load(&run->hooks);
}

/*
 * Makes the plan and locks its revisions.  If the graph has changed before
 * they were locked, an upgrade makes a new plan: its target means the same.
 * A downgrade does not, because "-1" would now undo something else.  Returns
 * the rows of the revisions, NULL if there is nothing to do.
 */
static SmRevision **
make_plan(Run *run, SmDirection direction, const List *targets)
{
	SmRevision **revs;

	for (;;)
	{
		Bitmapset *applied;

		CHECK_FOR_INTERRUPTS();
		sm_revision_state(run->tenant.name, &run->g, &applied);
		run->plan = sm_plan_targets(run->g, direction, targets, applied);
		if (run->plan.n == 0)
			return NULL;
		/* with steps to take, the transaction must see the same state */
		sm_revision_check_snapshot(run->tenant.name);
		revs = sm_revision_fetch_unchanged(run->g, run->plan.idx, run->plan.n);
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

/*
 * The body of all the SQL functions: argument 0 is the target or the targets
 * (given here as a list), 1 the tenant, 2 the variables.
 */
static Datum
run_targets(FunctionCallInfo fcinfo, SmDirection direction, List *targets)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext old = CurrentMemoryContext;
	MemoryContext context;
	Jsonb *variables = PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P(2);
	SmRevision **revs = NULL;
	Run run = { 0 };

	PreventCommandIfReadOnly(direction == SM_UPGRADE ? "schemamig.upgrade()"
													 : "schemamig.downgrade()");
	InitMaterializedSRF(fcinfo, 0);
	sm_variable_check(variables);

	/* deleted with the (sub)transaction if that fails */
	context = AllocSetContextCreate(CurTransactionContext, "schemamig run",
									ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	run.run_as = sm_env_run_as();
	run.role = sm_env_role_name(run.run_as.role);
	run.tenant = sm_tenant_lookup(sm_arg_name(fcinfo, 1), run.run_as.role);
	sm_locks_run(&run.tenant);
	if (direction == SM_DOWNGRADE || !is_at_head(&run.tenant, targets))
		revs = make_plan(&run, direction, targets);
	if (revs)
	{
		prepare_run(&run, revs, variables);
		run_steps(&run, sm_args_join(targets), rsinfo);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return (Datum) 0;
}

static List *
one_target(FunctionCallInfo fcinfo)
{
	return list_make1(sm_arg_text_required(fcinfo, 0, "target"));
}

static List *
several_targets(FunctionCallInfo fcinfo)
{
	return sm_arg_text_list(fcinfo, 0, "targets");
}

/* SQL function upgrade(target text, ...) */
Datum
schemamig_upgrade(PG_FUNCTION_ARGS)
{
	return run_targets(fcinfo, SM_UPGRADE, one_target(fcinfo));
}

/* SQL function upgrade(targets text[], ...) */
Datum
schemamig_upgrade_list(PG_FUNCTION_ARGS)
{
	return run_targets(fcinfo, SM_UPGRADE, several_targets(fcinfo));
}

/* SQL function downgrade(target text, ...) */
Datum
schemamig_downgrade(PG_FUNCTION_ARGS)
{
	return run_targets(fcinfo, SM_DOWNGRADE, one_target(fcinfo));
}

/* SQL function downgrade(targets text[], ...) */
Datum
schemamig_downgrade_list(PG_FUNCTION_ARGS)
{
	return run_targets(fcinfo, SM_DOWNGRADE, several_targets(fcinfo));
}

/* SQL function downgrade(steps int, ...): as target -N */
Datum
schemamig_downgrade_steps(PG_FUNCTION_ARGS)
{
	int steps = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);

	if (steps <= 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("number of steps must be positive")));
	return run_targets(fcinfo, SM_DOWNGRADE,
					   list_make1(psprintf("-%d", steps)));
}
