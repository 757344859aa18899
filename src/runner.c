/*-------------------------------------------------------------------------
 *
 * runner.c
 *	  Upgrade and downgrade in the caller's transaction.
 *
 * All steps are in the caller's transaction, so an error leaves nothing of the
 * run.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "args.h"
#include "compat.h"
#include "guc.h"
#include "journal.h"
#include "locks.h"
#include "mirror.h"
#include "run.h"
#include "step.h"
#include "variable.h"
#include "watch.h"

PG_FUNCTION_INFO_V1(schemamig_upgrade);
PG_FUNCTION_INFO_V1(schemamig_upgrade_list);
PG_FUNCTION_INFO_V1(schemamig_downgrade);
PG_FUNCTION_INFO_V1(schemamig_downgrade_list);
PG_FUNCTION_INFO_V1(schemamig_downgrade_steps);

/* One result row: revision, direction, message, duration */
static void
put_row(ReturnSetInfo *rsinfo, const SmTaking *taking)
{
	Interval *duration = palloc0_object(Interval);
	Datum values[4];
	bool nulls[4] = { false };

	duration->time = GetCurrentTimestamp() - taking->started_at;
	values[0] = CStringGetTextDatum(taking->report.revision);
	values[1] = CStringGetTextDatum(taking->report.direction);
	values[2] = CStringGetTextDatum(taking->report.message);
	values[3] = IntervalPGetDatum(duration);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* Takes one step */
static void
run_step(SmRun *run, int i, ReturnSetInfo *rsinfo)
{
	SmTaking taking = sm_step_begin(run, i);

	sm_progress_step(&taking.report);
	sm_step_take(&taking);
	sm_locks_release_created();
	put_row(rsinfo, &taking);
}

/* Runs the repeatable scripts that are behind the steps */
static void
run_repeats(const SmRun *run, ReturnSetInfo *rsinfo)
{
	SmRepeatRun repeats = sm_run_repeats(run);
	int steps = run->plan.n + list_length(run->repeats);
	ListCell *lc;

	foreach (lc, run->repeats)
	{
		const SmRepeat *repeat = lfirst(lc);
		SmTaking taking = { .report = { .revision = repeat->name,
										.direction = "repeat",
										.message = "repeatable script" },
							.started_at = GetCurrentTimestamp() };

		CHECK_FOR_INTERRUPTS();
		sm_repeat_take(&repeats, repeat,
					   run->plan.n + foreach_current_index(lc) + 1, steps);
		sm_locks_release_created();
		put_row(rsinfo, &taking);
	}
}

static void
run_error_callback(void *arg)
{
	sm_watch_error();
}

/* Takes all steps of a run that is planned */
static void
run_steps(SmRun *run, const char *target, ReturnSetInfo *rsinfo)
{
	MemoryContext run_context = CurrentMemoryContext;
	MemoryContext step_context =
		AllocSetContextCreate(run_context, "schemamig step",
							  ALLOCSET_DEFAULT_SIZES);
	const char *direction = sm_plan_direction_name(run->plan.direction);
	SmStepReport summary = { .direction = direction, .steps = run->plan.n };
	ErrorContextCallback callback = { .callback = run_error_callback,
									  .previous = error_context_stack };

	error_context_stack = &callback;
	sm_tenant_register(&run->tenant, run->role);
	run->number = sm_journal_begin(&run->tenant, direction, target, run->role);
	run->hooks.run = run->number;

	sm_progress_begin(run_context);
	sm_locks_observe(run_context);
	if (sm_max_exclusive_hold > 0)
		sm_watch_begin(run_context);
	for (int i = 0; i < run->plan.n; i++)
	{
		MemoryContextSwitchTo(step_context);
		run_step(run, i, rsinfo);
		MemoryContextSwitchTo(run_context);
		MemoryContextReset(step_context);
	}
	run_repeats(run, rsinfo);
	sm_watch_end();
	sm_mirror_write(&run->tenant, run->run_as.role);
	sm_hook_call(&run->hooks, SM_HOOK_AFTER_RUN, &summary);
	sm_progress_end();

	sm_journal_end(run->number);
	error_context_stack = callback.previous;
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
	SmRun run = { .variables = PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P(2) };

	PreventCommandIfReadOnly(direction == SM_UPGRADE ? "schemamig.upgrade()"
													 : "schemamig.downgrade()");
	InitMaterializedSRF(fcinfo, 0);
	sm_variable_check(run.variables);

	/* deleted with the (sub)transaction if that fails */
	context = AllocSetContextCreate(CurTransactionContext, "schemamig run",
									ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	sm_run_as(&run);
	run.tenant = sm_tenant_lookup(sm_arg_name(fcinfo, 1), run.run_as.role);
	sm_locks_run(&run.tenant);
	if (sm_run_plan(&run, direction, targets))
		run_steps(&run, sm_args_join(targets), rsinfo);
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
