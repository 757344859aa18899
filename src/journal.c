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

static SmQuery end_run = {
	.sql = "UPDATE schemamig.run SET status = 'done', "
		   "finished_at = pg_catalog.clock_timestamp() WHERE run = $1",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { INT8OID }
};

static SmQuery insert_step = {
	.sql =
		"INSERT INTO schemamig.run_step (run, step, revision, direction, "
		"message, status, started_at, finished_at, statements_done, "
		"statements_total, checksum) VALUES ($1, $2, $3, $4, $5, 'done', $6, "
		"pg_catalog.clock_timestamp(), $7, $7, $8)",
	.mode = SM_WRITE,
	.nargs = 8,
	.argtypes = { INT8OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID,
				  INT4OID, TEXTOID }
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

/* Notes that a run is done */
void
sm_journal_end(int64 run)
{
	Datum args[] = { Int64GetDatum(run) };

	(void) sm_query(&end_run, args, NULL);
}

/* Notes a step that is done */
void
sm_journal_step(const SmJournalStep *step)
{
	Datum args[] = { Int64GetDatum(step->run),
					 Int32GetDatum(step->step),
					 CStringGetTextDatum(step->revision),
					 CStringGetTextDatum(step->direction),
					 CStringGetTextDatum(step->message),
					 TimestampTzGetDatum(step->started_at),
					 Int32GetDatum(step->statements),
					 step->checksum ? CStringGetTextDatum(step->checksum)
									: (Datum) 0 };

	(void) sm_query(&insert_step, args, step->checksum ? NULL : "       n");
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
