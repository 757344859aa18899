/*-------------------------------------------------------------------------
 *
 * replica.c
 *	  Waiting for replicas.
 *
 * Whoever writes much in one go must not leave the replicas behind.  How far
 * behind they are is measured here: a commit of this session is remembered with
 * its time, and while a replica has not replayed it, the lag is the time since
 * then.  (pg_stat_replication.replay_lag stops where replay does.)
 *
 * A replica reports what it has replayed when it has received something, else
 * only every now and then.  So a record is sent to it before each look; it is
 * one that the server's background writer sends every now and then, too.
 *
 * Replicas are the standbys that receive their WAL from this server.  Logical
 * subscribers confirm when they please, so they do not count.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "storage/standby.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"

#include "attempt.h"
#include "compat.h"
#include "guc.h"
#include "query.h"
#include "replica.h"
#include "txn.h"

#define FIRST_LOOK_MS 50
#define LONGEST_LOOK_MS 500

static SmQuery behind = {
	.sql = "SELECT r.application_name FROM pg_catalog.pg_stat_replication r "
		   "WHERE r.state IN ('streaming', 'catchup') AND r.replay_lsn < $1 "
		   "AND NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots s "
		   "WHERE s.active_pid = r.pid AND s.slot_type = 'logical') "
		   "ORDER BY r.replay_lsn LIMIT 1",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { PG_LSNOID }
};

/*
 * The replica that is furthest behind the remembered commit; NULL if there is
 * none: then the last commit is remembered instead.
 */
static char *
find_behind(SmPace *pace)
{
	Datum args[] = { LSNGetDatum(pace->lsn) };
	SmRows *rows = sm_query(&behind, args, NULL);

	if (rows->n > 0)
		return sm_rows_text(rows, 0, 1);
	pace->lsn = XactLastCommitEnd;
	pace->at = GetCurrentTimestamp();
	return NULL;
}

static bool
is_too_late(TimestampTz since, int limit_ms)
{
	return TimestampDifferenceExceeds(since, GetCurrentTimestamp(), limit_ms);
}

static void
give_up(const char *replica, const char *what, TimestampTz start)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("replica \"%s\" does not keep pace", replica),
			 errdetail("It is more than %.1f s behind, and %s has waited for it for %ld s.",
					   sm_max_replica_lag / 1000.0, what,
					   (long) ((GetCurrentTimestamp() - start) / USECS_PER_SEC)),
			 errhint(
				 "What is committed stays: call it again, and it goes on from there. schemamig.max_replica_lag says how far behind a replica may be.")));
}

/*
 * To be called after each commit of something that replicas have to replay, in
 * a transaction that has not done anything yet.  Waits while a replica is
 * further behind than schemamig.max_replica_lag, for schemamig.lock_deadline at
 * most.  Commits.
 */
void
sm_replica_keep_pace(SmPace *pace, const char *what)
{
	TimestampTz start = GetCurrentTimestamp();
	long pause = FIRST_LOOK_MS;
	bool told = false;

	while (sm_max_replica_lag > 0)
	{
		char *replica = find_behind(pace);

		if (replica == NULL || !is_too_late(pace->at, sm_max_replica_lag))
			break;
		if (pause > FIRST_LOOK_MS && is_too_late(start, sm_lock_deadline))
			give_up(replica, what, start);
		if (pause > FIRST_LOOK_MS && !told)
		{
			told = true;
			ereport(NOTICE,
					(errmsg("%s waits for replica \"%s\", which is more than %.1f s behind",
							what, replica, sm_max_replica_lag / 1000.0)));
		}
		(void) LogStandbySnapshot();
		sm_txn_commit();
		sm_attempt_pause(pause);
		pause = Min(pause * 2, LONGEST_LOOK_MS);
	}
	sm_txn_commit();
}
