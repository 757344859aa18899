/*-------------------------------------------------------------------------
 *
 * journal.h
 *	  The journal: what was run, and what is applied because of it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_JOURNAL_H
#define SM_JOURNAL_H

#include "revision.h"
#include "tenant.h"
#include "utils/jsonb.h"

/*
 * For queries: the locks l that show that runs are alive, see locks.c; their
 * objid is the number of the run.
 */
#define SM_ALIVE_LOCKS                                                         \
	"pg_catalog.pg_locks l WHERE l.locktype = 'advisory' "                     \
	"AND l.objsubid = 77 AND l.classid = 3 AND l.granted "                     \
	"AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d "            \
	"WHERE d.datname = pg_catalog.current_database()) "

/* A step, as it is journaled */
typedef struct SmJournalStep
{
	int64 run;
	int step; /* from 1 */
	const char *revision;
	const char *direction;
	const char *message;
	const List *replaces; /* char *: revisions that a squash moves; NIL: none */
	TimestampTz started_at;
	int statements_done;
	int statements;
	const char *checksum;	/* of the script; NULL: none was run */
	const char *status;		/* NULL: done */
	const ErrorData *error; /* NULL: none */
} SmJournalStep;

/* A run that commits in between, as it is journaled when it begins */
typedef struct SmJournalRun
{
	int64 run;
	const char *tenant;
	const char *command;
	const char *direction; /* NULL: none */
	const char *target;
	const char *role;
	const char *client_addr; /* NULL: that of this session's client */
} SmJournalRun;

/* A call that works in batches, as it was journaled last */
typedef struct SmJournalCall
{
	int64 run;
	int pid; /* of the session that is just running it; 0: none */
	bool is_done;
	Jsonb *cursor; /* NULL: none yet */
	int64 rows_done;
} SmJournalCall;

extern int64 sm_journal_begin(const SmTenant *tenant, const char *command,
							  const char *target, const char *role);
extern int64 sm_journal_reserve(void);
extern char *sm_journal_client_addr(void);
extern void sm_journal_open(const SmJournalRun *run);
extern void sm_journal_planned(int64 run, const char *tenant, int steps);
extern void sm_journal_end(int64 run);
extern void sm_journal_fail(int64 run, const ErrorData *error);
extern void sm_journal_bury(const char *tenant);
extern SmJournalCall *
sm_journal_last_call(const char *command, const char *target, const char *role);
extern void sm_journal_interrupted(int64 run);
extern void sm_journal_batch(int64 run, Jsonb *cursor, int64 rows_done);
extern void sm_journal_step(const SmJournalStep *step);
extern void sm_journal_apply(const SmTenant *tenant, const SmRevision *rev,
							 int64 run, const char *role);
extern void sm_journal_purge_unknown(const SmTenant *tenant);
extern void sm_journal_unapply(const SmTenant *tenant, const char *revision);
extern void
sm_journal_log(const char *command, const char *target, const char *role,
			   const char *direction, const SmRevision *rev);
extern List *sm_journal_tenants(const char *revision);

#endif /* SM_JOURNAL_H */
