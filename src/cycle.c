/*-------------------------------------------------------------------------
 *
 * cycle.c
 *	  Actions of which each must come before the next, and the last before the
 *	  first.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "compat.h"
#include "cycle.h"
#include "kinds.h"

/*
 * Gives statements of their own to what is created or dropped together with
 * its parent in one of the actions that are left.  Returns whether there is
 * any.
 */
static bool
split_among(SmObjects *objects, SmPhase phase)
{
	bool any = false;

	for (int i = 0; i < objects->n; i++)
	{
		SmObject *object = objects->item[i];
		SmAction *action = object->action[phase];

		if (action == NULL || action->waits_for == 0 || object->split ||
			action->object == object || !(object->kind->flags & SM_KIND_SPLITS))
			continue;
		object->split = true;
		any = true;
	}
	return any;
}

/* One that is left, and that what is left of the others leads back to */
static SmAction *
find_cycle(const List *actions, List **cycle)
{
	SmAction *action = NULL;
	ListCell *lc;

	foreach (lc, actions)
		if (((SmAction *) lfirst(lc))->waits_for > 0)
			action = lfirst(lc);
	*cycle = NIL;
	while (action && !list_member_ptr(*cycle, action))
	{
		SmAction *previous = NULL;

		*cycle = lcons(action, *cycle);
		foreach (lc, actions)
		{
			SmAction *other = lfirst(lc);

			if (other->waits_for > 0 && list_member_ptr(other->before, action))
				previous = other;
		}
		action = previous;
	}
	return action;
}

/*
 * Gives up what was only preferred among the actions of a cycle of those that
 * are left.  Returns whether there was anything of that kind.
 */
bool
sm_cycle_loosen(const List *actions)
{
	List *cycle;
	SmAction *first = find_cycle(actions, &cycle);
	SmAction *previous = first;
	bool any = false;
	ListCell *lc;

	foreach (lc, cycle)
	{
		SmAction *action = lfirst(lc);

		any = sm_delta_give_in(previous, action) || any;
		if (action == first)
			break;
		previous = action;
	}
	return any;
}

/*
 * Throws the error that shows one of the cycles that the actions which are left
 * have among them.
 */
void
sm_cycle_report(const List *actions)
{
	static const char *const verb[] = { "drop",	  "prepare", "alter",
										"create", "alter",	 "finish" };
	List *cycle;
	SmAction *first = find_cycle(actions, &cycle);
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	foreach (lc, cycle)
	{
		SmAction *action = lfirst(lc);

		appendStringInfo(&text, "%s%s %s %s", text.len > 0 ? ", then " : "",
						 verb[action->phase], action->object->kind->name,
						 action->object->identity);
		if (action == first && list_length(cycle) > 1 && text.len > 0 &&
			lfirst(list_head(cycle)) != action)
			break;
	}
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("could not find an order for the changes"),
			 errdetail("Each of these must come before the next one, and the last before the first: %s.",
					   text.data),
			 errhint("Make the change in two steps, with two models.")));
}

/*
 * Splits what is left, to be tried once more.  Returns whether there was
 * anything to split.
 */
bool
sm_cycle_split(SmDelta *delta)
{
	bool any = split_among(&delta->from->objects, SM_PHASE_DROP);

	return split_among(&delta->to->objects, SM_PHASE_CREATE) || any;
}
