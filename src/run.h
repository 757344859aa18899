/*-------------------------------------------------------------------------
 *
 * run.h
 *	  A call that moves a tenant: what it is to do, all checked.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RUN_H
#define SM_RUN_H

#include "env.h"
#include "hook.h"
#include "plan.h"
#include "prepare.h"
#include "repeat.h"
#include "tenant.h"
#include "unfinished.h"

typedef struct SmRun
{
	SmTenant tenant;
	SmRunAs run_as;
	const char *role; /* name of run_as */
	Jsonb *variables; /* NULL: none */
	bool in_pieces;	  /* commits in between */
	SmGraph *g;
	SmPlan plan;
	SmUnfinished *unfinished; /* what it begins with; NULL: nothing */
	bool in_middle;			  /* of a revision: there is such a row */
	bool completes;			  /* nothing is pending after its steps */
	SmStep *steps;
	List *repeats; /* of SmRepeat: what comes behind the steps */
	int64 number; /* in schemamig.run */
	SmHooks hooks;
} SmRun;

extern void sm_run_as(SmRun *run);
extern bool sm_run_plan(SmRun *run, SmDirection direction, const List *targets);
extern SmRepeatRun sm_run_repeats(const SmRun *run);
extern void sm_run_prepare_step(SmRun *run, int i, SmRevision *rev);

#endif /* SM_RUN_H */
