/*-------------------------------------------------------------------------
 *
 * reach.h
 *	  Which of the objects that are in no schema are compared.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_REACH_H
#define SM_REACH_H

#include "object.h"

extern void sm_reach_elsewhere(SmSnapshot *snapshot, Datum schemas);
extern void sm_reach_created(SmSnapshot *snapshot);
extern void sm_reach_live(SmSnapshot *live, const SmSnapshot *desired);
extern void sm_reach_desired(SmSnapshot *desired);
extern void sm_reach_nothing(SmSnapshot *snapshot);

#endif /* SM_REACH_H */
