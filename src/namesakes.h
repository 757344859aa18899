/*-------------------------------------------------------------------------
 *
 * namesakes.h
 *	  Names that objects of several kinds share, in the order of a plan.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_NAMESAKES_H
#define SM_NAMESAKES_H

#include "delta.h"

extern void
sm_namesakes_order(const SmDelta *delta, const List *old, const List *new);

#endif /* SM_NAMESAKES_H */
