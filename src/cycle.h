/*-------------------------------------------------------------------------
 *
 * cycle.h
 *	  Actions of which each must come before the next, and the last before the
 *	  first.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_CYCLE_H
#define SM_CYCLE_H

#include "delta.h"

extern bool sm_cycle_split(SmDelta *delta);
extern bool sm_cycle_loosen(const List *actions);
extern void sm_cycle_report(const List *actions);

#endif /* SM_CYCLE_H */
