/*-------------------------------------------------------------------------
 *
 * stamp.c
 *	  Setting the applied set without running anything.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "args.h"
#include "compat.h"
#include "env.h"
#include "journal.h"
#include "locks.h"
#include "move.h"
#include "plan.h"
#include "query.h"

PG_FUNCTION_INFO_V1(schemamig_stamp);
PG_FUNCTION_INFO_V1(schemamig_stamp_list);

/* A stamp that is under way */
typedef struct Stamp
{
	const SmGraph *g;
	SmTenant tenant;
	const char *role;
	int64 run;
	int steps; /* journaled so far */
} Stamp;

static void
log_step(Stamp *stamp, const SmRevision *rev, const char *direction)
{
	SmJournalStep step = { .run = stamp->run,
						   .step = ++stamp->steps,
						   .revision = rev->id,
						   .direction = direction,
						   .message = rev->message,
						   .started_at = GetCurrentTimestamp() };

	sm_journal_step(&step);
}

/* Moves a set of revisions into the applied set or out of it */
static void
move_revisions(Stamp *stamp, const Bitmapset *set, SmDirection direction)
{
	SmPlan plan = sm_plan_set(stamp->g, direction, set);
	SmRevision **revs =
		sm_revision_fetch(stamp->g, plan.idx, plan.n, SM_LOCK_SHARE);
	MemoryContext old = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(old, "schemamig stamp step",
												  ALLOCSET_DEFAULT_SIZES);

	MemoryContextSwitchTo(context);
	for (int i = 0; i < plan.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (direction == SM_UPGRADE)
			sm_journal_apply(&stamp->tenant, revs[i], stamp->run, stamp->role);
		else
			sm_journal_unapply(&stamp->tenant, revs[i]->id);
		log_step(stamp, revs[i], direction == SM_UPGRADE ? "stamp" : "unstamp");
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/* The version rows of a set, as a text[] */
static Datum
version_rows(const SmGraph *g, const Bitmapset *set)
{
	Bitmapset *tips = sm_graph_tips(g, set, SM_NEXT_ALL);
	List *ids = NIL;
	int i = -1;

	while ((i = bms_next_member(tips, i)) >= 0)
		ids = lappend(ids, (void *) g->node[i].id);
	return sm_list_to_text_array(ids);
}

/* The body of both SQL functions: argument 1 is purge, 2 the tenant */
static Datum
stamp_targets(FunctionCallInfo fcinfo, const List *targets)
{
	bool purge = sm_arg_bool(fcinfo, 1);
	Stamp stamp = { 0 };
	Bitmapset *applied;
	Bitmapset *set;
	Bitmapset *removed;
	Bitmapset *added;

	PreventCommandIfReadOnly("schemamig.stamp()");
	if (targets == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are no targets"),
				 errhint(
					 "The target \"base\" stamps that nothing is applied.")));
	stamp.tenant = sm_tenant_lookup(sm_arg_name(fcinfo, 2));
	sm_locks_run(&stamp.tenant);
	stamp.g = sm_revision_graph(SM_READ_LATEST);
	applied = sm_revision_applied_locked(stamp.g, stamp.tenant.name);
	set = sm_move_stamp(stamp.g, targets, applied);
	removed = purge ? applied : bms_difference(applied, set);
	added = purge ? set : bms_difference(set, applied);

	if (!bms_is_empty(removed) || !bms_is_empty(added))
	{
		stamp.role = sm_env_role_name(GetUserId());
		sm_tenant_register(&stamp.tenant, stamp.role);
		stamp.run = sm_journal_begin(&stamp.tenant, "stamp",
									 sm_args_join(targets), stamp.role);
		move_revisions(&stamp, removed, SM_DOWNGRADE);
		move_revisions(&stamp, added, SM_UPGRADE);
		sm_journal_end(stamp.run);
	}
	return version_rows(stamp.g, set);
}

/* SQL function stamp(target text, purge boolean, tenant name) */
Datum
schemamig_stamp(PG_FUNCTION_ARGS)
{
	return stamp_targets(fcinfo,
						 list_make1(sm_arg_text_required(fcinfo, 0, "target")));
}

/* SQL function stamp(targets text[], purge boolean, tenant name) */
Datum
schemamig_stamp_list(PG_FUNCTION_ARGS)
{
	return stamp_targets(fcinfo, sm_arg_text_list(fcinfo, 0, "targets"));
}
