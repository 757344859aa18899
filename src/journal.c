/*-------------------------------------------------------------------------
 *
 * journal.c
 *	  The journal: what was run, and what is applied because of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "compat.h"
#include "journal.h"
#include "query.h"

static SmQuery begin_run = {
	.sql =
		"INSERT INTO schemamig.run (tenant, command, target, role, "
		"session_role, client_addr, application_name, status, started_at) "
		"VALUES ($1, $2, $3, $4, session_user, pg_catalog.inet_client_addr(), "
		"pg_catalog.current_setting('application_name'), 'running', "
		"pg_catalog.clock_timestamp()) RETURNING run",
	.mode = SM_WRITE,
	.nargs = 4,
	.argtypes = { TEXTOID, TEXTOID, TEXTOID, TEXTOID }
};

static SmQuery reserve_run = {
	.sql = "SELECT pg_catalog.nextval('schemamig.run_run_seq')",
	.mode = SM_WRITE
};

static SmQuery open_run = {
	.sql =
		"INSERT INTO schemamig.run (run, tenant, command, direction, target, "
		"role, session_role, client_addr, application_name, pid, status, "
		"started_at) "
		"VALUES ($1, $2, $3, $4, $5, $6, session_user, "
		"COALESCE($7::inet, pg_catalog.inet_client_addr()), "
		"pg_catalog.current_setting('application_name'), "
		"pg_catalog.pg_backend_pid(), 'running', pg_catalog.clock_timestamp())",
	.mode = SM_WRITE,
	.nargs = 7,
	.argtypes = { INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
				  TEXTOID }
};

static SmQuery client_addr = { .sql =
								   "SELECT pg_catalog.inet_client_addr()::text",
							   .mode = SM_READ };

static SmQuery planned_run = {
	.sql = "UPDATE schemamig.run SET steps = $2, tenant = $3 WHERE run = $1",
	.mode = SM_WRITE,
	.nargs = 3,
	.argtypes = { INT8OID, INT4OID, TEXTOID }
};

static SmQuery end_run = {
	.sql = "UPDATE schemamig.run SET status = 'done', "
		   "finished_at = pg_catalog.clock_timestamp() WHERE run = $1",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { INT8OID }
};

static SmQuery fail_run = {
	.sql =
		"UPDATE schemamig.run SET status = 'failed', sqlstate = $2, error = $3, "
		"finished_at = pg_catalog.clock_timestamp() WHERE run = $1",
	.mode = SM_WRITE,
	.nargs = 3,
	.argtypes = { INT8OID, TEXTOID, TEXTOID }
};

/* A run that says it is running, but whose lock is not held, see locks.c */
static SmQuery bury_runs = {
	.sql = "WITH dead AS (UPDATE schemamig.run r SET status = 'interrupted' "
		   "WHERE r.tenant = $1 AND r.status = 'running' AND r.pid IS NOT NULL "
		   "AND NOT EXISTS (SELECT FROM " SM_ALIVE_LOCKS
		   "AND l.objid::bigint = (r.run & 4294967295)) "
		   "RETURNING r.run) "
		   "UPDATE schemamig.run_step s SET status = 'interrupted' "
		   "FROM dead WHERE s.run = dead.run AND s.status = 'running'",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery last_call = {
	.sql =
		"SELECT r.run, (SELECT l.pid FROM " SM_ALIVE_LOCKS
		"AND l.objid::bigint = (r.run & 4294967295) LIMIT 1), "
		"r.status = 'done', r.batch_cursor, r.rows_done FROM schemamig.run r "
		"WHERE r.command = $1 AND r.target = $2 AND r.role = $3 "
		"ORDER BY r.run DESC LIMIT 1",
	.mode = SM_READ_LATEST,
	.nargs = 3,
	.argtypes = { TEXTOID, TEXTOID, TEXTOID }
};

static SmQuery interrupted_run = {
	.sql = "UPDATE schemamig.run SET status = 'interrupted' "
		   "WHERE run = $1 AND status = 'running'",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { INT8OID }
};

static SmQuery write_batch = {
	.sql = "UPDATE schemamig.run SET batch_cursor = $2, rows_done = $3 "
		   "WHERE run = $1",
	.mode = SM_WRITE,
	.nargs = 3,
	.argtypes = { INT8OID, JSONBOID, INT8OID }
};

static SmQuery write_step = {
	.sql = "INSERT INTO schemamig.run_step (run, step, revision, direction, "
		   "message, status, started_at, finished_at, statements_done, "
		   "statements_total, checksum, sqlstate, error, replaces) "
		   "VALUES ($1, $2, $3, $4, $5, $6, $7, "
		   "CASE WHEN $6 <> 'running' THEN pg_catalog.clock_timestamp() END, "
		   "$8, $9, $10, $11, $12, $13) "
		   "ON CONFLICT (run, step) DO UPDATE SET status = excluded.status, "
		   "finished_at = excluded.finished_at, "
		   "statements_done = excluded.statements_done, "
		   "sqlstate = excluded.sqlstate, error = excluded.error",
	.mode = SM_WRITE,
	.nargs = 13,
	.argtypes = { INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
				  TIMESTAMPTZOID, INT4OID, INT4OID, TEXTOID, TEXTOID, TEXTOID,
				  TEXTARRAYOID }
};

static SmQuery insert_applied = {
	.sql = "INSERT INTO schemamig.applied (tenant, revision, applied_at, "
		   "applied_by, run, checksum, token_checksum) "
		   "VALUES ($1, $2, pg_catalog.clock_timestamp(), $3, $4, $5, $6)",
	.mode = SM_WRITE,
	.nargs = 6,
	.argtypes = { TEXTOID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID }
};

static SmQuery delete_applied = {
	.sql = "DELETE FROM schemamig.applied WHERE tenant = $1 AND revision = $2",
	.mode = SM_WRITE,
	.nargs = 2,
	.argtypes = { TEXTOID, TEXTOID }
};

static SmQuery delete_unknown = {
	.sql =
		"DELETE FROM schemamig.applied a WHERE tenant = $1 "
		"AND NOT EXISTS (SELECT FROM schemamig.revision r WHERE r.revision = a.revision)",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery tenants_of = {
	.sql =
		"SELECT tenant FROM schemamig.applied WHERE revision = $1 ORDER BY tenant",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

/* Begins a run and returns its number; target may be NULL */
int64
sm_journal_begin(const SmTenant *tenant, const char *command,
				 const char *target, const char *role)
{
	Datum args[] = { CStringGetTextDatum(tenant->name),
					 CStringGetTextDatum(command),
					 target ? CStringGetTextDatum(target) : (Datum) 0,
					 CStringGetTextDatum(role) };

	return sm_rows_int64(sm_query(&begin_run, args, target ? NULL : "  n "), 0,
						 1);
}

/*
 * The number for a run that is to be journaled while it goes on: it is needed
 * before there is a row, for the lock that shows that the run is alive.
 */
int64
sm_journal_reserve(void)
{
	return sm_rows_int64(sm_query(&reserve_run, NULL, NULL), 0, 1);
}

/* The address of this session's client, NULL if it is local */
char *
sm_journal_client_addr(void)
{
	return sm_rows_text(sm_query(&client_addr, NULL, NULL), 0, 1);
}

static Datum
text_or_null(const char *text, char *null)
{
	*null = text ? ' ' : 'n';
	return text ? CStringGetTextDatum(text) : (Datum) 0;
}

/* Begins a run with a number of sm_journal_reserve(), in this process */
void
sm_journal_open(const SmJournalRun *run)
{
	char nulls[] = "       ";
	Datum args[] = { Int64GetDatum(run->run),
					 CStringGetTextDatum(run->tenant),
					 CStringGetTextDatum(run->command),
					 text_or_null(run->direction, &nulls[3]),
					 text_or_null(run->target, &nulls[4]),
					 CStringGetTextDatum(run->role),
					 text_or_null(run->client_addr, &nulls[6]) };

	(void) sm_query(&open_run, args, nulls);
}

/* Notes how many steps such a run has to take, and for which tenant */
void
sm_journal_planned(int64 run, const char *tenant, int steps)
{
	Datum args[] = { Int64GetDatum(run), Int32GetDatum(steps),
					 CStringGetTextDatum(tenant) };

	(void) sm_query(&planned_run, args, NULL);
}

/* Notes that a run is done */
void
sm_journal_end(int64 run)
{
	Datum args[] = { Int64GetDatum(run) };

	(void) sm_query(&end_run, args, NULL);
}

/* Notes which error has ended a run */
void
sm_journal_fail(int64 run, const ErrorData *error)
{
	Datum args[] = { Int64GetDatum(run),
					 CStringGetTextDatum(unpack_sql_state(error->sqlerrcode)),
					 CStringGetTextDatum(error->message) };

	(void) sm_query(&fail_run, args, NULL);
}

/*
 * Notes of runs of a tenant that they were interrupted: those that did not
 * come to note their own end.  The caller holds the run lock.
 */
void
sm_journal_bury(const char *tenant)
{
	Datum args[] = { CStringGetTextDatum(tenant) };

	(void) sm_query(&bury_runs, args, NULL);
}

/* The last run of the same call by the same role, as of now; NULL if none */
SmJournalCall *
sm_journal_last_call(const char *command, const char *target, const char *role)
{
	Datum args[] = { CStringGetTextDatum(command), CStringGetTextDatum(target),
					 CStringGetTextDatum(role) };
	SmRows *rows = sm_query(&last_call, args, NULL);
	SmJournalCall *call;
	Datum cursor;
	bool isnull;

	if (rows->n == 0)
		return NULL;
	call = palloc0_object(SmJournalCall);
	call->run = sm_rows_int64(rows, 0, 1);
	call->pid = sm_rows_int64(rows, 0, 2);
	call->is_done = sm_rows_bool(rows, 0, 3);
	cursor = sm_rows_datum(rows, 0, 4, &isnull);
	if (!isnull)
		call->cursor = DatumGetJsonbP(cursor);
	call->rows_done = sm_rows_int64(rows, 0, 5);
	return call;
}

/* Notes of a run that it did not come to note its own end, if it did not */
void
sm_journal_interrupted(int64 run)
{
	Datum args[] = { Int64GetDatum(run) };

	(void) sm_query(&interrupted_run, args, NULL);
}

/* Notes how far a run is that works in batches; the first time of many */
void
sm_journal_batch(int64 run, Jsonb *cursor, int64 rows_done)
{
	Datum args[] = { Int64GetDatum(run), JsonbPGetDatum(cursor),
					 Int64GetDatum(rows_done) };

	(void) sm_query(&write_batch, args, NULL);
}

/* Notes a step; once more if it was noted before with another status */
void
sm_journal_step(const SmJournalStep *step)
{
	char nulls[] = "             ";
	const ErrorData *error = step->error;
	Datum args[] = { Int64GetDatum(step->run),
					 Int32GetDatum(step->step),
					 CStringGetTextDatum(step->revision),
					 CStringGetTextDatum(step->direction),
					 CStringGetTextDatum(step->message),
					 CStringGetTextDatum(step->status ? step->status : "done"),
					 TimestampTzGetDatum(step->started_at),
					 Int32GetDatum(step->statements_done),
					 Int32GetDatum(step->statements),
					 text_or_null(step->checksum, &nulls[9]),
					 text_or_null(error ? unpack_sql_state(error->sqlerrcode)
										: NULL,
								  &nulls[10]),
					 text_or_null(error ? error->message : NULL, &nulls[11]),
					 sm_list_to_text_array(step->replaces) };

	nulls[12] = step->replaces ? ' ' : 'n';
	(void) sm_query(&write_step, args, nulls);
}

/* Adds a revision to the applied set, with the checksums of its script */
void
sm_journal_apply(const SmTenant *tenant, const SmRevision *rev, int64 run,
				 const char *role)
{
	Datum args[] = { CStringGetTextDatum(tenant->name),
					 CStringGetTextDatum(rev->id),
					 CStringGetTextDatum(role),
					 Int64GetDatum(run),
					 CStringGetTextDatum(rev->checksum),
					 CStringGetTextDatum(rev->token_checksum) };

	(void) sm_query(&insert_applied, args, NULL);
}

/* Takes a revision out of the applied set */
void
sm_journal_unapply(const SmTenant *tenant, const char *revision)
{
	Datum args[] = { CStringGetTextDatum(tenant->name),
					 CStringGetTextDatum(revision) };

	(void) sm_query(&delete_applied, args, NULL);
}

/* Takes what is no revision out of the applied set; it came there by hand */
void
sm_journal_purge_unknown(const SmTenant *tenant)
{
	Datum args[] = { CStringGetTextDatum(tenant->name) };

	(void) sm_query(&delete_unknown, args, NULL);
}

/*
 * Logs a change to a revision itself, as a run of one step that moves no
 * tenant.
 */
void
sm_journal_log(const char *command, const char *target, const char *role,
			   const char *direction, const SmRevision *rev)
{
	SmTenant nobody = { .name = "" };
	SmJournalStep step = { .run =
							   sm_journal_begin(&nobody, command, target, role),
						   .step = 1,
						   .revision = rev->id,
						   .direction = direction,
						   .message = rev->message,
						   .started_at = GetCurrentTimestamp(),
						   .checksum = rev->checksum };

	sm_journal_step(&step);
	sm_journal_end(step.run);
}

/* The tenants that have a revision, as a list of char *, as of now */
List *
sm_journal_tenants(const char *revision)
{
	Datum args[] = { CStringGetTextDatum(revision) };
	SmRows *rows = sm_query(&tenants_of, args, NULL);
	List *tenants = NIL;

	for (uint64 i = 0; i < rows->n; i++)
		tenants = lappend(tenants, sm_rows_text(rows, i, 1));
	return tenants;
}
