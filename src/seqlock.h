/*-------------------------------------------------------------------------
 *
 * seqlock.h
 *	  Locks on sequences that statements of a model use again.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_SEQLOCK_H
#define SM_SEQLOCK_H

#include "nodes/parsenodes.h"

extern void sm_seqlock_again(Node *stmt);

#endif /* SM_SEQLOCK_H */
