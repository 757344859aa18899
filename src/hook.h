/*-------------------------------------------------------------------------
 *
 * hook.h
 *	  Functions that users register to be called by every run.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_HOOK_H
#define SM_HOOK_H

#include "env.h"
#include "nodes/pg_list.h"
#include "progress.h"
#include "tenant.h"

typedef enum SmHookEvent
{
	SM_HOOK_BEFORE_STEP,
	SM_HOOK_AFTER_STEP,
	SM_HOOK_AFTER_RUN
} SmHookEvent;

/* The hooks of a run, and what they need to know of it */
typedef struct SmHooks
{
	List *hooks; /* private */
	SmRunAs run_as;
	const SmTenant *tenant;
	int64 run;
} SmHooks;

extern void sm_hook_load(SmHooks *hooks);
extern void
sm_hook_call(const SmHooks *hooks, SmHookEvent event, const SmStepReport *step);

#endif /* SM_HOOK_H */
