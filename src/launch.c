/*-------------------------------------------------------------------------
 *
 * launch.c
 *	  Starting a run in a background worker.
 *
 * The worker does what the session would do itself with CALL schemamig.migrate:
 * as the same user, under the same settings, with the same checks.  So it may
 * do no more than the session, and cannot be started where the session's rights
 * are lent to it.
 *
 * The session waits until the run is in the journal; up to then an error in the
 * worker is an error here, and the worker ends with the call.  After that
 * nothing connects the two: what becomes of the run is read from the journal.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "libpq/pqmq.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "storage/shm_mq.h"
#include "storage/shm_toc.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "args.h"
#include "env.h"
#include "journal.h"
#include "launch.h"
#include "locks.h"
#include "migrate.h"
#include "variable.h"

#define QUEUE_SIZE 16384

PG_FUNCTION_INFO_V1(schemamig_start);

/*
 * The worker has the rights of the session.  A function that was lent other
 * ones, or a script that runs with fewer, must not get them that way.
 */
static void
check_rights(void)
{
	if (InLocalUserIdChange() || InSecurityRestrictedOperation() ||
		GetUserId() != GetOuterUserId())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg(
					 "cannot start a background run inside a security-definer function"),
				 errdetail("It would have the rights of the session."),
				 errhint(
					 "Start it from a function with the rights of its caller, or use SELECT schemamig.upgrade().")));
}

/* An argument of the call, as SQL; value may be NULL */
static char *
literal(const char *value, const char *type)
{
	return psprintf("%s::pg_catalog.%s",
					value ? quote_literal_cstr(value) : "NULL", type);
}

/* Checks the arguments, and returns the statement that the worker is to run */
static char *
call_text(FunctionCallInfo fcinfo)
{
	char *target = sm_arg_text_required(fcinfo, 0, "target");
	SmDirection direction = sm_migrate_direction(fcinfo, 1);
	char *tenant = sm_arg_name(fcinfo, 2);
	Jsonb *variables = PG_ARGISNULL(3) ? NULL : PG_GETARG_JSONB_P(3);
	char *json = NULL;

	sm_variable_check(variables);
	if (variables)
		json = JsonbToCString(NULL, &variables->root, VARSIZE(variables));
	return psprintf("CALL schemamig.migrate(%s, %s, %s, %s)",
					literal(target, "text"),
					literal(sm_plan_direction_name(direction), "text"),
					literal(tenant, "name"), literal(json, "jsonb"));
}

static SmLaunchOrder
make_order(int64 run)
{
	SmLaunchOrder order = { .run = run,
							.database = MyDatabaseId,
							.authenticated_user = GetAuthenticatedUserId(),
							.client_encoding = pg_get_client_encoding() };
	Oid role = GetCurrentRoleId();
	const char *client_addr = sm_journal_client_addr();

	if (client_addr)
		snprintf(order.client_addr, sizeof(order.client_addr), "%s",
				 client_addr);
	namestrcpy(&order.session_user, sm_env_role_name(GetSessionUserId()));
	namestrcpy(&order.role, OidIsValid(role) ? sm_env_role_name(role) : "none");
	return order;
}

static StringInfoData
settings_text(const List *settings)
{
	StringInfoData buf;
	ListCell *lc;

	initStringInfo(&buf);
	foreach (lc, settings)
	{
		const SmSetting *setting = lfirst(lc);
		const char *value = setting->value ? setting->value : "";

		appendBinaryStringInfo(&buf, setting->name, strlen(setting->name) + 1);
		appendBinaryStringInfo(&buf, value, strlen(value) + 1);
	}
	appendStringInfoChar(&buf, '\0');
	return buf;
}

/* Makes the segment; its queue has no sender yet */
static dsm_segment *
create_segment(int64 run, const char *call, shm_mq **queue)
{
	SmLaunchOrder order = make_order(run);
	StringInfoData client = settings_text(sm_env_client_settings());
	StringInfoData session = settings_text(sm_env_session_settings());
	struct
	{
		const void *data;
		Size size;
	} part[SM_LAUNCH_QUEUE] = {
		[SM_LAUNCH_ORDER] = { &order, sizeof(order) },
		[SM_LAUNCH_CLIENT_SETTINGS] = { client.data, client.len },
		[SM_LAUNCH_SESSION_SETTINGS] = { session.data, session.len },
		[SM_LAUNCH_CALL] = { call, strlen(call) + 1 }
	};
	shm_toc_estimator estimator;
	dsm_segment *segment;
	shm_toc *toc;
	void *to;

	shm_toc_initialize_estimator(&estimator);
	for (int i = 0; i < SM_LAUNCH_QUEUE; i++)
		shm_toc_estimate_chunk(&estimator, part[i].size);
	shm_toc_estimate_chunk(&estimator, QUEUE_SIZE);
	shm_toc_estimate_keys(&estimator, SM_LAUNCH_QUEUE + 1);
	segment = dsm_create(shm_toc_estimate(&estimator), 0);
	toc = shm_toc_create(SM_LAUNCH_MAGIC, dsm_segment_address(segment),
						 shm_toc_estimate(&estimator));
	for (int i = 0; i < SM_LAUNCH_QUEUE; i++)
	{
		to = shm_toc_allocate(toc, part[i].size);
		memcpy(to, part[i].data, part[i].size);
		shm_toc_insert(toc, i, to);
	}
	to = shm_toc_allocate(toc, QUEUE_SIZE);
	*queue = shm_mq_create(to, QUEUE_SIZE);
	shm_mq_set_receiver(*queue, MyProc);
	shm_toc_insert(toc, SM_LAUNCH_QUEUE, to);
	return segment;
}

static BackgroundWorkerHandle *
register_worker(int64 run, dsm_segment *segment)
{
	BackgroundWorker worker = {
		.bgw_flags =
			BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION,
		.bgw_start_time = BgWorkerStart_RecoveryFinished,
		.bgw_restart_time = BGW_NEVER_RESTART,
		.bgw_library_name = "schemamig",
		.bgw_function_name = "schemamig_worker_main",
		.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(segment)),
		.bgw_notify_pid = MyProcPid
	};
	BackgroundWorkerHandle *handle;

	snprintf(worker.bgw_name, BGW_MAXLEN, "schemamig run " INT64_FORMAT, run);
	memcpy(worker.bgw_type, worker.bgw_name, BGW_MAXLEN);
	if (!RegisterDynamicBackgroundWorker(&worker, &handle))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
				 errmsg("could not start a background worker"),
				 errdetail("All background workers are in use."),
				 errhint(
					 "Try again when one has ended, or increase \"max_worker_processes\".")));
	return handle;
}

/* Throws what the worker has thrown, or gives its notice */
static void
relay(StringInfo message, int64 run)
{
	ErrorData error;
	char *context = psprintf("background worker of run " INT64_FORMAT, run);

	pq_parse_errornotice(message, &error);
	error.elevel = Min(error.elevel, ERROR);
	error.cursorpos = 0; /* that is in the worker's statement */
	error.context =
		error.context ? psprintf("%s\n%s", error.context, context) : context;
	ThrowErrorData(&error);
}

/* Waits until the run is in the journal */
static void
await_begin(shm_mq_handle *queue, int64 run)
{
	for (;;)
	{
		StringInfoData message;
		Size size;
		void *data;
		char type;

		if (shm_mq_receive(queue, &size, &data, false) != SHM_MQ_SUCCESS)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the background worker ended before the run began"),
					 errhint("The server's log may say why.")));
		initStringInfo(&message);
		appendBinaryStringInfo(&message, data, size);
		type = pq_getmsgbyte(&message);
		if (type == SM_LAUNCH_BEGUN)
			return;
		if (type == 'E' || type == 'N')
			relay(&message, run);
	}
}

static void
terminate_worker(int code, Datum handle)
{
	TerminateBackgroundWorker(
		(BackgroundWorkerHandle *) DatumGetPointer(handle));
}

/* SQL function start(target, direction, tenant, variables) */
Datum
schemamig_start(PG_FUNCTION_ARGS)
{
	BackgroundWorkerHandle *worker;
	dsm_segment *segment;
	shm_mq *queue;
	char *call;
	int64 run;

	PreventCommandIfReadOnly("schemamig.start()");
	sm_locks_refuse_within_run();
	check_rights();
	call = call_text(fcinfo);
	run = sm_journal_reserve();
	segment = create_segment(run, call, &queue);
	worker = register_worker(run, segment);
	PG_ENSURE_ERROR_CLEANUP(terminate_worker, PointerGetDatum(worker));
	{
		await_begin(shm_mq_attach(queue, segment, worker), run);
	}
	PG_END_ENSURE_ERROR_CLEANUP(terminate_worker, PointerGetDatum(worker));
	dsm_detach(segment);
	PG_RETURN_INT64(run);
}
