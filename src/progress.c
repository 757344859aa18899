/*-------------------------------------------------------------------------
 *
 * progress.c
 *	  Telling what a run is doing: a NOTICE as each step begins, the same in
 *	  pg_stat_activity, a notification after each step, and the view
 *	  schemamig.progress, which reads the activity of all sessions.
 *
 * The text in pg_stat_activity survives what a script does, costs less than a
 * microsecond, and needs no shared memory of our own.  Other users' texts
 * are hidden in pg_stat_activity itself; session_activity() below shows those
 * that begin as ours do, and the view keeps only sessions that hold a run
 * lock, because anyone can write such a text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/async.h"
#include "commands/progress.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "progress.h"

#define ACTIVITY_PREFIX "schemamig: "
#define CHANNEL "schemamig"

/*
 * What this session is running.  The report lives in the memory context of
 * the run, whose end, by whatever way, ends the report.
 */
static const SmStepReport *current_step = NULL;
static bool active = false;

PG_FUNCTION_INFO_V1(schemamig_session_activity);

static void
forget_run(void *arg)
{
	active = false;
	current_step = NULL;
}

/* Whether this session is in the middle of a run */
bool
sm_progress_active(void)
{
	return active;
}

/*
 * Begins a run, which ends with sm_progress_end() or when the memory context
 * is deleted, as it is by an error.
 */
void
sm_progress_begin(MemoryContext context)
{
	MemoryContextCallback *callback =
		MemoryContextAllocZero(context, sizeof(MemoryContextCallback));

	callback->func = forget_run;
	MemoryContextRegisterResetCallback(context, callback);
	active = true;
}

static void
report_activity(int statement)
{
	const SmStepReport *r = current_step;
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, ACTIVITY_PREFIX "step %d/%d", r->step, r->steps);
	if (statement > 0)
		appendStringInfo(&text, ", statement %d/%d", statement, r->statements);
	appendStringInfo(&text, ": %s %s, %s", r->direction, r->revision,
					 r->message);
	pgstat_report_activity(STATE_RUNNING, text.data);
	pfree(text.data);
}

/* Begins a step; the report must live as long as the step */
void
sm_progress_step(const SmStepReport *report)
{
	current_step = report;
	if (report->done > 0)
		ereport(NOTICE,
				(errmsg("going on with %s %s -> %s, %s (%d/%d)",
						report->direction, report->from, report->to,
						report->message, report->step, report->steps),
				 errdetail("%d of %d statements have been committed by an earlier run.",
						   report->done, report->statements)));
	else
		ereport(NOTICE, (errmsg("running %s %s -> %s, %s (%d/%d)",
								report->direction, report->from, report->to,
								report->message, report->step, report->steps)));
	report_activity(0);
}

/* Begins a repeatable script, or ends it if there is no report */
void
sm_progress_repeat(const SmStepReport *report)
{
	current_step = report;
	if (report == NULL)
		return;
	ereport(NOTICE,
			(errmsg("running repeatable script \"%s\"", report->revision)));
	report_activity(0);
}

/* Begins a statement of the step's script, counted from 1 */
void
sm_progress_statement(int statement)
{
	if (current_step)
		report_activity(statement);
}

/* Ends the run: the session shows its own query again */
void
sm_progress_end(void)
{
	forget_run(NULL);
	pgstat_report_activity(STATE_RUNNING,
						   debug_query_string ? debug_query_string : "");
}

/*
 * Begins a query that no client has sent: a background worker has to say
 * itself what it runs.  The text must live as long as the process.
 */
void
sm_progress_query(const char *sql)
{
	debug_query_string = sql;
	pgstat_report_activity(STATE_RUNNING, sql);
}

/* NOTIFY of a step that is done; sent when the transaction commits */
void
sm_progress_notify(const SmStepReport *report, const char *tenant)
{
	StringInfoData payload;

	initStringInfo(&payload);
	appendStringInfoString(&payload, "{\"revision\": ");
	escape_json(&payload, report->revision);
	appendStringInfo(&payload, ", \"direction\": \"%s\", \"tenant\": ",
					 report->direction);
	escape_json(&payload, tenant);
	appendStringInfoChar(&payload, '}');
	Async_Notify(CHANNEL, payload.data);
	pfree(payload.data);
}

/*
 * The down revisions of a revision, or of a squash if that is not NULL, as
 * text; "base" if there are none.
 */
const char *
sm_progress_parents(const SmGraph *g, int idx, const SmSquash *squash)
{
	const SmEdges *down = &g->node[idx].edge[SM_DOWN];
	StringInfoData buf;
	int parent = -1;

	initStringInfo(&buf);
	for (int i = 0; squash == NULL && i < down->n; i++)
		appendStringInfo(&buf, "%s%s", i > 0 ? ", " : "",
						 g->node[down->idx[i]].id);
	while (squash && (parent = bms_next_member(squash->parents, parent)) >= 0)
		appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "",
						 g->node[parent].id);
	return buf.len > 0 ? buf.data : "base";
}

/* Phases of an index build as pg_stat_progress_create_index has them */
static const char *const index_phases[] = {
	"initializing",
	"waiting for writers before build",
	"building index",
	"waiting for writers before validation",
	"index validation: scanning index",
	"index validation: sorting tuples",
	"index validation: scanning table",
	"waiting for old snapshots",
	"waiting for readers before marking dead",
	"waiting for readers before dropping"
};

/* phase, access method and its phase, how much of it is done of what */
static void
set_index_columns(const PgBackendStatus *session, Datum *values, bool *nulls)
{
	const int64 *param = session->st_progress_param;
	int64 phase = param[PROGRESS_CREATEIDX_PHASE];
	int done = PROGRESS_CREATEIDX_TUPLES_DONE;
	int total = PROGRESS_CREATEIDX_TUPLES_TOTAL;

	memset(nulls, true, 5 * sizeof(bool));
	if (session->st_progress_command != PROGRESS_COMMAND_CREATE_INDEX ||
		phase < 0 || phase >= (int64) lengthof(index_phases))
		return;
	if (strncmp(index_phases[phase], "waiting", strlen("waiting")) == 0)
	{
		done = PROGRESS_WAITFOR_DONE;
		total = PROGRESS_WAITFOR_TOTAL;
	}
	else if (param[PROGRESS_SCAN_BLOCKS_TOTAL] > 0)
	{
		done = PROGRESS_SCAN_BLOCKS_DONE;
		total = PROGRESS_SCAN_BLOCKS_TOTAL;
	}
	memset(nulls, false, 5 * sizeof(bool));
	/* what the access method said last is said of the build only */
	nulls[1] = nulls[2] = (phase != PROGRESS_CREATEIDX_PHASE_BUILD);
	values[0] = CStringGetTextDatum(index_phases[phase]);
	values[1] =
		ObjectIdGetDatum((Oid) param[PROGRESS_CREATEIDX_ACCESS_METHOD_OID]);
	values[2] = Int64GetDatum(param[PROGRESS_CREATEIDX_SUBPHASE]);
	values[3] = Int64GetDatum(param[done]);
	values[4] = Int64GetDatum(param[total]);
}

/*
 * SQL function session_activity(): what every session of this database reports
 * whose activity looks like that of a run.
 */
Datum
schemamig_session_activity(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int n;

	InitMaterializedSRF(fcinfo, 0);
	pgstat_clear_backend_activity_snapshot();
	n = pgstat_fetch_stat_numbackends();
	for (int i = 1; i <= n; i++)
	{
		LocalPgBackendStatus *local = pgstat_get_local_beentry_by_index(i);
		const PgBackendStatus *session = &local->backendStatus;
		Datum values[8];
		bool nulls[8] = { false };
		char *activity;

		if (local == NULL || session->st_databaseid != MyDatabaseId ||
			session->st_activity_raw == NULL ||
			strncmp(session->st_activity_raw, ACTIVITY_PREFIX,
					strlen(ACTIVITY_PREFIX)) != 0)
			continue;
		activity = pgstat_clip_activity(session->st_activity_raw);
		values[0] = Int32GetDatum(session->st_procpid);
		values[1] = CStringGetTextDatum(activity);
		values[2] = TimestampTzGetDatum(session->st_state_start_timestamp);
		set_index_columns(session, &values[3], &nulls[3]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		pfree(activity);
	}
	return (Datum) 0;
}
