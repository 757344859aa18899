/*-------------------------------------------------------------------------
 *
 * condition.h
 *	  What is true of the rows of a partition.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_CONDITION_H
#define SM_CONDITION_H

#include "object.h"

extern char *
sm_condition_of_partition(const SmObject *parent, const char *bound);

#endif /* SM_CONDITION_H */
