/*-------------------------------------------------------------------------
 *
 * observe.c
 *	  Learning which objects this session creates, from object_access_hook,
 *	  which is installed only while somebody wants to know.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/objectaccess.h"

#include "observe.h"

/* Whoever wants to know; at most one at a time */
static SmObserver current_observer = NULL;
static void *current_arg = NULL;

static object_access_hook_type previous_hook = NULL;
static bool hooked = false;

static void
observe_creation(ObjectAccessType access, Oid class_id, Oid object_id,
				 int sub_id, void *arg)
{
	if (previous_hook)
		previous_hook(access, class_id, object_id, sub_id, arg);
	if (access == OAT_POST_CREATE && sub_id == 0 && current_observer)
		current_observer(class_id, object_id, current_arg);
}

static void
stop_observing(void *arg)
{
	current_observer = NULL;
	/* if somebody has hooked in behind us, we must stay in the chain */
	if (object_access_hook == observe_creation)
	{
		object_access_hook = previous_hook;
		hooked = false;
	}
}

/*
 * Has the observer called for every object that is created, before the
 * command counter is incremented for it, until the memory context is reset or
 * deleted, as it is at the end of the caller's work or by an error.
 */
void
sm_observe(MemoryContext context, SmObserver observer, void *arg)
{
	MemoryContextCallback *callback =
		MemoryContextAllocZero(context, sizeof(MemoryContextCallback));

	current_observer = observer;
	current_arg = arg;
	if (!hooked)
	{
		previous_hook = object_access_hook;
		object_access_hook = observe_creation;
		hooked = true;
	}
	callback->func = stop_observing;
	MemoryContextRegisterResetCallback(context, callback);
}
