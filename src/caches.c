/*-------------------------------------------------------------------------
 *
 * caches.c
 *	  What the server's caches of its catalogs hold, kept small.
 *
 * A session keeps what it has read of each object, until that changes: of a
 * table and its indexes, some 50 kB.  It keeps it for longer if the transaction
 * has made the table, as it may have to know that later.  So whoever makes, or
 * looks at, ten thousand tables has half a gigabyte of them in the end, most of
 * which is never looked at again.  That memory can be used again, but is not
 * given back to the system, so that it has to be kept small on the way.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "catalog/pg_class.h"
#include "utils/catcache.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "caches.h"

/* So many objects leave so much in the caches that it is worth to be freed */
#define MANY_OBJECTS 2000

/*
 * Takes a relation out of the cache.  Those that the transaction has made stay
 * for their rd_createSubid, which only tells that their files need no WAL and
 * that they end with the transaction.  Without it they are as good: their files
 * get WAL, and what undoes the transaction invalidates them.
 */
static void
drop_relation(Oid relid)
{
	Relation rel = RelationIdGetRelation(relid);

	if (rel == NULL)
		return;
	rel->rd_createSubid = InvalidSubTransactionId;
	RelationClose(rel);
	RelationCacheInvalidateEntry(relid);
}

/*
 * Takes the given objects, made in a transaction that will be rolled back, out
 * of the caches.
 */
void
sm_caches_drop_created(const SmCreated *created, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (created[i].class_id == RelationRelationId)
			drop_relation(created[i].object_id);
	}
	ResetCatalogCaches();
}

/* Takes everything out of the caches that is not in use */
void
sm_caches_drop(void)
{
	RelationCacheInvalidate(false);
	ResetCatalogCaches();
}

/*
 * Gives memory back to the system that caches, and what has been freed, hold,
 * if so many objects were made or read that it is worth the while: the session
 * may live long, and never look at them again.
 */
void
sm_caches_give_back(int objects)
{
	if (objects <= MANY_OBJECTS)
		return;
	InvalidateSystemCaches();
#ifdef __GLIBC__
	(void) malloc_trim(0);
#endif
}
