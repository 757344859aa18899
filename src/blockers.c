/*-------------------------------------------------------------------------
 *
 * blockers.c
 *	  Which sessions others have to wait for, as text for a DETAIL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

#include "blockers.h"
#include "compat.h"
#include "query.h"

#define SESSION_SQL                                                                                               \
	"pg_catalog.format('Process %s of user \"%s\"%s (%s%s), ', a.pid, a.usename, "                                \
	"CASE WHEN a.application_name <> '' THEN pg_catalog.format(', application \"%s\"', a.application_name) END, " \
	"a.state, CASE WHEN a.xact_start IS NOT NULL THEN pg_catalog.format(', in a transaction since %s', pg_catalog.date_trunc('second', a.xact_start)) END) "

static SmQuery sessions = {
	.sql =
		"SELECT s.text FROM (SELECT " SESSION_SQL
		"AS text, a.xact_start AS since "
		"FROM pg_catalog.pg_stat_activity a WHERE a.pid = ANY ($1) "
		"UNION ALL "
		"SELECT pg_catalog.format('Prepared transaction \"%s\" of user \"%s\" (prepared at %s), ', "
		"p.gid, p.owner, pg_catalog.date_trunc('second', p.prepared)), p.prepared "
		"FROM pg_catalog.pg_prepared_xacts p JOIN pg_catalog.pg_locks l ON l.transactionid = p.transaction "
		"WHERE l.pid IS NULL AND l.virtualtransaction = ANY ($2)) s ORDER BY s.since",
	.mode = SM_READ_LATEST,
	.nargs = 2,
	.argtypes = { INT4ARRAYOID, TEXTARRAYOID }
};

/* Whoever has a snapshot that is older than a moment ago */
static SmQuery snapshots = {
	.sql =
		"SELECT " SESSION_SQL "FROM pg_catalog.pg_stat_activity a "
		"WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid() "
		"AND a.backend_xmin IS NOT NULL AND a.backend_type <> 'autovacuum worker' "
		"AND a.xact_start < pg_catalog.clock_timestamp() - interval '1 second' "
		"ORDER BY a.xact_start",
	.mode = SM_READ_LATEST
};

/* The sessions that a query has found, one after the other; NULL if none */
static char *
describe(SmQuery *query, const Datum *args, const char *what)
{
	SmRows *rows;
	StringInfoData buf;

	pgstat_clear_backend_activity_snapshot();
	rows = sm_query(query, args, NULL);
	if (rows->n == 0)
		return NULL;
	initStringInfo(&buf);
	for (uint64 i = 0; i < rows->n; i++)
		appendStringInfo(&buf, "%s%s%s.", i > 0 ? "\n" : "",
						 sm_rows_text(rows, i, 1), what);
	return buf.data;
}

/* What a lock is on, as far as it has a name */
static char *
lock_object(const LOCKTAG *tag)
{
	StringInfoData buf;
	char *name = NULL;

	initStringInfo(&buf);
	if (tag->locktag_type == LOCKTAG_RELATION &&
		tag->locktag_field1 == MyDatabaseId)
		name = get_rel_name(tag->locktag_field2);
	if (name)
		appendStringInfo(&buf, "relation \"%s\"", name);
	else
		DescribeLockTag(&buf, tag);
	return buf.data;
}

/*
 * The sessions that hold a lock which conflicts with this one, as sentences;
 * NULL if there are none.
 */
char *
sm_blockers_of_lock(const LOCKTAG *tag, LOCKMODE mode)
{
	int n;
	int npids = 0;
	VirtualTransactionId *vxids = GetLockConflicts(tag, mode, &n);
	Datum *pids = palloc_array(Datum, n + 1);
	List *prepared = NIL;
	Datum args[2];

	for (int i = 0; i < n; i++)
	{
		PGPROC *proc = sm_vxid_proc(vxids[i]);

		/* one that is prepared has left the number of its session */
		if (proc && proc->pid != 0 &&
			sm_proc_lxid(proc) == vxids[i].localTransactionId)
			pids[npids++] = Int32GetDatum(proc->pid);
		else
			prepared = lappend(prepared,
							   psprintf("%d/%u", (int) sm_vxid_number(vxids[i]),
										vxids[i].localTransactionId));
	}
	args[0] = PointerGetDatum(
		construct_array(pids, npids, INT4OID, 4, true, TYPALIGN_INT));
	args[1] = sm_list_to_text_array(prepared);
	return describe(&sessions, args,
					psprintf("has a lock on %s", lock_object(tag)));
}

/*
 * The sessions of this database with a snapshot that others have to wait for,
 * as sentences; NULL if there are none that have had one for more than a
 * second.
 */
char *
sm_blockers_of_snapshot(void)
{
	return describe(&snapshots, NULL, "has an old snapshot");
}
