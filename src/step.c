/*-------------------------------------------------------------------------
 *
 * step.c
 *	  Taking a step: one revision, in one direction.
 *
 * The transaction that runs the last statement of the script also runs the
 * verify script, changes the applied set, and notes the step in the journal,
 * so that neither is ever there without the other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "checksum.h"
#include "exec.h"
#include "journal.h"
#include "mirror.h"
#include "step.h"

/*
 * What can be done about errors that come from the way in which scripts run.
 * The server's own words for a role that was lent speak of a function.  Other
 * errors come from running everything in one transaction.  There a step that
 * could not get a lock is not tried again: rolling back to before the step
 * would keep the locks that earlier steps have taken.  And the locks on what
 * steps change or drop are needed until the end.
 */
static void
step_error_callback(void *arg)
{
	const SmRun *run = arg;

	if (geterrcode() == ERRCODE_INSUFFICIENT_PRIVILEGE &&
		run->run_as.restricted)
		errhint("The script runs as role \"%s\", which schemamig.role lends to it. It cannot change the role, nor leave behind what is used later, such as temporary objects and deferred triggers.",
				run->role);
	if (geterrcode() == ERRCODE_INVALID_TRANSACTION_TERMINATION)
		errhint(
			"schemamig commits, so that what is done is on record. For updates in batches there is schemamig.backfill().");
	if (run->in_pieces)
		return;
	switch (geterrcode())
	{
		case ERRCODE_LOCK_NOT_AVAILABLE:
			errhint(
				"The whole call is rolled back. Try again, let schemamig.lock_timeout be longer, or use CALL schemamig.migrate(), which tries again by itself.");
			break;
		case ERRCODE_OUT_OF_MEMORY:
			errhint(
				"The whole call is rolled back. If it was the lock table that was full, move fewer revisions in one call, use CALL schemamig.migrate(), or increase \"max_locks_per_transaction\".");
			break;
		case ERRCODE_ACTIVE_SQL_TRANSACTION:
		case ERRCODE_UNSAFE_NEW_ENUM_VALUE_USAGE:
			errhint(
				"The whole call is one transaction. CALL schemamig.migrate() commits in between.");
			break;
		default:
			break;
	}
}

/*
 * Whether there must be a commit before the verify script can run: there are
 * statements left, or the last one has made what can be used only then, or the
 * script wants it.
 */
static bool
needs_commit(const SmScript *script, int from, int upto)
{
	const SmStatement *last = upto > from ? &script->stmt[upto - 1] : NULL;

	return upto < script->n ||
		   (last && (last->needs_commit || last->commit_after));
}

/* Runs scripts with the rights and settings of scripts */
static void
run_scripts(SmTaking *taking, bool all)
{
	const SmRun *run = taking->run;
	const SmStep *step = taking->step;
	int from = taking->next;
	ErrorContextCallback callback;
	SmEnv env;

	callback.callback = step_error_callback;
	callback.arg = (void *) run;
	callback.previous = error_context_stack;
	error_context_stack = &callback;

	sm_tenant_check(&run->tenant, run->run_as.role);
	sm_env_enter_script(&env, run->run_as, run->tenant.schema);
	sm_exec_settings(step->script, from);
	if (all)
	{
		sm_exec_script(step->script, from);
		taking->next = step->script->n;
	}
	else
		taking->next = sm_exec_piece(step->script, from);
	if (step->verify &&
		(all || !needs_commit(step->script, from, taking->next)))
		sm_exec_script(step->verify, 0);
	sm_env_leave(&env);
	sm_tenant_check(&run->tenant, run->run_as.role);

	error_context_stack = callback.previous;
}

static SmStepReport
step_report(const SmRun *run, int i)
{
	const SmStep *step = &run->steps[i];
	const char *parents = sm_progress_parents(run->g, step->idx, step->squash);
	bool up = (run->plan.direction == SM_UPGRADE);
	SmStepReport report = { .step = i + 1,
							.steps = run->plan.n,
							.direction =
								sm_plan_direction_name(run->plan.direction),
							.revision = step->rev->id,
							.from = up ? parents : step->rev->id,
							.to = up ? step->rev->id : parents,
							.message = step->rev->message,
							.statements = step->script->n,
							.done = step->done };

	return report;
}

/*
 * Begins a step.  The result refers to the run; the caller must say with
 * sm_progress_step() that it goes on.
 */
SmTaking
sm_step_begin(SmRun *run, int i)
{
	SmTaking taking = { .run = run,
						.step = &run->steps[i],
						.report = step_report(run, i),
						.started_at = GetCurrentTimestamp(),
						.next = run->steps[i].done };

	return taking;
}

/* What the journal has to say of the step, with so many statements done */
static SmJournalStep
journal_step(const SmTaking *taking, int done)
{
	const SmStep *step = taking->step;
	bool up = (taking->run->plan.direction == SM_UPGRADE);
	SmJournalStep journal = {
		.run = taking->run->number,
		.step = taking->report.step,
		.revision = step->rev->id,
		.direction = taking->report.direction,
		.message = step->rev->message,
		.replaces = step->squash ? step->squash->replaces : NIL,
		.started_at = taking->started_at,
		.statements_done = done,
		.statements = step->script->n,
		.checksum = up ? step->rev->checksum : sm_checksum_text(step->text)
	};

	return journal;
}

/* Puts what the step has moved into the applied set, or takes it out */
static void
change_applied(const SmRun *run, const SmStep *step)
{
	const SmSquash *squash = step->squash;
	bool up = (run->plan.direction == SM_UPGRADE);
	int n = squash ? bms_num_members(squash->members) : 1;
	SmRevision *const *revs = squash ? squash->revs : &step->rev;

	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (up)
			sm_journal_apply(&run->tenant, revs[i], run->number, run->role);
		else
			sm_journal_unapply(&run->tenant, revs[i]->id);
	}
	if (!up)
		sm_repeat_forget(run->tenant.name);
}

/* Changes the applied set, and tells everybody */
static void
record(SmTaking *taking)
{
	SmRun *run = taking->run;
	const SmStep *step = taking->step;
	SmJournalStep journal = journal_step(taking, step->script->n);

	change_applied(run, step);
	sm_journal_step(&journal);
	/* in one transaction it is done at the end */
	if (run->in_pieces)
		sm_mirror_write(&run->tenant, run->run_as.role);
	if (run->in_middle)
		sm_unfinished_forget(run->tenant.name);
	sm_hook_call(&run->hooks, SM_HOOK_AFTER_STEP, &taking->report);
	sm_progress_notify(&taking->report, run->tenant.name);
}

/* Takes all of a step, or the rest of it, in the current transaction */
void
sm_step_take(SmTaking *taking)
{
	sm_hook_call(&taking->run->hooks, SM_HOOK_BEFORE_STEP, &taking->report);
	taking->started_at = GetCurrentTimestamp();
	run_scripts(taking, true);
	record(taking);
}

/*
 * Takes as much of a step as the current transaction can.  Returns whether
 * that was the rest of it; *reached is the index of the first statement that is
 * left.  If that is the one that it was to begin with, that one has to run at
 * top level, and nothing has been done.
 */
bool
sm_step_take_piece(SmTaking *taking, int *reached)
{
	const SmScript *script = taking->step->script;
	SmTaking piece = *taking;
	bool complete;

	if (taking->next == taking->step->done)
		sm_hook_call(&taking->run->hooks, SM_HOOK_BEFORE_STEP, &taking->report);
	run_scripts(&piece, false);
	complete = !needs_commit(script, taking->next, piece.next) ||
			   (piece.next == script->n && taking->step->verify == NULL);
	if (complete)
		record(&piece);
	else if (piece.next > taking->next)
		sm_step_note(taking, piece.next, false);
	*reached = piece.next;
	return complete;
}

/*
 * Notes how many statements of a step are done, and whether the next one is
 * begun at top level.
 */
void
sm_step_note(const SmTaking *taking, int done, bool outside)
{
	SmRun *run = taking->run;
	SmJournalStep journal = journal_step(taking, done);
	SmUnfinished unfinished = { .revision = taking->step->rev->id,
								.direction = run->plan.direction,
								.run = run->number,
								.step = taking->report.step,
								.done = done,
								.total = taking->step->script->n,
								.outside = outside ? done + 1 : 0 };

	unfinished.done_checksum =
		sm_prepare_statements_checksum(taking->step, 0, done);
	if (outside)
		unfinished.outside_checksum =
			sm_prepare_statements_checksum(taking->step, done, done + 1);
	sm_unfinished_write(run->tenant.name, &unfinished);
	run->in_middle = true;
	journal.status = "running";
	sm_journal_step(&journal);
}

/*
 * Notes which error has ended a step.  If it was the first statement, and that
 * has left nothing behind, the tenant is in the middle of nothing.
 */
void
sm_step_fail(const SmTaking *taking, const ErrorData *error)
{
	SmJournalStep journal = journal_step(taking, taking->next);
	const SmStatement *first = taking->step->script->stmt;

	journal.status = "failed";
	journal.error = error;
	sm_journal_step(&journal);
	if (taking->next == 0 && (!first->concurrently || first->makes_index))
		sm_unfinished_forget_untouched(taking->run->tenant.name);
}
