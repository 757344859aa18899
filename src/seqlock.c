/*-------------------------------------------------------------------------
 *
 * seqlock.c
 *	  Locks on sequences that statements of a model use again.
 *
 * The server takes the lock on a sequence once in a transaction, and remembers
 * that it has.  A model with many sequences has to give these locks back, as
 * the lock table is not that big; so it takes them again before a statement for
 * which the server would not.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "storage/lmgr.h"

#include "compat.h"
#include "locks.h"
#include "seqlock.h"

static bool
is_created(Oid relation)
{
	return OidIsValid(relation) &&
		   sm_locks_created(RelationRelationId, relation);
}

/* Sequences of a table, which go with it in some of its changes */
static void
lock_owned(Oid table)
{
	ListCell *lc;

	foreach (lc, getOwnedSequences(table))
		LockRelationOid(lfirst_oid(lc), RowExclusiveLock);
}

/*
 * To be called before a statement of a model runs, if locks on sequences have
 * been given back: locks those that it can concern, of those that the model has
 * made.
 */
void
sm_seqlock_again(Node *stmt)
{
	const RangeVar *name;
	Oid relation;

	if (IsA(stmt, AlterSeqStmt))
		name = ((AlterSeqStmt *) stmt)->sequence;
	else if (IsA(stmt, AlterTableStmt))
		name = ((AlterTableStmt *) stmt)->relation;
	else
		return;
	relation = RangeVarGetRelid(name, NoLock, true);
	if (!is_created(relation))
		return;
	if (IsA(stmt, AlterSeqStmt))
		LockRelationOid(relation, RowExclusiveLock);
	else
		lock_owned(relation);
}
