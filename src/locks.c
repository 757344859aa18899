/*-------------------------------------------------------------------------
 *
 * locks.c
 *	  The locks of schemamig, and those that scripts leave behind.
 *
 * Heavyweight locks of our own keep order.  Whoever moves a tenant holds its
 * run lock, whoever changes the graph holds the graph lock; they last until
 * the end of the transaction, in procedures until the end of the call, and die
 * with the backend.  They are advisory locks with 77 in the fourth field of the
 * tag, where SQL's own functions use 1 and 2, so that nobody else can take them
 * by accident.
 *
 * A lock is waited for by polling, not in the lock manager's queue.  The
 * caller of a function has a snapshot, and CREATE INDEX CONCURRENTLY in the
 * session that holds the run lock would wait for that snapshot: in the queue
 * this would be a deadlock, and its victim an index.  While polling it is a
 * wait with a limit.
 *
 * Early release: locks on an object that this transaction has created protect
 * nothing, since nobody else can see it, but each takes a slot of the shared
 * lock table, and a few thousand revisions in one transaction would use it
 * up.  So they are released after each step.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "guc.h"
#include "locks.h"
#include "observe.h"
#include "pause.h"
#include "progress.h"
#include "query.h"
#include "txn.h"

#define LOCK_FIELD4 77
#define LOCK_CLASS_RUN 1	  /* second key: OID of the schema, or 0 */
#define LOCK_CLASS_GRAPH 2	  /* second key: 0 */
#define LOCK_CLASS_ALIVE 3	  /* second key: number of the run */
#define LOCK_CLASS_BACKFILL 4 /* second key: 0 */
#define LOCK_CLASS_SCRATCH 5  /* second key: 0 */

/* The run that this session shows to be alive; 0: none */
static int64 alive_run = 0;

#define FIRST_POLL_MS 10
#define LONGEST_POLL_MS 500
#define TELL_AFTER_MS 2000

static SmQuery lock_holder = {
	.sql =
		"SELECT pg_catalog.format('Process %s of user \"%s\"%s has held it since %s%s.', "
		"l.pid, a.usename, "
		"CASE WHEN a.application_name <> '' THEN pg_catalog.format(', application \"%s\",', a.application_name) END, "
		"pg_catalog.date_trunc('second', LEAST(a.xact_start, a.query_start)), "
		"CASE WHEN a.query LIKE 'schemamig: %' THEN ' and is at ' || pg_catalog.substr(a.query, 12) END) "
		"FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid "
		"WHERE l.locktype = 'advisory' AND l.objsubid = $1 AND l.classid = $2 "
		"AND l.objid = $3 AND l.granted AND l.database = a.datid "
		"UNION ALL "
		"SELECT pg_catalog.format('Prepared transaction \"%s\" of user \"%s\" has held it since %s.', "
		"p.gid, p.owner, pg_catalog.date_trunc('second', p.prepared)) "
		"FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_prepared_xacts p "
		"ON l.virtualtransaction = '-1/' || p.transaction::text "
		"WHERE l.locktype = 'advisory' AND l.objsubid = $1 AND l.classid = $2 "
		"AND l.objid = $3 AND l.granted AND p.database = pg_catalog.current_database()",
	.mode = SM_READ_LATEST,
	.nargs = 3,
	.argtypes = { INT4OID, OIDOID, OIDOID }
};

/* Whether whoever holds a lock waits for this session */
static SmQuery waits_for_us = {
	.sql =
		"SELECT l.pid FROM pg_catalog.pg_locks l "
		"WHERE l.locktype = 'advisory' AND l.objsubid = $1 AND l.classid = $2 "
		"AND l.objid = $3 AND l.granted AND l.database = $4 "
		"AND pg_catalog.pg_backend_pid() = ANY (pg_catalog.pg_blocking_pids(l.pid))",
	.mode = SM_READ_LATEST,
	.nargs = 4,
	.argtypes = { INT4OID, OIDOID, OIDOID, OIDOID }
};

/*
 * Who holds a lock, as a sentence; NULL if nobody does any more.
 */
static char *
describe_holder(const LOCKTAG *tag)
{
	Datum args[] = { Int32GetDatum(LOCK_FIELD4),
					 ObjectIdGetDatum(tag->locktag_field2),
					 ObjectIdGetDatum(tag->locktag_field3) };
	SmRows *rows;

	pgstat_clear_backend_activity_snapshot();
	rows = sm_query(&lock_holder, args, NULL);
	return rows->n > 0 ? sm_rows_text(rows, 0, 1) : NULL;
}

static void
lock_not_available(const LOCKTAG *tag, const char *what)
{
	char *holder = describe_holder(tag);

	ereport(ERROR,
			(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
			 errmsg("could not obtain the lock on %s", what),
			 holder ? errdetail_internal("%s", holder) : 0,
			 errhint(
				 "Try again when it is done, or let schemamig.run_timeout be longer.")));
}

/* Tells a user who has waited for a while what it is that he waits for */
static void
tell_wait(const LOCKTAG *tag, const char *what)
{
	char *holder = describe_holder(tag);

	if (holder)
		ereport(NOTICE, (errmsg("waiting for the lock on %s", what),
						 errdetail_internal("%s", holder)));
}

/* The tag of one of our locks */
static LOCKTAG
our_tag(uint32 class, uint32 key)
{
	LOCKTAG tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, class, key, LOCK_FIELD4);
	return tag;
}

/* Refuses what a script or a hook must not do */
void
sm_locks_refuse_within_run(void)
{
	if (sm_progress_active())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("schemamig is in the middle of a run in this session"),
				 errdetail(
					 "Scripts and hooks cannot change revisions or run them.")));
}

/*
 * The lock manager does not know that this session waits.  Where the holder is
 * waiting for it, as CREATE INDEX CONCURRENTLY does for its snapshot, that is a
 * deadlock.
 */
static void
check_deadlock(const LOCKTAG *tag, const char *what)
{
	Datum args[] = { Int32GetDatum(LOCK_FIELD4),
					 ObjectIdGetDatum(tag->locktag_field2),
					 ObjectIdGetDatum(tag->locktag_field3),
					 ObjectIdGetDatum(MyDatabaseId) };
	SmRows *rows = sm_query(&waits_for_us, args, NULL);

	if (rows->n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_DEADLOCK_DETECTED),
				 errmsg("deadlock detected"),
				 errdetail("This transaction waits for the lock on %s, and process " INT64_FORMAT
						   ", which holds it, waits for this transaction.",
						   what, sm_rows_int64(rows, 0, 1)),
				 errhint(
					 "Try again when it is done. CALL schemamig.migrate() waits without being in the way.")));
}

/*
 * Takes one of our locks, until the end of the transaction or as a lock of the
 * session, waiting at most schemamig.run_timeout.
 */
static void
acquire(uint32 class, uint32 key, bool session, const char *what)
{
	LOCKTAG tag = our_tag(class, key);
	TimestampTz start = GetCurrentTimestamp();
	TimestampTz next_look = TimestampTzPlusMilliseconds(start, TELL_AFTER_MS);
	long pause = FIRST_POLL_MS;
	bool told = false;

	sm_locks_refuse_within_run();
	while (LockAcquire(&tag, ExclusiveLock, session, true) ==
		   LOCKACQUIRE_NOT_AVAIL)
	{
		/* a procedure holds no snapshot while it waits */
		if (session)
			sm_txn_commit();
		if (sm_run_timeout >= 0 &&
			TimestampDifferenceExceeds(start, GetCurrentTimestamp(),
									   sm_run_timeout))
			lock_not_available(&tag, what);
		if (TimestampDifferenceExceeds(next_look, GetCurrentTimestamp(), 0))
		{
			check_deadlock(&tag, what);
			if (!told)
				tell_wait(&tag, what);
			told = true;
			next_look = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
													TELL_AFTER_MS);
		}
		sm_pause(pause, "SchemamigLock");
		pause = Min(pause * 2, LONGEST_POLL_MS);
	}
}

/* What the run lock of a tenant is a lock on, for messages */
static char *
run_lock_name(const SmTenant *tenant)
{
	return tenant->schema
			   ? psprintf("running revisions for tenant \"%s\"", tenant->name)
			   : pstrdup("running revisions");
}

/*
 * Makes this session the only one that moves the tenant, until the end of the
 * transaction.
 */
void
sm_locks_run(const SmTenant *tenant)
{
	acquire(LOCK_CLASS_RUN, tenant->schema_oid, false, run_lock_name(tenant));
}

/*
 * The same for a procedure, until sm_locks_run_release(): over its commits and
 * also over errors, so the caller must release it on all ways out.
 */
void
sm_locks_run_session(const SmTenant *tenant)
{
	acquire(LOCK_CLASS_RUN, tenant->schema_oid, true, run_lock_name(tenant));
}

/*
 * Takes a lock for the transaction, which nothing can let go of, and again for
 * the session if need be.
 */
static bool
acquire_again(const LOCKTAG *tag)
{
	bool held = sm_lock_held_by_me(tag, ExclusiveLock);

	return LockAcquire(tag, ExclusiveLock, false, true) !=
			   LOCKACQUIRE_NOT_AVAIL &&
		   (held || LockAcquire(tag, ExclusiveLock, true, true) !=
						LOCKACQUIRE_NOT_AVAIL);
}

/*
 * To be called in each transaction of such a procedure: a script can let go of
 * all advisory locks of the session, as DISCARD ALL does.
 */
void
sm_locks_run_again(const SmTenant *tenant)
{
	LOCKTAG tag = our_tag(LOCK_CLASS_RUN, tenant->schema_oid);
	LOCKTAG alive = our_tag(LOCK_CLASS_ALIVE, (uint32) alive_run);

	if (alive_run != 0)
		(void) acquire_again(&alive);
	if (!acquire_again(&tag))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the lock on %s was lost", run_lock_name(tenant)),
				 errdetail(
					 "A script has let go of all advisory locks, and another session was faster to take this one."),
				 errhint(
					 "Call it again: what is committed is not done twice.")));
}

/* Undoes sm_locks_run_session(); does nothing if the lock is not held */
void
sm_locks_run_release(const SmTenant *tenant)
{
	LOCKTAG tag = our_tag(LOCK_CLASS_RUN, tenant->schema_oid);

	if (sm_lock_held_by_me(&tag, ExclusiveLock))
		(void) LockRelease(&tag, ExclusiveLock, true);
}

/*
 * Shows that a run is alive, by a lock of the session that is named after it
 * and that nobody waits for.  It ends with sm_locks_alive_release(), or with
 * the process.
 */
void
sm_locks_alive(int64 run)
{
	LOCKTAG tag = our_tag(LOCK_CLASS_ALIVE, (uint32) run);

	(void) LockAcquire(&tag, ExclusiveLock, true, true);
	alive_run = run;
}

/* Undoes sm_locks_alive(); does nothing if the lock is not held */
void
sm_locks_alive_release(int64 run)
{
	LOCKTAG tag = our_tag(LOCK_CLASS_ALIVE, (uint32) run);

	if (sm_lock_held_by_me(&tag, ExclusiveLock))
		(void) LockRelease(&tag, ExclusiveLock, true);
	alive_run = 0;
}

/*
 * The process in which a run is alive; 0 if there is none.  GetLockConflicts()
 * would not do: it passes over a session that is just between two
 * transactions.
 */
int
sm_locks_alive_pid(int64 run)
{
	LOCKTAG tag = our_tag(LOCK_CLASS_ALIVE, (uint32) run);
	LockData *locks = GetLockStatusData();
	int pid = 0;

	for (int i = 0; i < locks->nelements && pid == 0; i++)
	{
		const LockInstanceData *lock = &locks->locks[i];

		if (lock->holdMask != 0 &&
			memcmp(&lock->locktag, &tag, sizeof(LOCKTAG)) == 0)
			pid = lock->pid;
	}
	pfree(locks->locks);
	pfree(locks);
	return pid;
}

/*
 * Makes this session the only one that changes the graph, until the end of
 * the transaction.
 */
void
sm_locks_graph(void)
{
	acquire(LOCK_CLASS_GRAPH, 0, false, "changing revisions");
}

/*
 * Makes this session the only one that begins a backfill, until the end of
 * the transaction.
 */
void
sm_locks_backfill(void)
{
	acquire(LOCK_CLASS_BACKFILL, 0, false, "beginning a backfill");
}

/*
 * Makes this session the only one that runs a model, until the end of the
 * (sub)transaction.
 */
void
sm_locks_scratch(void)
{
	acquire(LOCK_CLASS_SCRATCH, 0, false, "running a model");
}

/* The tag of the lock on a relation of this database */
LOCKTAG
sm_locks_relation_tag(Oid relation)
{
	LOCKTAG tag;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, relation);
	return tag;
}

/* A lock that was there before */
typedef struct HeldBefore
{
	LOCKTAG tag; /* key */
	LOCKMASK modes;
} HeldBefore;

/* The objects that a run creates, in its memory context */
typedef struct Observation
{
	SmCreated *object;
	int n;
	int size;
	HTAB *created; /* of SmCreated: the same */
	HTAB *before;  /* of HeldBefore */
} Observation;

static Observation *observation = NULL;

/* The locks on relations and other objects that this backend holds */
typedef struct HeldLock
{
	LOCKTAG tag;
	LOCKMASK modes;
} HeldLock;

typedef struct HeldLocks
{
	HeldLock *lock;
	int n;
	int size;
} HeldLocks;

static void
add_held(HeldLocks *held, const LOCKTAG *tag, LOCKMASK modes)
{
	if (held->n == held->size)
	{
		held->size *= 2;
		held->lock = repalloc_array(held->lock, HeldLock, held->size);
	}
	held->lock[held->n].tag = *tag;
	held->lock[held->n++].modes = modes;
}

/* How many locks of a partition there are; its lock is held */
static int
count_partition(int partition)
{
	int n = 0;

	for (PROCLOCK *lock = sm_next_proclock(partition, NULL); lock != NULL;
		 lock = sm_next_proclock(partition, lock))
		n++;
	return n;
}

/*
 * Copies the locks of one partition.  Other backends move locks there that we
 * have taken by the fast path.
 */
static void
add_partition(HeldLocks *held, int partition)
{
	LWLock *guard = LockHashPartitionLockByIndex(partition);
	int n;

	/* no memory must be needed while the guard is held */
	for (;;)
	{
		LWLockAcquire(guard, LW_SHARED);
		n = count_partition(partition);
		if (held->n + n <= held->size)
			break;
		LWLockRelease(guard);
		held->size = Max(held->size * 2, held->n + n);
		held->lock = repalloc_array(held->lock, HeldLock, held->size);
	}
	for (PROCLOCK *lock = sm_next_proclock(partition, NULL); lock != NULL;
		 lock = sm_next_proclock(partition, lock))
		add_held(held, &lock->tag.myLock->tag, lock->holdMask);
	LWLockRelease(guard);
}

/* Adds the weak locks that only this backend knows of */
static void
add_fast_path(HeldLocks *held)
{
	for (int i = 0; i < sm_fast_path_slots(); i++)
	{
		LOCKTAG tag;
		LOCKMASK modes = 0;

		/* slots that are free again have an old value */
		if (!OidIsValid(MyProc->fpRelId[i]))
			continue;
		SET_LOCKTAG_RELATION(tag, MyDatabaseId, MyProc->fpRelId[i]);
		for (LOCKMODE mode = AccessShareLock; mode <= RowExclusiveLock; mode++)
		{
			if (sm_lock_held_by_me(&tag, mode))
				modes |= LOCKBIT_ON(mode);
		}
		if (modes != 0)
			add_held(held, &tag, modes);
	}
}

/*
 * The locks that this backend holds, with no regard to those of others: what
 * GetLockStatusData() does takes as long as the server's lock table is big.
 */
static HeldLocks
held_locks(void)
{
	HeldLocks held = { .size = 64 };

	held.lock = palloc_array(HeldLock, held.size);
	for (int i = 0; i < NUM_LOCK_PARTITIONS; i++)
	{
		/* nobody but us puts the first one there, except by the fast path */
		if (sm_next_proclock(i, NULL) != NULL)
			add_partition(&held, i);
	}
	add_fast_path(&held);
	return held;
}

static void
note_created(Oid class_id, Oid object_id, void *arg)
{
	Observation *o = arg;
	SmCreated *created;

	if (o->n == o->size)
	{
		o->size *= 2;
		o->object = repalloc_array(o->object, SmCreated, o->size);
	}
	created = &o->object[o->n++];
	created->class_id = class_id;
	created->object_id = object_id;
	(void) hash_search(o->created, created, HASH_ENTER, NULL);
}

static void
forget_observation(void *arg)
{
	observation = NULL;
}

static HTAB *
make_table(MemoryContext context, const char *name, Size key, Size entry)
{
	HASHCTL ctl = { .keysize = key, .entrysize = entry, .hcxt = context };

	return hash_create(name, 256, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * Begins to note what is created, until the memory context is deleted, as it
 * is at the end of the run or by an error.  Also notes the locks that are held
 * now.
 */
void
sm_locks_observe(MemoryContext context)
{
	MemoryContextCallback *callback =
		MemoryContextAllocZero(context, sizeof(MemoryContextCallback));
	HeldLocks held = held_locks();

	observation = MemoryContextAllocZero(context, sizeof(Observation));
	observation->size = 256;
	observation->object =
		MemoryContextAlloc(context, observation->size * sizeof(SmCreated));
	observation->created = make_table(context, "schemamig created objects",
									  sizeof(SmCreated), sizeof(SmCreated));
	observation->before = make_table(context, "schemamig held locks",
									 sizeof(LOCKTAG), sizeof(HeldBefore));
	for (int i = 0; i < held.n; i++)
	{
		bool found;
		HeldBefore *before = hash_search(observation->before, &held.lock[i].tag,
										 HASH_ENTER, &found);

		before->modes = held.lock[i].modes | (found ? before->modes : 0);
	}
	pfree(held.lock);
	callback->func = forget_observation;
	MemoryContextRegisterResetCallback(context, callback);
	sm_observe(context, note_created, observation);
}

/* Whether an object was created since sm_locks_observe() */
bool
sm_locks_created(Oid class_id, Oid object_id)
{
	SmCreated key = { .class_id = class_id, .object_id = object_id };

	return observation != NULL &&
		   hash_search(observation->created, &key, HASH_FIND, NULL) != NULL;
}

/*
 * All objects that were created since, in their order: valid until the next one
 * is.
 */
const SmCreated *
sm_locks_all_created(int *n)
{
	*n = observation ? observation->n : 0;
	return observation ? observation->object : NULL;
}

/*
 * Releases one lock as often as it is held.  The lock manager hands out its
 * entry only to whoever takes the lock, so it is taken once more; and each
 * resource owner must give up its own part while it is the current one.
 */
static void
release_lock(const LOCKTAG *tag, LOCKMODE mode)
{
	ResourceOwner self = CurrentResourceOwner;
	LOCALLOCK *lock = sm_lock_again(tag, mode);
	int n = lock->numLockOwners;
	LOCALLOCKOWNER *owners = palloc_array(LOCALLOCKOWNER, n);

	memcpy(owners, lock->lockOwners, n * sizeof(LOCALLOCKOWNER));
	for (int i = 0; i < n; i++)
	{
		/* without an owner it is a session-level lock: not ours */
		if (owners[i].owner == NULL)
			continue;
		CurrentResourceOwner = owners[i].owner;
		for (int64 j = 0; j < owners[i].nLocks; j++)
			(void) LockRelease(tag, mode, false);
	}
	CurrentResourceOwner = self;
	pfree(owners);
}

/*
 * The object that a lock is on, if it was created since sm_locks_observe().
 */
static bool
is_created(const LOCKTAG *tag)
{
	if (tag->locktag_field1 != MyDatabaseId)
		return false;
	if (tag->locktag_type == LOCKTAG_RELATION)
		return sm_locks_created(RelationRelationId, tag->locktag_field2);
	return tag->locktag_type == LOCKTAG_OBJECT &&
		   sm_locks_created(tag->locktag_field2, tag->locktag_field3);
}

/*
 * Releases the locks on one object, in these modes.  Two kinds of locks stay,
 * because the server takes them for granted until the end of the transaction:
 * that of a table with deferred trigger events, and that of a sequence in use
 * unless these are to go as well.
 */
static void
release_object(const LOCKTAG *tag, LOCKMASK modes, bool sequences)
{
	bool is_relation = (tag->locktag_type == LOCKTAG_RELATION);

	if (is_relation && AfterTriggerPendingOnRel(tag->locktag_field2))
		return;
	for (LOCKMODE mode = AccessShareLock; mode <= MaxLockMode; mode++)
	{
		if (!(modes & LOCKBIT_ON(mode)) || !sm_lock_held_by_me(tag, mode))
			continue;
		if (!sequences && is_relation && mode == RowExclusiveLock &&
			get_rel_relkind(tag->locktag_field2) == RELKIND_SEQUENCE)
			continue;
		release_lock(tag, mode);
	}
}

/* Releases the locks on what was created since sm_locks_observe() */
void
sm_locks_release_created(void)
{
	HeldLocks held;

	if (observation == NULL)
		return;
	held = held_locks();
	for (int i = 0; i < held.n; i++)
	{
		if (is_created(&held.lock[i].tag))
			release_object(&held.lock[i].tag, held.lock[i].modes, false);
	}
	pfree(held.lock);
}

/* The modes in which a lock was held when sm_locks_observe() was called */
static LOCKMASK
modes_before(const LOCKTAG *tag)
{
	HeldBefore *before = hash_search(observation->before, tag, HASH_FIND, NULL);

	return before ? before->modes : 0;
}

/*
 * Is the lock on a relation of this database, other than a system catalog, that
 * was there before sm_locks_observe(), and stronger than that of a reader and
 * than what was held then?  Returns the strongest such mode, or NoLock.
 */
static LOCKMODE
foreign_mode(const HeldLock *lock)
{
	const LOCKTAG *tag = &lock->tag;
	LOCKMASK modes = lock->modes & ~LOCKBIT_ON(AccessShareLock);
	LOCKMODE mode = MaxLockMode;

	if (tag->locktag_type != LOCKTAG_RELATION ||
		tag->locktag_field1 != MyDatabaseId ||
		tag->locktag_field2 < FirstNormalObjectId || modes == 0)
		return NoLock;
	modes &= ~modes_before(tag);
	if (modes == 0)
		return NoLock;
	while ((modes & LOCKBIT_ON(mode)) == 0)
		mode--;
	return mode;
}

/*
 * Releases the locks on what was created since sm_locks_observe(), and tells
 * whether there is another relation that this transaction has locked since:
 * its OID, which may be that of a relation that was dropped, and the mode.  To
 * be called after each of many statements, so it looks at the locks once.
 * sequences says that the caller takes care of those, see seqlock.c.
 */
bool
sm_locks_settle(bool sequences, Oid *relation, LOCKMODE *mode)
{
	HeldLocks held = held_locks();
	bool found = false;

	for (int i = 0; i < held.n; i++)
	{
		const HeldLock *lock = &held.lock[i];

		if (is_created(&lock->tag))
			release_object(&lock->tag, lock->modes, sequences);
		else if (!found && foreign_mode(lock) != NoLock)
		{
			*mode = foreign_mode(lock);
			*relation = lock->tag.locktag_field2;
			found = true;
		}
	}
	pfree(held.lock);
	return found;
}

/* How often the current resource owner holds a lock */
static int64
held_by_owner(const LOCALLOCK *lock)
{
	for (int i = 0; i < lock->numLockOwners; i++)
	{
		if (lock->lockOwners[i].owner == CurrentResourceOwner)
			return lock->lockOwners[i].nLocks;
	}
	return 0;
}

/*
 * Releases the locks of a reader that the current subtransaction has on tables
 * and views, system catalogs aside.  For who reads many and will undo it: the
 * server keeps a lock on each one whose query it shows.
 */
void
sm_locks_release_read(void)
{
	HeldLocks held = held_locks();

	for (int i = 0; i < held.n; i++)
	{
		const LOCKTAG *tag = &held.lock[i].tag;

		if (tag->locktag_type != LOCKTAG_RELATION ||
			tag->locktag_field1 != MyDatabaseId ||
			tag->locktag_field2 < FirstNormalObjectId ||
			!(held.lock[i].modes & LOCKBIT_ON(AccessShareLock)))
			continue;
		/* which takes it once more */
		for (int64 n = held_by_owner(sm_lock_again(tag, AccessShareLock));
			 n > 0; n--)
			(void) LockRelease(tag, AccessShareLock, false);
	}
	pfree(held.lock);
}
