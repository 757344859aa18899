/*-------------------------------------------------------------------------
 *
 * attempt.c
 *	  Work that is tried again when it could not get a lock.
 *
 * A statement that waits for a strong lock has everybody else wait behind it.
 * So it gives up after schemamig.lock_timeout; and since the locks that its
 * transaction has taken so far have others wait, too, that is rolled back, and
 * after a pause tried again, until schemamig.lock_deadline.  There is never a
 * last try that waits for ever.
 *
 * The first tries wait for less than schemamig.lock_timeout, because a lock
 * that is there at once costs nobody anything.  The pauses are random, between
 * nothing and a limit that doubles, so that sessions that try the same do not
 * meet again and again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "attempt.h"
#include "blockers.h"
#include "compat.h"
#include "env.h"
#include "guc.h"
#include "pause.h"
#include "txn.h"
#include "watch.h"

#define FIRST_TIMEOUT_DIVISOR 4 /* of schemamig.lock_timeout */
#define FIRST_PAUSE_MS 500
#define LONGEST_PAUSE_MS 30000

/*
 * The last error has been tried long enough: an attempt may be part of the
 * body of another one, which is not to begin anew.
 */
static bool gave_up = false;

/* The tries of one attempt */
typedef struct Tries
{
	int n;			   /* failed so far */
	bool in_snapshot;  /* the last one, in a transaction with one snapshot */
	TimestampTz first; /* failure */
	long pause_limit;  /* ms */
} Tries;

/* The limit may be reached anywhere, not only in a statement of a script */
static void
attempt_error_callback(void *arg)
{
	sm_watch_error();
}

static void
commit_error_callback(void *arg)
{
	const SmAttempt *attempt = arg;

	errcontext("commit of %s", attempt->what);
}

/* Commits; what fails then, such as a deferred constraint, has no place */
static void
commit(const SmAttempt *attempt)
{
	ErrorContextCallback callback;

	callback.callback = commit_error_callback;
	callback.arg = (void *) attempt;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	sm_txn_commit();
	error_context_stack = callback.previous;
}

/*
 * Tries once.  Returns the error, in the given memory context, or NULL.
 */
static ErrorData *
try_once(const SmAttempt *attempt, Tries *tries, MemoryContext context)
{
	MemoryContext try_context =
		AllocSetContextCreate(context, "schemamig attempt",
							  ALLOCSET_DEFAULT_SIZES);
	ErrorContextCallback callback = { .callback = attempt_error_callback,
									  .previous = error_context_stack };
	ErrorData *volatile error = NULL;

	MemoryContextSwitchTo(try_context);
	sm_watch_begin(try_context);
	PG_TRY();
	{
		error_context_stack = &callback;
		attempt->body(attempt->arg);
		commit(attempt);
		error_context_stack = callback.previous;
	}
	PG_CATCH();
	{
		sm_watch_end();
		tries->in_snapshot = IsolationUsesXactSnapshot();
		error = sm_txn_rollback(context);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	MemoryContextDelete(try_context);
	return error;
}

/* The lock timeout of the next try, in ms; -1 if it is not to be limited */
static int
next_timeout(const Tries *tries)
{
	int timeout = Max(sm_lock_timeout / FIRST_TIMEOUT_DIVISOR, 1);

	if (sm_lock_timeout <= 0 || sm_lock_deadline == 0)
		return -1;
	for (int i = 0; i < tries->n && timeout < sm_lock_timeout; i++)
		timeout = Min(timeout * 2, sm_lock_timeout);
	return timeout;
}

/* How long to pause before the next try, in ms; -1 if the time is over */
static long
next_pause(Tries *tries)
{
	TimestampTz now = GetCurrentTimestamp();
	long left;
	long pause;

	if (tries->n++ == 0)
	{
		tries->first = now;
		tries->pause_limit = FIRST_PAUSE_MS;
	}
	left = sm_lock_deadline - (now - tries->first) / 1000;
	if (sm_lock_deadline == 0 || left <= 0)
		return -1;
	tries->pause_limit = Min(tries->pause_limit * 2, LONGEST_PAUSE_MS);
	pause = (long) (pg_prng_double(&pg_global_prng_state) * tries->pause_limit);
	return Min(left, pause + 1);
}

/* Tells that there will be another try, and who was in the way */
static void
tell_failure(const SmAttempt *attempt, const ErrorData *error, long pause)
{
	LOCKMODE mode;
	const LOCKTAG *tag = sm_watch_awaited(&mode);
	char *blockers = NULL;

	if (error->sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED)
		blockers = error->detail;
	else if (tag)
		blockers = sm_blockers_of_lock(tag, mode);
	ereport(NOTICE,
			(error->sqlerrcode == ERRCODE_T_R_SERIALIZATION_FAILURE
				 ? errmsg("%s was in conflict with another transaction and is rolled back, trying again in %.1f s",
						  attempt->what, pause / 1000.0)
				 : errmsg("%s could not get a lock and is rolled back, trying again in %.1f s",
						  attempt->what, pause / 1000.0),
			 blockers ? errdetail_internal("%s", blockers)
					  : errdetail("%s.", error->message)));
}

/* Adds to the last error that it was not the first */
static void
add_tries(ErrorData *error, const Tries *tries)
{
	LOCKMODE mode;
	const LOCKTAG *tag = sm_watch_awaited(&mode);
	char *blockers = NULL;

	if (tries->n == 0 || error->detail)
		return;
	if (tag)
		blockers = sm_blockers_of_lock(tag, mode);
	error->detail = psprintf("Tried %d times in %ld s.%s%s", tries->n,
							 (long) ((GetCurrentTimestamp() - tries->first) /
									 USECS_PER_SEC),
							 blockers ? "\n" : "", blockers ? blockers : "");
}

/*
 * Waits, in a transaction that has not done anything yet: others should not
 * have to wait for its locks and its snapshot.
 */
void
sm_attempt_pause(long ms)
{
	sm_env_restart_statement_timer(false);
	sm_pause(ms, "SchemamigPause");
}

/*
 * Whether it was another session that was in the way.  A serialization failure
 * is expected from isolation levels with one snapshot for the transaction only.
 */
static bool
is_worth_a_try(const ErrorData *error, const Tries *tries)
{
	switch (error->sqlerrcode)
	{
		case ERRCODE_LOCK_NOT_AVAILABLE:
		case ERRCODE_T_R_DEADLOCK_DETECTED:
			return true;
		case ERRCODE_T_R_SERIALIZATION_FAILURE:
			return tries->in_snapshot;
		default:
			return false;
	}
}

/*
 * Does the work in the current transaction, and commits.  If it fails because
 * of a lock (55P03), a deadlock (40P01) or a serialization failure (40001),
 * tries again for a while.  Any other error, or the last one of these, is
 * thrown, in the next transaction.
 */
void
sm_attempt(const SmAttempt *attempt)
{
	MemoryContext context = CurrentMemoryContext;
	Tries tries = { 0 };

	for (;;)
	{
		ErrorData *error;
		long pause = -1;

		sm_env_limit_lock_timeout(next_timeout(&tries));
		gave_up = false;
		error = try_once(attempt, &tries, context);
		sm_env_limit_lock_timeout(-1);
		if (error == NULL)
			return;
		if (attempt->failed)
		{
			/* committed, because the error will roll back once more */
			attempt->failed(attempt->arg);
			sm_txn_commit();
		}
		if (gave_up)
			ReThrowError(error);
		if (is_worth_a_try(error, &tries))
			pause = next_pause(&tries);
		if (pause < 0)
		{
			add_tries(error, &tries);
			gave_up = (tries.n > 0);
			ReThrowError(error);
		}
		tell_failure(attempt, error, pause);
		FreeErrorData(error);
		sm_txn_commit();
		sm_attempt_pause(pause);
	}
}
