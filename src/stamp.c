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
#include "mirror.h"
#include "move.h"
#include "plan.h"
#include "query.h"
#include "stamp.h"
#include "unfinished.h"

PG_FUNCTION_INFO_V1(schemamig_stamp);
PG_FUNCTION_INFO_V1(schemamig_stamp_list);

/* A stamp that is under way */
typedef struct Stamp
{
	SmGraph *g;
	SmTenant tenant;
	const char *role;
	int64 run;
	int steps;			/* journaled so far */
	Bitmapset *set;		/* what is to be applied */
	Bitmapset *removed; /* of what was applied */
	SmPlan added;
} Stamp;

static void
log_step(Stamp *stamp, int idx, const char *direction)
{
	SmJournalStep step = { .run = stamp->run,
						   .step = ++stamp->steps,
						   .revision = stamp->g->node[idx].id,
						   .direction = direction,
						   .message = stamp->g->node[idx].message,
						   .started_at = GetCurrentTimestamp() };

	sm_journal_step(&step);
}

/* Puts revisions into the applied set */
static void
apply_revisions(Stamp *stamp, const SmPlan *plan, SmRevision **revs)
{
	for (int i = 0; i < plan->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		sm_journal_apply(&stamp->tenant, revs[i], stamp->run, stamp->role);
		log_step(stamp, plan->idx[i], "stamp");
	}
}

/* Takes revisions out of the applied set */
static void
unapply_revisions(Stamp *stamp, const Bitmapset *set)
{
	SmPlan plan = sm_plan_set(stamp->g, SM_DOWNGRADE, set);

	for (int i = 0; i < plan.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		sm_journal_unapply(&stamp->tenant, stamp->g->node[plan.idx[i]].id);
		log_step(stamp, plan.idx[i], "unstamp");
	}
}

/*
 * What a stamp takes out of the applied set and puts into it.  The revisions
 * that it puts in are locked, for the same reason as in a run.  Returns their
 * rows.
 */
static SmRevision **
make_plan(Stamp *stamp, const List *targets, bool purge)
{
	SmRevision **revs;

	do
	{
		Bitmapset *applied;

		CHECK_FOR_INTERRUPTS();
		sm_revision_check_snapshot(stamp->tenant.name);
		sm_revision_state(stamp->tenant.name, &stamp->g, &applied);
		stamp->set = sm_move_stamp(stamp->g, targets, applied);
		stamp->removed = purge ? applied : bms_difference(applied, stamp->set);
		stamp->added = sm_plan_set(stamp->g, SM_UPGRADE,
								   purge ? stamp->set
										 : bms_difference(stamp->set, applied));
		revs = sm_revision_fetch_unchanged(stamp->g, stamp->added.idx,
										   stamp->added.n);
	} while (revs == NULL);
	return revs;
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

/*
 * A stamp says where the tenant is, so it is in the middle of nothing any more.
 * Returns whether it was.
 */
static bool
forget_unfinished(const SmTenant *tenant)
{
	SmUnfinished *unfinished = sm_unfinished_read(tenant->name);

	if (unfinished == NULL)
		return false;
	sm_unfinished_forget(tenant->name);
	ereport(NOTICE,
			(errmsg("the half-run %s script of revision \"%s\" is forgotten",
					sm_plan_direction_name(unfinished->direction),
					unfinished->revision),
			 unfinished->made
				 ? errdetail("Statements committed: %d of %d. Indexes that the next one has left invalid are not dropped.",
							 unfinished->done, unfinished->total)
				 : errdetail("Statements committed: %d of %d.",
							 unfinished->done, unfinished->total)));
	return true;
}

/*
 * Stamps a tenant, NULL for the database itself, with targets.  Returns its
 * version rows, as a text[].
 */
Datum
sm_stamp(const List *targets, bool purge, const char *tenant)
{
	Stamp stamp = { 0 };
	SmRevision **revs;

	PreventCommandIfReadOnly("schemamig.stamp()");
	if (targets == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are no targets"),
				 errhint(
					 "The target \"base\" stamps that nothing is applied.")));
	stamp.tenant = sm_tenant_lookup(tenant, GetUserId());
	sm_locks_run(&stamp.tenant);
	if (purge)
		sm_journal_purge_unknown(&stamp.tenant);
	revs = make_plan(&stamp, targets, purge);

	if (forget_unfinished(&stamp.tenant) || !bms_is_empty(stamp.removed) ||
		stamp.added.n > 0)
	{
		stamp.role = sm_env_role_name(GetUserId());
		sm_tenant_register(&stamp.tenant, stamp.role);
		stamp.run = sm_journal_begin(&stamp.tenant, "stamp",
									 sm_args_join(targets), stamp.role);
		unapply_revisions(&stamp, stamp.removed);
		apply_revisions(&stamp, &stamp.added, revs);
		sm_journal_end(stamp.run);
	}
	sm_mirror_write(&stamp.tenant, GetUserId());
	return version_rows(stamp.g, stamp.set);
}

/* SQL function stamp(target text, purge boolean, tenant name) */
Datum
schemamig_stamp(PG_FUNCTION_ARGS)
{
	return sm_stamp(list_make1(sm_arg_text_required(fcinfo, 0, "target")),
					sm_arg_bool(fcinfo, 1), sm_arg_name(fcinfo, 2));
}

/* SQL function stamp(targets text[], purge boolean, tenant name) */
Datum
schemamig_stamp_list(PG_FUNCTION_ARGS)
{
	return sm_stamp(sm_arg_text_list(fcinfo, 0, "targets"),
					sm_arg_bool(fcinfo, 1), sm_arg_name(fcinfo, 2));
}
