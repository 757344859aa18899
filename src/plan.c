/*-------------------------------------------------------------------------
 *
 * plan.c
 *	  Plans: which revisions a call moves, in which direction and order.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "move.h"
#include "plan.h"

/* upgrade or downgrade */
const char *
sm_plan_direction_name(SmDirection direction)
{
	return direction == SM_UPGRADE ? "upgrade" : "downgrade";
}

/*
 * The plan that moves a set of revisions: an upgrade takes each one after all
 * that it needs, a downgrade the other way round.
 */
SmPlan
sm_plan_set(const SmGraph *g, SmDirection direction, const Bitmapset *set)
{
	SmPlan plan = { .direction = direction };

	plan.idx = sm_graph_order(g, set, &plan.n);
	if (direction == SM_DOWNGRADE)
	{
		for (int i = 0, j = plan.n - 1; i < j; i++, j--)
		{
			int swap = plan.idx[i];

			plan.idx[i] = plan.idx[j];
			plan.idx[j] = swap;
		}
	}
	return plan;
}

/*
 * The plan that moves a database that has the applied set to these targets.
 */
SmPlan
sm_plan_targets(const SmGraph *g, SmDirection direction, const List *targets,
				const Bitmapset *applied)
{
	return sm_plan_set(g, direction,
					   direction == SM_UPGRADE
						   ? sm_move_upgrade(g, targets, applied)
						   : sm_move_downgrade(g, targets, applied));
}
