/*-------------------------------------------------------------------------
 *
 * worker.c
 *	  The background worker that runs what schemamig.start() was told.
 *
 * It logs in as the user who had logged in, takes over the settings and then
 * the user of the session, and calls the procedure migrate() as a statement of
 * its own.  Until the run is in the journal, errors go to the session that
 * waits for it; then it lets go of that, so that it outlives the session, and
 * errors go to the journal and the server's log.
 *
 * There is no error handling here: the server's own ends the worker, which
 * rolls back and releases whatever it holds.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "libpq/pqmq.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "storage/shm_mq.h"
#include "storage/shm_toc.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"

#include "compat.h"
#include "env.h"
#include "exec.h"
#include "launch.h"
#include "migrate.h"
#include "progress.h"
#include "worker.h"

/* Until the run has begun */
static dsm_segment *segment = NULL;
static shm_mq_handle *queue = NULL;

/* A copy of what it was told */
static SmLaunchOrder order;

/*
 * Attaches to the segment, and has errors and notices sent through its queue.
 * The session is gone if there is no segment any more.
 */
static shm_toc *
attach(dsm_handle handle)
{
	shm_toc *toc = NULL;
	shm_mq *mq;

	segment = dsm_attach(handle);
	if (segment)
		toc = shm_toc_attach(SM_LAUNCH_MAGIC, dsm_segment_address(segment));
	if (toc == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the session that has started the run is gone")));
	order = *(SmLaunchOrder *) shm_toc_lookup(toc, SM_LAUNCH_ORDER, false);
	mq = shm_toc_lookup(toc, SM_LAUNCH_QUEUE, false);
	shm_mq_set_sender(mq, MyProc);
	queue = shm_mq_attach(mq, segment, NULL);
	pq_redirect_to_shm_mq(segment, queue);
	return toc;
}

/* Reads what settings_text() of launch.c has written */
static List *
read_settings(shm_toc *toc, SmLaunchPart part)
{
	const char *at = shm_toc_lookup(toc, part, false);
	List *settings = NIL;

	while (*at != '\0')
	{
		const char *value = at + strlen(at) + 1;

		settings = lappend(settings, sm_env_setting(at, value));
		at = value + strlen(value) + 1;
	}
	return settings;
}

/*
 * Becomes what the session is.  The settings come first, because the user who
 * had logged in is the one who could set all of them.
 */
static void
become_session(shm_toc *toc)
{
	SmSetting user = { "session_authorization", NameStr(order.session_user) };
	SmSetting role = { "role", NameStr(order.role) };

	StartTransactionCommand();
	sm_env_adopt(read_settings(toc, SM_LAUNCH_CLIENT_SETTINGS), PGC_S_CLIENT);
	process_session_preload_libraries();
	sm_env_adopt(read_settings(toc, SM_LAUNCH_SESSION_SETTINGS), PGC_S_SESSION);
	sm_env_adopt(list_make2(&user, &role), PGC_S_SESSION);
	CommitTransactionCommand();
}

/*
 * Tells the session that the run has begun, and lets go of it.  Messages had to
 * be in the encoding of the database so far; now the client's encoding, which
 * is the one that COPY takes files to be in, is that of the session.
 */
static void
tell_begun(void)
{
	SmSetting encoding = { "client_encoding", (char *) pg_encoding_to_char(
												  order.client_encoding) };
	char message = SM_LAUNCH_BEGUN;

	(void) shm_mq_send(queue, 1, &message, false, true);
	dsm_detach(segment);
	segment = NULL;
	queue = NULL;
	whereToSendOutput = DestNone;
	sm_env_adopt(list_make1(&encoding), PGC_S_CLIENT);
	SetClientEncoding(order.client_encoding);
}

/* What the server calls in the worker's process */
void
schemamig_worker_main(Datum main_arg)
{
	shm_toc *toc;
	char *call;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	MemoryContextSwitchTo(TopMemoryContext);
	toc = attach(DatumGetUInt32(main_arg));
	BackgroundWorkerInitializeConnectionByOid(order.database,
											  order.authenticated_user,
											  BGWORKER_BYPASS_ROLELOGINCHECK);
	SetClientEncoding(GetDatabaseEncoding());

	SetCurrentStatementStartTimestamp();
	become_session(toc);
	MemoryContextSwitchTo(TopMemoryContext);
	call = pstrdup(shm_toc_lookup(toc, SM_LAUNCH_CALL, false));
	sm_progress_query(call);
	sm_migrate_as_run(order.run,
					  order.client_addr[0] != '\0' ? order.client_addr : NULL,
					  tell_begun);
	StartTransactionCommand();
	sm_exec_toplevel(call);
	CommitTransactionCommand();
}
