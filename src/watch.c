/*-------------------------------------------------------------------------
 *
 * watch.c
 *	  Watching the locks of a statement while it runs.
 *
 * A timer looks every now and then at what this session is waiting for: when
 * a wait has failed, the server's error does not say what it was for, and the
 * lock manager has forgotten it.
 *
 * The same timer enforces schemamig.max_exclusive_hold.  Which locks a
 * statement takes cannot be asked while it runs, so this goes by what is known
 * before: the locks that are held from earlier statements of the transaction,
 * and the relation that the statement names, if it is one of those that lock it
 * against writing.  What a statement has locked otherwise, as in a DO block, is
 * found when it has ended.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <signal.h>

#include "access/relation.h"
#include "catalog/namespace.h"
#include "commands/tablecmds.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "storage/proc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "guc.h"
#include "script.h"
#include "watch.h"

#define LOOK_EVERY_MS 50

/* Locks that others have to wait for who want to write, or even to read */
#define STRONG_LOCKS                                                           \
	(LOCKBIT_ON(ShareLock) | LOCKBIT_ON(ShareRowExclusiveLock) |               \
	 LOCKBIT_ON(ExclusiveLock) | LOCKBIT_ON(AccessExclusiveLock))

static TimeoutId timer = MAX_TIMEOUTS; /* that value: not registered yet */
static bool watching = false;

/* What the timer saw last; written by a signal handler */
static LOCKTAG awaited;
static LOCKMODE awaited_mode;
static volatile sig_atomic_t have_awaited = false;

/* A strong lock that is held, or will be as soon as nothing is waited for */
static volatile TimestampTz held_since = 0; /* 0: none that is known of */
static TimestampTz statement_start = 0;
static LOCKMODE held_mode = NoLock;
static Oid held_relid = InvalidOid;
static char held_relation[2 * NAMEDATALEN + 8];
static volatile sig_atomic_t held_too_long = false;

/* The handler: only memory of our own is written, and LOCKs are never freed */
static void
look(void)
{
	LOCK *lock = MyProc->waitLock;

	if (!watching)
		return;
	if (lock)
	{
		awaited = lock->tag;
		awaited_mode = MyProc->waitLockMode;
		have_awaited = true;
		/* what the statement waits for it does not hold yet */
		if (held_since >= statement_start && held_since != 0)
			held_since = GetCurrentTimestamp();
	}
	else if (held_since != 0 && sm_max_exclusive_hold > 0 && !held_too_long &&
			 /*
			  * A commit that has come that far cannot be cancelled.  (The
			  * server holds interrupts off once itself while it calls this.)
			  */
			 InterruptHoldoffCount <= 1 &&
			 CritSectionCount == 0 &&
			 TimestampDifferenceExceeds(held_since, GetCurrentTimestamp(),
										sm_max_exclusive_hold))
	{
		held_too_long = true;
		(void) kill(MyProcPid, SIGINT);
	}
}

static void
stop_watching(void *arg)
{
	if (!watching)
		return;
	disable_timeout(timer, false);
	watching = false;
	held_since = 0;
	/* a cancel that came too late must not hit what comes next */
	if (held_too_long)
		QueryCancelPending = false;
}

/*
 * Begins to watch a transaction, until sm_watch_end() or, after an error, until
 * the memory context is deleted.
 */
void
sm_watch_begin(MemoryContext context)
{
	MemoryContextCallback *callback =
		MemoryContextAllocZero(context, sizeof(MemoryContextCallback));
	long every = LOOK_EVERY_MS;

	if (timer == MAX_TIMEOUTS)
		timer = RegisterTimeout(USER_TIMEOUT, look);
	if (sm_lock_timeout > 0)
		every = Min(every, Max(sm_lock_timeout / 16, 2));
	callback->func = stop_watching;
	MemoryContextRegisterResetCallback(context, callback);
	have_awaited = held_too_long = false;
	held_since = 0;
	watching = true;
	enable_timeout_every(timer,
						 TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
													 every),
						 every);
}

/* Ends it */
void
sm_watch_end(void)
{
	stop_watching(NULL);
}

/*
 * The lock that was waited for last, also after the end; NULL if the timer
 * did not see any.
 */
const LOCKTAG *
sm_watch_awaited(LOCKMODE *mode)
{
	*mode = awaited_mode;
	return have_awaited ? &awaited : NULL;
}

/* Whether a relation was there before this transaction */
static bool
existed_before(Oid relid)
{
	Relation rel = RelationIdGetRelation(relid);
	bool existed;

	if (rel == NULL)
		return false;
	existed = (rel->rd_createSubid == InvalidSubTransactionId);
	RelationClose(rel);
	return existed;
}

static void
note_held(Oid relid, LOCKMODE mode, TimestampTz since)
{
	snprintf(held_relation, sizeof(held_relation), "%s.%s",
			 get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid));
	held_relid = relid;
	held_mode = mode;
	held_since = since;
}

/* The relation that a statement locks against writing, and how */
static const RangeVar *
locked_relation(Node *stmt, LOCKMODE *mode)
{
	*mode = AccessExclusiveLock;
	switch (nodeTag(stmt))
	{
		case T_AlterTableStmt:
			*mode = AlterTableGetLockLevel(((AlterTableStmt *) stmt)->cmds);
			return ((AlterTableStmt *) stmt)->relation;
		case T_DropStmt:
			if (((DropStmt *) stmt)->removeType != OBJECT_TABLE &&
				((DropStmt *) stmt)->removeType != OBJECT_MATVIEW)
				return NULL;
			return makeRangeVarFromNameList(
				linitial(((DropStmt *) stmt)->objects));
		case T_RenameStmt:
			return ((RenameStmt *) stmt)->relation;
		case T_ClusterStmt:
			return ((ClusterStmt *) stmt)->relation;
		case T_RefreshMatViewStmt:
			if (((RefreshMatViewStmt *) stmt)->concurrent)
				*mode = ExclusiveLock;
			return ((RefreshMatViewStmt *) stmt)->relation;
		case T_TruncateStmt:
			return linitial(((TruncateStmt *) stmt)->relations);
		case T_IndexStmt:
			*mode = ShareLock;
			return ((IndexStmt *) stmt)->relation;
		case T_ReindexStmt:
			*mode = ShareLock;
			return ((ReindexStmt *) stmt)->relation;
		case T_LockStmt:
			*mode = ((LockStmt *) stmt)->mode;
			return linitial(((LockStmt *) stmt)->relations);
		default:
			return NULL;
	}
}

/*
 * To be called before each statement of a script, with its text.  Does
 * nothing unless there is a limit to keep.
 */
void
sm_watch_statement(const char *sql)
{
	const RangeVar *relation;
	RawStmt *raw;
	LOCKMODE mode;
	Oid relid;

	if (!watching || sm_max_exclusive_hold == 0)
		return;
	statement_start = GetCurrentTimestamp();
	if (held_since != 0)
		return;
	raw = linitial_node(RawStmt, sm_script_parse_statement(sql));
	relation = locked_relation(raw->stmt, &mode);
	if (relation == NULL || (LOCKBIT_ON(mode) & STRONG_LOCKS) == 0)
		return;
	relid = RangeVarGetRelid(relation, NoLock, true);
	if (OidIsValid(relid) && existed_before(relid))
		note_held(relid, mode, statement_start);
}

/* Notes a strong lock that this session has on what was there before */
static void
find_held(void)
{
	LockData *data = GetLockStatusData();

	for (int i = 0; i < data->nelements; i++)
	{
		const LockInstanceData *lock = &data->locks[i];
		LOCKMODE mode = MaxLockMode;
		Oid relid = lock->locktag.locktag_field2;

		if (lock->pid != MyProcPid ||
			lock->locktag.locktag_type != LOCKTAG_RELATION ||
			lock->locktag.locktag_field1 != MyDatabaseId ||
			(lock->holdMask & STRONG_LOCKS) == 0 || !existed_before(relid))
			continue;
		while ((lock->holdMask & LOCKBIT_ON(mode)) == 0)
			mode--;
		note_held(relid, mode, statement_start);
		return;
	}
	held_since = 0;
}

/* To be called after each statement of a script */
void
sm_watch_statement_done(void)
{
	if (!watching || sm_max_exclusive_hold == 0)
		return;
	/* what was only expected from the statement is looked up now */
	if (held_since == 0 || held_since >= statement_start)
	{
		TimestampTz expected = held_since;

		find_held();
		/* of a table that was dropped, only what was expected is known */
		if (expected != 0 &&
			(held_since != 0 || get_rel_name(held_relid) == NULL))
			held_since = Max(held_since, expected);
	}
	if (held_since != 0 &&
		TimestampDifferenceExceeds(held_since, GetCurrentTimestamp(),
								   sm_max_exclusive_hold))
	{
		held_too_long = true;
		ereport(ERROR, (errcode(ERRCODE_QUERY_CANCELED),
						errmsg("held a lock for too long")));
	}
}

/*
 * For an error context callback: if it was the limit that has cancelled the
 * statement, says so.
 */
void
sm_watch_error(void)
{
	if (!held_too_long || geterrcode() != ERRCODE_QUERY_CANCELED)
		return;
	errmsg("canceling the revision because it has held %s on relation \"%s\" for longer than schemamig.max_exclusive_hold",
		   GetLockmodeName(DEFAULT_LOCKMETHOD, held_mode), held_relation);
	errhint(
		"Others had to wait for it. Do what takes so long in a revision of its own, or in a way that takes a weaker lock.");
}
