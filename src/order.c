/*-------------------------------------------------------------------------
 *
 * order.c
 *	  The order in which the statements of a plan can be run.
 *
 * What must come before what is a graph of the actions of both states
 *(edges.c). Among actions that can come next, that with the smallest key does,
 * so that the same states always give the same script: see compare_actions().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/binaryheap.h"
#include "miscadmin.h"

#include "compat.h"
#include "cycle.h"
#include "edges.h"
#include "kinds.h"
#include "order.h"

/* ------------------------------------------------------------------------
 * Which of those that can come next does
 * ------------------------------------------------------------------------ */

/*
 * Strata: first what others wait for to be gone, or that they would have to do
 * with while it is there, then what is created, then
 * what runs expressions of users, whose functions may need more than the server
 * knows of, last what can go at the end.  What takes several transactions comes
 * before all of that, or after it.
 */
static int
stratum(const SmAction *action)
{
	int flags = action->object->kind->flags;

	/* a commit must not leave undone what is under way */
	if (action->commits)
		return !action->held && (action->before != NIL ||
								 action->phase == SM_PHASE_PREPARE)
				   ? -1
				   : 4;
	if (action->phase == SM_PHASE_DROP)
		return action->before != NIL || (flags & SM_KIND_DROPS_FIRST) ? 0 : 3;
	if (action->phase != SM_PHASE_DRESS && (flags & SM_KIND_EVALUATES))
		return 2;
	return 1;
}

/* By stratum, kind, schema, name; what is dropped, in the reverse of that */
static int
compare_actions(const SmAction *a, const SmAction *b)
{
	int x = stratum(a);
	int y = stratum(b);
	int order;

	if (x != y)
		return x - y;
	order = a->object->kind->weight - b->object->kind->weight;
	if (order == 0)
		order = strcmp(a->object->identity, b->object->identity);
	if (order == 0)
		order = (int) a->phase - (int) b->phase;
	if (order == 0)
		order = a->seq - b->seq;
	return a->phase == SM_PHASE_DROP && b->phase == SM_PHASE_DROP ? -order
																  : order;
}

static int
compare_for_heap(Datum a, Datum b, void *arg)
{
	return -compare_actions((const SmAction *) DatumGetPointer(a),
							(const SmAction *) DatumGetPointer(b));
}

/* ------------------------------------------------------------------------
 * The order
 * ------------------------------------------------------------------------ */

/*
 * Appends the actions that nothing left has to come before, and those that are
 * free after them, to those in order
 */
static List *
take_ready(List *ordered, const SmDelta *delta)
{
	binaryheap *heap = binaryheap_allocate(Max(list_length(delta->actions), 1),
										   compare_for_heap, NULL);
	ListCell *lc;

	foreach (lc, delta->actions)
	{
		SmAction *action = lfirst(lc);

		if (action->waits_for == 0 && !action->ordered)
			binaryheap_add(heap, PointerGetDatum(action));
	}
	while (!binaryheap_empty(heap))
	{
		SmAction *action =
			(SmAction *) DatumGetPointer(binaryheap_remove_first(heap));

		CHECK_FOR_INTERRUPTS();
		ordered = lappend(ordered, action);
		action->ordered = true;
		foreach (lc, action->before)
		{
			SmAction *next = lfirst(lc);

			next->held = next->held || action->held || !action->commits;
			if (--next->waits_for == 0)
				binaryheap_add(heap, PointerGetDatum(next));
		}
	}
	binaryheap_free(heap);
	return ordered;
}

/*
 * Brings the actions of the plan into an order in which they can be run.
 * Returns false if there is none, but there may be one after the statements
 * have been made anew, with the objects split that it has marked.  An error if
 * there is none at all.
 */
bool
sm_order(SmDelta *delta)
{
	List *ordered = NIL;

	if (!sm_edges_make(delta))
		return false;
	do
		ordered = take_ready(ordered, delta);
	while (list_length(ordered) < list_length(delta->actions) &&
		   sm_cycle_loosen(delta->actions));
	if (list_length(ordered) < list_length(delta->actions))
	{
		if (sm_cycle_split(delta))
			return false;
		/* what is refused need not have an order */
		if (delta->refusals)
			return true;
		sm_cycle_report(delta->actions);
	}
	delta->actions = ordered;
	return true;
}
