/*-------------------------------------------------------------------------
 *
 * batch.h
 *	  The statements of a batch.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_BATCH_H
#define SM_BATCH_H

#include "keyset.h"

/* What is to be done, as the user has written it */
typedef struct SmBatch
{
	const char *update;	   /* what stands between SET and WHERE */
	const char *condition; /* what stands behind WHERE; NULL: nothing */
	bool has_subquery;	   /* the condition; set by sm_batch_check() */
} SmBatch;

extern void sm_batch_check(SmBatch *batch, const SmKeyset *keys);
extern char *sm_batch_call(const SmBatch *batch, const SmKeyset *keys);
extern char *sm_batch_bound(const SmBatch *batch, const SmKeyset *keys,
							bool from_start, int size);
extern char *
sm_batch_update(const SmBatch *batch, const SmKeyset *keys, bool from_start);

#endif /* SM_BATCH_H */
