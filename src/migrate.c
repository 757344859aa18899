/*-------------------------------------------------------------------------
 *
 * migrate.c
 *	  Moving a tenant in many transactions.
 *
 * The procedure takes the run lock for the session and makes its plan; then
 * each step is a transaction of its own, or several, where its script has
 * statements that cannot share one.  Whatever ends it, the next call makes its
 * plan from what is committed and goes on there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/portal.h"

#include "args.h"
#include "attempt.h"
#include "compat.h"
#include "journal.h"
#include "locks.h"
#include "migrate.h"
#include "mirror.h"
#include "outside.h"
#include "revision.h"
#include "run.h"
#include "step.h"
#include "txn.h"
#include "variable.h"

#define INSTEAD                                                                \
	"SELECT schemamig.start() does the same in the background, and SELECT schemamig.upgrade() does it in one transaction."

/* A call of the procedure; all of it lives until its end */
typedef struct Migration
{
	MemoryContext context;
	MemoryContext step_context; /* reset before each step */
	const char *tenant;			/* NULL: the database itself */
	const char *target;
	SmDirection direction;
	SmRun run;
	bool locked; /* the run lock is held */
	/* the step that is under way */
	int i;
	SmTaking taking; /* its step is NULL if there is none */
	bool begun;
	int reached;   /* first statement that a piece has left */
	bool complete; /* it was the last piece */
} Migration;

/* Set by a background worker before its call */
static int64 run_of_worker = 0;
static const char *client_of_worker = NULL;
static void (*worker_begun)(void) = NULL;

PG_FUNCTION_INFO_V1(schemamig_migrate);

/*
 * Has the next call in this session be the given run, which is journaled from
 * the beginning, also if it fails to begin; then begun is called.  client_addr
 * is the address of the client that has started it, NULL if that is local.
 */
void
sm_migrate_as_run(int64 run, const char *client_addr, void (*begun)(void))
{
	run_of_worker = run;
	client_of_worker = client_addr;
	worker_begun = begun;
}

/* The argument direction, as schemamig.start() has it, too */
SmDirection
sm_migrate_direction(FunctionCallInfo fcinfo, int n)
{
	const char *name = sm_arg_text_required(fcinfo, n, "direction");

	for (int i = SM_UPGRADE; i <= SM_DOWNGRADE; i++)
	{
		if (strcmp(name, sm_plan_direction_name(i)) == 0)
			return i;
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid direction \"%s\"", name),
					errhint("It is \"upgrade\" or \"downgrade\".")));
	return SM_UPGRADE; /* keep compiler quiet */
}

/* Begins the run in the journal, and shows that it is alive */
static void
open_journal(Migration *m, const char *command)
{
	SmJournalRun run = { .run = m->run.number,
						 .tenant = m->tenant ? m->tenant : "",
						 .command = command,
						 .direction = sm_plan_direction_name(m->direction),
						 .target = m->target,
						 .role = m->run.role,
						 .client_addr = client_of_worker };

	sm_locks_alive(run.run);
	sm_journal_open(&run);
}

/*
 * Takes the run lock and makes the plan.  Returns false if there is nothing to
 * do.  Transactions that run no script are READ COMMITTED, so that runs of
 * several tenants are not in conflict because of our own tables.
 */
static bool
begin_run(Migration *m)
{
	SmRun *run = &m->run;

	sm_run_as(run);
	if (run->number != 0)
	{
		sm_env_read_committed();
		open_journal(m, "start");
		sm_txn_commit();
		worker_begun();
	}
	run->tenant = sm_tenant_lookup(m->tenant, run->run_as.role);
	sm_locks_run_session(&run->tenant);
	m->locked = true;
	/* what was locked before the wait may not be locked any more */
	sm_txn_commit();
	sm_env_read_committed();
	(void) sm_tenant_lookup(m->tenant, run->run_as.role);
	sm_tenant_check(&run->tenant, run->run_as.role);
	sm_locks_run_again(&run->tenant);
	sm_journal_bury(run->tenant.name);
	if (!sm_run_plan(run, m->direction, list_make1((void *) m->target)))
		return false;
	sm_tenant_register(&run->tenant, run->role);
	if (run->number == 0)
	{
		run->number = sm_journal_reserve();
		open_journal(m, "migrate");
	}
	sm_journal_planned(run->number, run->tenant.name, run->plan.n);
	run->hooks.run = run->number;
	sm_txn_commit();
	return true;
}

/* Begins the step, in the transaction that runs its first piece */
static void
begin_step(Migration *m, SmRevision *rev)
{
	bool again = (m->taking.step != NULL);

	sm_run_prepare_step(&m->run, m->i, rev);
	m->taking = sm_step_begin(&m->run, m->i);
	if (!again)
		sm_progress_step(&m->taking.report);
}

/* Whether two texts are the same; they may be NULL */
static bool
same_text(const char *a, const char *b)
{
	return (a && b) ? strcmp(a, b) == 0 : a == b;
}

/*
 * The revision of the step, locked until the transaction ends.  It must be
 * the one that was planned, and while the step is under way it must not change:
 * between two transactions it is anybody's.
 */
static SmRevision *
lock_revision(Migration *m)
{
	const SmRun *run = &m->run;
	const SmSquash *squash = sm_squash_at(&run->plan, m->i);
	SmRevision *rev = squash
						  ? sm_squash_fetch_same(run->g, squash)
						  : sm_revision_fetch_same(run->g, run->plan.idx[m->i]);

	if (rev && m->begun)
	{
		const SmRevision *old = m->taking.step->rev;

		if (strcmp(rev->checksum, old->checksum) != 0 ||
			!same_text(rev->downgrade, old->downgrade) ||
			!same_text(rev->verify, old->verify))
			rev = NULL;
	}
	if (rev == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("revision \"%s\" was changed while the run was under way",
						sm_squash_step_id(run->g, &run->plan, m->i)),
				 errhint("Call it again: it goes on with what is there now.")));
	return rev;
}

/*
 * What each transaction that goes on with the run begins with.  Between two of
 * them Alembic may have moved the database: then the rest of the plan is none
 * any more.
 */
static void
enter(const Migration *m)
{
	const SmRun *run = &m->run;

	sm_locks_run_again(&run->tenant);
	(void) sm_tenant_lookup(m->tenant, run->run_as.role);
	sm_mirror_check(&run->tenant, run->run_as.role);
}

/* One try of a piece */
static void
take_piece(void *arg)
{
	Migration *m = arg;
	MemoryContext old;
	SmRevision *rev;

	enter(m);
	if (m->begun)
		(void) lock_revision(m);
	else
	{
		old = MemoryContextSwitchTo(m->step_context);
		rev = lock_revision(m);
		begin_step(m, rev);
		MemoryContextSwitchTo(old);
	}
	m->complete = sm_step_take_piece(&m->taking, &m->reached);
}

/* One try to begin a step without taking anything of it */
static void
prepare_step(void *arg)
{
	Migration *m = arg;
	MemoryContext old = MemoryContextSwitchTo(m->step_context);

	sm_locks_run_again(&m->run.tenant);
	begin_step(m, lock_revision(m));
	MemoryContextSwitchTo(old);
}

/* Takes one step, from where it is to its end */
static void
take_step(Migration *m)
{
	SmAttempt attempt = { .body = take_piece, .arg = m };
	SmRun *run = &m->run;
	int last = -1;

	MemoryContextReset(m->step_context);
	m->begun = false;
	m->taking.step = NULL;
	attempt.what = psprintf("revision \"%s\"",
							sm_squash_step_id(run->g, &run->plan, m->i));
	if (run->unfinished && run->unfinished->made)
	{
		attempt.body = prepare_step;
		sm_attempt(&attempt);
		m->begun = true;
		sm_outside_tidy(&m->taking);
		attempt.body = take_piece;
	}
	for (;;)
	{
		sm_attempt(&attempt);
		m->begun = true;
		last = m->taking.next;
		m->taking.next = m->reached;
		if (m->complete)
			break;
		if (m->reached == last)
			sm_outside_take(&m->taking);
	}
	run->unfinished = NULL;
	run->in_middle = false;
	m->taking.step = NULL;
}

/* One try of a repeatable script */
static void
take_repeat(void *arg)
{
	Migration *m = arg;
	SmRepeatRun repeats = sm_run_repeats(&m->run);

	enter(m);
	sm_repeat_take(&repeats, list_nth(m->run.repeats, m->i - m->run.plan.n),
				   m->i + 1, m->run.plan.n + list_length(m->run.repeats));
}

/* After the steps: the repeatable scripts, a transaction for each */
static void
take_repeats(Migration *m)
{
	for (m->i = m->run.plan.n;
		 m->i < m->run.plan.n + list_length(m->run.repeats); m->i++)
	{
		const SmRepeat *repeat = list_nth(m->run.repeats, m->i - m->run.plan.n);
		SmAttempt attempt = { .body = take_repeat, .arg = m };

		CHECK_FOR_INTERRUPTS();
		attempt.what = psprintf("repeatable script \"%s\"", repeat->name);
		sm_attempt(&attempt);
	}
}

/* After the last step: one try of one more transaction */
static void
end_run(void *arg)
{
	Migration *m = arg;
	SmStepReport summary = { .direction = sm_plan_direction_name(m->direction),
							 .steps = m->run.plan.n };

	sm_mirror_check(&m->run.tenant, m->run.run_as.role);
	sm_hook_call(&m->run.hooks, SM_HOOK_AFTER_RUN, &summary);
	sm_journal_end(m->run.number);
}

static void
migrate(Migration *m)
{
	SmAttempt end = { .what = "the end of the run", .body = end_run, .arg = m };

	if (!begin_run(m))
	{
		ereport(NOTICE, (errmsg("there is nothing to do")));
		if (m->run.number != 0)
		{
			sm_journal_planned(m->run.number, m->run.tenant.name, 0);
			sm_journal_end(m->run.number);
		}
		sm_txn_commit();
		return;
	}
	sm_progress_begin(m->context);
	for (m->i = 0; m->i < m->run.plan.n; m->i++)
	{
		CHECK_FOR_INTERRUPTS();
		take_step(m);
	}
	take_repeats(m);
	sm_attempt(&end);
	sm_progress_end();
}

/* Lets go of what would survive the error that ends the call */
static void
release(Migration *m)
{
	if (m->locked)
		sm_locks_run_release(&m->run.tenant);
	if (m->run.number != 0)
		sm_locks_alive_release(m->run.number);
}

/*
 * Notes in the journal which error has ended the run.  If not even that can be
 * done, it will be found to be interrupted.
 */
static void
record_failure(Migration *m, const ErrorData *error)
{
	if (m->run.number == 0)
		return;
	PG_TRY();
	{
		sm_env_read_committed();
		if (m->taking.step)
			sm_step_fail(&m->taking, error);
		sm_journal_fail(m->run.number, error);
		sm_txn_commit();
	}
	PG_CATCH();
	{
		(void) sm_txn_rollback(m->context);
	}
	PG_END_TRY();
}

/* Says what is left of a step that has failed after a part was committed */
static void
add_hint(const Migration *m, ErrorData *error)
{
	int next = m->taking.next;
	int n;

	if (m->taking.step == NULL || next == 0 || error->hint)
		return;
	n = m->taking.step->script->n;
	error->hint =
		psprintf("Statements of the script that are committed: %d of %d. Put right what has failed, in the database or with schemamig.edit(), and call again: it goes on %s.",
				 next, n,
				 next < n ? psprintf("with statement %d", next + 1)
						  : "after them");
}

/* SQL procedure migrate(target, direction, tenant, variables) */
Datum
schemamig_migrate(PG_FUNCTION_ARGS)
{
	MemoryContext old;
	Migration *m;

	sm_txn_check_procedure(fcinfo, "schemamig.migrate()", INSTEAD);
	PreventCommandIfReadOnly("schemamig.migrate()");
	old = MemoryContextSwitchTo(PortalContext);
	m = palloc0_object(Migration);
	m->context = AllocSetContextCreate(PortalContext, "schemamig run",
									   ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(m->context);
	m->step_context = AllocSetContextCreate(m->context, "schemamig step",
											ALLOCSET_DEFAULT_SIZES);
	m->target = sm_arg_text_required(fcinfo, 0, "target");
	m->direction = sm_migrate_direction(fcinfo, 1);
	m->tenant = sm_arg_name(fcinfo, 2);
	m->run.variables = PG_ARGISNULL(3) ? NULL : PG_GETARG_JSONB_P_COPY(3);
	m->run.in_pieces = true;
	m->run.number = run_of_worker;
	run_of_worker = 0;
	sm_variable_check(m->run.variables);

	sm_txn_commit();
	PG_TRY();
	{
		migrate(m);
		release(m);
	}
	PG_CATCH();
	{
		ErrorData *error = sm_txn_rollback(m->context);

		record_failure(m, error);
		release(m);
		add_hint(m, error);
		ReThrowError(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(m->context);
	PG_RETURN_VOID();
}
