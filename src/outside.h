/*-------------------------------------------------------------------------
 *
 * outside.h
 *	  Statements that run outside of a transaction block.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_OUTSIDE_H
#define SM_OUTSIDE_H

#include "step.h"

extern void sm_outside_take(SmTaking *taking);
extern void sm_outside_tidy(SmTaking *taking);
extern const SmRun *sm_outside_run(void);

#endif /* SM_OUTSIDE_H */
