/*-------------------------------------------------------------------------
 *
 * diff.h
 *	  What differs between two states, and what has to be done about it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_DIFF_H
#define SM_DIFF_H

#include "delta.h"
#include "filter.h"

/* How the caller wants states to be compared */
typedef struct SmDiffOptions
{
	SmFilter filter;
	bool allow_data_loss;
	bool online;			  /* in the form with weak locks */
	List *default_privileges; /* of sm_acl_at_creation() */
} SmDiffOptions;

extern SmDelta *
sm_diff(SmSnapshot *from, SmSnapshot *to, const SmDiffOptions *options);

#endif /* SM_DIFF_H */
