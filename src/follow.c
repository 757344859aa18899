/*-------------------------------------------------------------------------
 *
 * follow.c
 *	  Following a run from any session: waiting for its end, cancelling it,
 *	  and finding out whether it was interrupted.
 *
 * The journal says how a run has ended; whether it goes on is told by the lock
 * that its session holds while it is alive (see locks.c).  That one is let go
 * after the end was committed.  So who looks at the lock first, and then reads
 * what is committed, never takes a run that has ended for an interrupted one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/portal.h"

#include "compat.h"
#include "locks.h"
#include "pause.h"
#include "query.h"
#include "txn.h"

#define FIRST_PAUSE_MS 10
#define LONGEST_PAUSE_MS 500

/* How a run is, as of now */
typedef enum RunState
{
	RUN_UNKNOWN, /* there is no such run */
	RUN_ALIVE,
	RUN_DONE,
	RUN_FAILED,
	RUN_INTERRUPTED
} RunState;

typedef struct Run
{
	RunState state;
	int pid;	  /* if it is alive */
	SmRows *rows; /* of read_run */
} Run;

/* A run, and the step that is not done */
static SmQuery read_run = {
	.sql = "SELECT r.status, r.pid IS NOT NULL, r.sqlstate, r.error, "
		   "s.step, r.steps, s.direction, s.revision "
		   "FROM schemamig.run r LEFT JOIN schemamig.run_step s "
		   "ON s.run = r.run AND s.status <> 'done' "
		   "WHERE r.run = $1 ORDER BY s.step DESC LIMIT 1",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { INT8OID }
};

PG_FUNCTION_INFO_V1(schemamig_wait);
PG_FUNCTION_INFO_V1(schemamig_cancel);
PG_FUNCTION_INFO_V1(schemamig_run_interrupted);

/* What a status in the journal means of a run without a live process */
static RunState
ended_state(const char *status, bool commits_between)
{
	if (strcmp(status, "done") == 0)
		return RUN_DONE;
	if (strcmp(status, "failed") == 0)
		return RUN_FAILED;
	/*
	 * A run in one transaction is seen by nobody else before it is done; and a
	 * standby does not know the processes of the primary.
	 */
	if (strcmp(status, "running") == 0 &&
		(!commits_between || RecoveryInProgress()))
		return RUN_ALIVE;
	return RUN_INTERRUPTED;
}

static Run
look(int64 number)
{
	Datum args[] = { Int64GetDatum(number) };
	Run run = { .pid = sm_locks_alive_pid(number) };
	const char *status;

	run.rows = sm_query(&read_run, args, NULL);
	if (run.rows->n == 0)
		return run;
	status = sm_rows_text(run.rows, 0, 1);
	if (run.pid != 0 && strcmp(status, "running") == 0)
		run.state = RUN_ALIVE;
	else
		run.state = ended_state(status, sm_rows_bool(run.rows, 0, 2));
	return run;
}

/* The same of a run that must be there */
static Run
look_at_known(int64 number)
{
	Run run = look(number);

	if (run.state == RUN_UNKNOWN)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("run " INT64_FORMAT " does not exist", number),
						errhint("See the view schemamig.runs.")));
	return run;
}

/* Throws the error that has ended a run */
static void
throw_error_of(int64 number, const SmRows *rows)
{
	const char *sqlstate = sm_rows_text(rows, 0, 3);
	char *where = psprintf("run " INT64_FORMAT, number);
	int code = ERRCODE_INTERNAL_ERROR;

	if (sqlstate && strlen(sqlstate) == 5)
		code = MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2], sqlstate[3],
							 sqlstate[4]);
	if (sm_rows_text(rows, 0, 8))
		where = psprintf("run " INT64_FORMAT ", step " INT64_FORMAT
						 "/" INT64_FORMAT ", %s of revision \"%s\"",
						 number, sm_rows_int64(rows, 0, 5),
						 sm_rows_int64(rows, 0, 6), sm_rows_text(rows, 0, 7),
						 sm_rows_text(rows, 0, 8));
	ereport(ERROR, (errcode(code), errmsg("%s", sm_rows_text(rows, 0, 4)),
					errcontext("%s", where)));
}

/* Whether there is anything to wait for; a bad end is an error */
static bool
is_under_way(int64 number)
{
	Run run = look_at_known(number);

	if (run.state == RUN_FAILED)
		throw_error_of(number, run.rows);
	if (run.state == RUN_INTERRUPTED)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("run " INT64_FORMAT " was interrupted", number),
				 errdetail("Its process has ended without noting how."),
				 errhint(
					 "schemamig.start() or CALL schemamig.migrate() goes on where it has stopped.")));
	return run.state == RUN_ALIVE;
}

/*
 * SQL procedure wait(run).  It holds no snapshot while it waits, which CREATE
 * INDEX CONCURRENTLY in the run would wait for.
 */
Datum
schemamig_wait(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	MemoryContext old;
	long pause = FIRST_PAUSE_MS;
	int64 number;

	sm_txn_check_procedure(fcinfo, "schemamig.wait()",
						   "Look at the view schemamig.runs instead.");
	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("run must not be null")));
	number = PG_GETARG_INT64(0);
	context = AllocSetContextCreate(PortalContext, "schemamig wait",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	while (is_under_way(number))
	{
		sm_txn_commit();
		MemoryContextReset(context);
		sm_pause(pause, "SchemamigWait");
		pause = Min(pause * 2, LONGEST_PAUSE_MS);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	PG_RETURN_VOID();
}

/* SQL function cancel(run) */
Datum
schemamig_cancel(PG_FUNCTION_ARGS)
{
	Run run = look_at_known(PG_GETARG_INT64(0));

	if (run.pid == 0 || run.state != RUN_ALIVE)
		PG_RETURN_BOOL(false);
	return DirectFunctionCall1(pg_cancel_backend, Int32GetDatum(run.pid));
}

/*
 * SQL function run_interrupted(run): whether the process of a run has ended
 * without noting how.  Null if there is no such run, and on a standby, where
 * the primary's processes are not known.
 */
Datum
schemamig_run_interrupted(PG_FUNCTION_ARGS)
{
	Run run;

	if (RecoveryInProgress())
		PG_RETURN_NULL();
	run = look(PG_GETARG_INT64(0));
	if (run.state == RUN_UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(run.state == RUN_INTERRUPTED);
}
