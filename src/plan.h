/*-------------------------------------------------------------------------
 *
 * plan.h
 *	  Plans: which revisions a call moves, in which direction and order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_PLAN_H
#define SM_PLAN_H

#include "graph.h"

typedef enum SmDirection
{
	SM_UPGRADE,
	SM_DOWNGRADE
} SmDirection;

typedef struct SmPlan
{
	SmDirection direction;
	int n;
	int *idx; /* revisions in the order of the steps */
	/* by step: what moves several revisions, that of idx among them; NULL: it
	 * moves one.  NULL: there is none; see squash.h */
	struct SmSquash **squash;
} SmPlan;

extern const char *sm_plan_direction_name(SmDirection direction);
extern SmPlan sm_plan_targets(const SmGraph *g, SmDirection direction,
							  const List *targets, const Bitmapset *applied);
extern SmPlan
sm_plan_set(const SmGraph *g, SmDirection direction, const Bitmapset *set);

#endif /* SM_PLAN_H */
