/*-------------------------------------------------------------------------
 *
 * backfill.c
 *	  Updating a table in batches.
 *
 * Each batch is a transaction of its own: an UPDATE of the next so many rows in
 * the order of the primary key, as many as take some hundred milliseconds.  The
 * same transaction notes in the journal up to which key the table is done, so
 * that no row is missed and none is updated twice, whatever ends the call: the
 * next one goes on there.
 *
 * As a statement of a revision, the place for that note is the row that says
 * which revision the tenant is in the middle of.  A call of its own is a run of
 * its own, and goes on from where the last run of the same call was broken off.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/timestamp.h"

#include "args.h"
#include "attempt.h"
#include "batch.h"
#include "checksum.h"
#include "compat.h"
#include "cursor.h"
#include "exec.h"
#include "journal.h"
#include "keyset.h"
#include "locks.h"
#include "outside.h"
#include "replica.h"
#include "txn.h"
#include "unfinished.h"

#define COMMAND "backfill"
#define INSTEAD                                                                \
	"Call it as a statement of its own, or write CALL schemamig.backfill(...) as a statement of a revision and run that with CALL schemamig.migrate()."

#define LARGEST_BATCH 1000000
#define SHORT_BATCH_MS 200
#define LONG_BATCH_MS 500

/* A call of the procedure; all of it lives until its end */
typedef struct Backfill
{
	MemoryContext context;
	Oid relation;
	SmBatch batch;
	int size;		  /* of the next batch */
	long pause;		  /* ms */
	const SmRun *run; /* that it is a statement of; NULL: none */
	SmRunAs run_as;	  /* with whose rights */
	int64 number;	  /* of a run of its own; 0: none yet */
	const SmKeyset *keys;
	const char *call;  /* what is done, as one statement */
	const char *what;  /* for messages */
	int64 rows_before; /* done by an earlier call */
	int64 rows;		   /* done by this one */
	int batches;
	SmPace pace;
	/* keys, each in a context of its own */
	Datum *low; /* of the last row that is done; NULL: none */
	MemoryContext low_context;
	Datum *high; /* of the last row of the batch; NULL: it is empty */
	MemoryContext high_context;
	/* the last try of a batch */
	TimestampTz began;
	uint64 changed;
} Backfill;

PG_FUNCTION_INFO_V1(schemamig_backfill);

static int
size_argument(FunctionCallInfo fcinfo, int n)
{
	int size = PG_ARGISNULL(n) ? 0 : PG_GETARG_INT32(n);

	if (size < 1 || size > LARGEST_BATCH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("batch_size must be between 1 and %d", LARGEST_BATCH)));
	return size;
}

/* The pause in ms */
static long
pause_argument(FunctionCallInfo fcinfo, int n)
{
	double ms = -1;

	if (!PG_ARGISNULL(n))
	{
		Interval *pause = PG_GETARG_INTERVAL_P(n);

		ms = ((double) pause->month * DAYS_PER_MONTH + pause->day) *
				 SECS_PER_DAY * 1000.0 +
			 pause->time / 1000.0;
	}
	if (ms < 0 || ms > INT_MAX)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("pause must be between 0 and %d milliseconds",
							   INT_MAX)));
	return (long) ms;
}

static Backfill *
read_arguments(FunctionCallInfo fcinfo, MemoryContext context)
{
	Backfill *b = palloc0_object(Backfill);

	b->context = context;
	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("relation must not be null")));
	b->relation = PG_GETARG_OID(0);
	b->batch.update = sm_arg_text_required(fcinfo, 1, "update");
	b->size = size_argument(fcinfo, 2);
	b->batch.condition = sm_arg_text(fcinfo, 3);
	b->pause = pause_argument(fcinfo, 4);
	b->what = "the backfill";
	b->low_context = AllocSetContextCreate(context, "schemamig backfill key",
										   ALLOCSET_SMALL_SIZES);
	b->high_context = AllocSetContextCreate(context, "schemamig backfill key",
											ALLOCSET_SMALL_SIZES);
	return b;
}

/*
 * Begins to do what the user has asked for, with his rights, in a transaction
 * that has not done anything yet.
 */
static void
enter(const Backfill *b, SmEnv *env)
{
	sm_env_restart_statement_timer(true);
	if (b->run)
	{
		sm_locks_run_again(&b->run->tenant);
		sm_tenant_check(&b->run->tenant, b->run_as.role);
	}
	sm_env_enter_script(env, b->run_as, NULL);
}

/* Checks all that can be checked without a row */
static void
check(Backfill *b)
{
	Datum *key = palloc0_array(Datum, b->keys->n);
	ParamListInfo params = sm_keyset_params(b->keys, NULL, key);

	for (int i = 0; i < params->numParams; i++)
		params->params[i].isnull = true;
	sm_batch_check(&b->batch, b->keys);
	sm_exec_keyset_check(sm_batch_update(&b->batch, b->keys, true), params);
	b->call = sm_batch_call(&b->batch, b->keys);
	b->what = psprintf("backfill of %s", b->keys->table);
}

/* Has the call go on behind the key of a cursor, if that is one of this call */
static bool
go_on(Backfill *b, Jsonb *cursor)
{
	MemoryContext old = MemoryContextSwitchTo(b->low_context);

	b->low = sm_cursor_read(b->keys, sm_checksum_text(b->call), cursor);
	MemoryContextSwitchTo(old);
	return b->low != NULL;
}

/* Within a revision: where an earlier run was broken off */
static void
find_beginning_in_revision(Backfill *b)
{
	int64 rows;
	Jsonb *cursor = sm_unfinished_cursor(b->run->tenant.name, &rows);

	if (cursor == NULL)
		return;
	if (!go_on(b, cursor))
	{
		ereport(NOTICE,
				(errmsg("%s begins anew", b->what),
				 errdetail(
					 "An earlier run was broken off, but its call was another one, or the table was.")));
		return;
	}
	b->rows_before = rows;
	ereport(NOTICE,
			(errmsg("%s goes on", b->what),
			 errdetail("An earlier run has updated " INT64_FORMAT " rows.",
					   rows)));
}

/* Begins a run of its own, where the last run of the same call has ended */
static void
begin_run(Backfill *b)
{
	SmJournalRun run = { .tenant = "",
						 .command = COMMAND,
						 .target = b->call,
						 .role = sm_env_role_name(b->run_as.role) };
	SmJournalCall *last;

	sm_locks_backfill();
	last = sm_journal_last_call(run.command, run.target, run.role);
	if (last && last->pid != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("%s is under way already", b->what),
				 errdetail("Process %d is doing the same, as run " INT64_FORMAT
						   ".",
						   last->pid, last->run)));
	if (b->number == 0)
	{
		b->number = sm_journal_reserve();
		sm_locks_alive(b->number);
	}
	run.run = b->number;
	sm_journal_open(&run);
	if (last == NULL || last->is_done)
		return;
	sm_journal_interrupted(last->run);
	if (last->cursor == NULL || !go_on(b, last->cursor))
		return;
	b->rows_before = last->rows_done;
	sm_journal_batch(b->number, last->cursor, last->rows_done);
	ereport(NOTICE,
			(errmsg("%s goes on", b->what),
			 errdetail("Run " INT64_FORMAT " was broken off after " INT64_FORMAT
					   " rows.",
					   last->run, last->rows_done),
			 errhint(
				 "A call that differs in the update or the condition, be it in a space, begins anew.")));
}

/* The first transaction: one try */
static void
begin(void *arg)
{
	Backfill *b = arg;
	MemoryContext old = MemoryContextSwitchTo(b->context);
	SmEnv env;

	enter(b, &env);
	b->keys = sm_keyset_of(b->relation);
	check(b);
	b->low = NULL;
	if (b->run)
		find_beginning_in_revision(b);
	else
		begin_run(b);
	sm_env_leave(&env);
	MemoryContextSwitchTo(old);
}

/* Between two transactions the table is anybody's */
static void
check_table(const Backfill *b)
{
	if (!sm_keyset_equal(sm_keyset_of(b->relation), b->keys))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table %s was changed while it was updated in batches",
						b->keys->table),
				 errdetail("It was renamed, or has another primary key.")));
}

static void
note_progress(const Backfill *b, Jsonb *cursor, int64 rows)
{
	if (b->run)
		sm_unfinished_set_cursor(b->run->tenant.name, cursor, rows);
	else
		sm_journal_batch(b->number, cursor, rows);
}

/* Looks for the end of the next batch, and updates up to there */
static void
update_batch(Backfill *b)
{
	const SmKeyset *keys = b->keys;
	bool from_start = (b->low == NULL);

	b->high = NULL;
	MemoryContextReset(b->high_context);
	(void) sm_exec_keyset_query(sm_batch_bound(&b->batch, keys, from_start,
											   b->size),
								sm_keyset_params(keys, b->low, NULL),
								sm_keyset_receiver(keys, b->high_context,
												   &b->high));
	if (b->high)
		b->changed =
			sm_exec_keyset_query(sm_batch_update(&b->batch, keys, from_start),
								 sm_keyset_params(keys, b->low, b->high),
								 None_Receiver);
}

static void
batch_error_callback(void *arg)
{
	const Backfill *b = arg;

	errcontext("batch %d of the %s", b->batches + 1, b->what);
}

/* A batch: one try */
static void
take_batch(void *arg)
{
	Backfill *b = arg;
	ErrorContextCallback context = { .callback = batch_error_callback,
									 .arg = b,
									 .previous = error_context_stack };
	Jsonb *cursor = NULL;
	SmEnv env;

	error_context_stack = &context;
	b->began = GetCurrentTimestamp();
	enter(b, &env);
	check_table(b);
	update_batch(b);
	if (b->high)
		cursor = sm_cursor_make(b->keys, sm_checksum_text(b->call), b->high);
	sm_env_leave(&env);
	if (cursor)
		note_progress(b, cursor, b->rows_before + b->rows + (int64) b->changed);
	error_context_stack = context.previous;
}

/* After a batch that is committed */
static void
advance(Backfill *b)
{
	MemoryContext spare = b->low_context;
	TimestampTz now = GetCurrentTimestamp();

	b->low = b->high;
	b->low_context = b->high_context;
	b->high_context = spare;
	b->rows += b->changed;
	b->batches++;
	if (!TimestampDifferenceExceeds(b->began, now, SHORT_BATCH_MS))
		b->size = Min(b->size * 2, LARGEST_BATCH);
	else if (TimestampDifferenceExceeds(b->began, now, LONG_BATCH_MS))
		b->size = Max(b->size / 2, 1);
}

static void
backfill(Backfill *b)
{
	SmAttempt beginning = { .what = b->what, .body = begin, .arg = b };
	SmAttempt attempt = { .body = take_batch, .arg = b };
	MemoryContext old;
	MemoryContext turn;

	sm_attempt(&beginning);
	attempt.what = psprintf("a batch of the %s", b->what);
	turn = AllocSetContextCreate(b->context, "schemamig backfill turn",
								 ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(turn);
	for (;;)
	{
		MemoryContextReset(turn);
		sm_attempt(&attempt);
		if (b->high == NULL)
			break;
		advance(b);
		sm_txn_report();
		sm_replica_keep_pace(&b->pace, b->what);
		sm_attempt_pause(b->pause);
	}
	MemoryContextSwitchTo(old);
	if (b->run == NULL)
	{
		sm_journal_end(b->number);
		sm_txn_commit();
	}
	ereport(NOTICE, (errmsg("%s: " INT64_FORMAT " rows in %d batches", b->what,
							b->rows, b->batches)));
}

/* Notes in the journal which error has ended a run of its own */
static void
record_failure(Backfill *b, const ErrorData *error)
{
	PG_TRY();
	{
		sm_journal_fail(b->number, error);
		sm_txn_commit();
	}
	PG_CATCH();
	{
		(void) sm_txn_rollback(b->context);
	}
	PG_END_TRY();
}

/* A call that is no part of a revision: a run of its own */
static void
backfill_as_run(Backfill *b)
{
	PG_TRY();
	{
		backfill(b);
	}
	PG_CATCH();
	{
		ErrorData *error = sm_txn_rollback(b->context);

		if (b->number != 0)
		{
			record_failure(b, error);
			sm_locks_alive_release(b->number);
		}
		ReThrowError(error);
	}
	PG_END_TRY();
	sm_locks_alive_release(b->number);
}

/*
 * SQL procedure backfill(relation, update, batch_size, condition, pause).
 *
 * As a statement of a revision it leaves it to the caller to note that it is
 * done: until then, what would be repeated is a batch without rows.
 */
Datum
schemamig_backfill(PG_FUNCTION_ARGS)
{
	MemoryContext old;
	MemoryContext context;
	Backfill *b;

	sm_txn_check_procedure(fcinfo, "schemamig.backfill()", INSTEAD);
	PreventCommandIfReadOnly("schemamig.backfill()");
	context = AllocSetContextCreate(PortalContext, "schemamig backfill",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	b = read_arguments(fcinfo, context);
	b->run = sm_outside_run();
	b->run_as.role = GetUserId();
	if (b->run && b->run->run_as.locked)
		b->run_as = b->run->run_as;
	sm_txn_commit();
	if (b->run)
		backfill(b);
	else
		backfill_as_run(b);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	PG_RETURN_VOID();
}
