/*-------------------------------------------------------------------------
 *
 * inspect.c
 *	  Reading the graph and the state: current, heads, branches, history,
 *	  show, pending, plan.
 *
 * All of these read by the snapshot of the calling statement, so that two of
 * them in one query agree.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "args.h"
#include "compat.h"
#include "errcodes.h"
#include "plan.h"
#include "query.h"
#include "range.h"
#include "repeat.h"
#include "revision.h"
#include "squash.h"
#include "target.h"
#include "tenant.h"
#include "unfinished.h"

/* Columns that all functions about revisions begin with */
#define NODE_COLUMNS 5

/* Most columns that a function here returns */
#define MAX_COLUMNS 16

/* What a call reads, and the row that it is about to return */
typedef struct Report
{
	ReturnSetInfo *rsinfo;
	SmGraph *g;
	Bitmapset *applied;
	SmApplied *details;	 /* by index in the graph */
	Bitmapset *current;	 /* version rows */
	Bitmapset *squashed; /* members of squashes */
	char *unfinished;	 /* revision that is half run, or NULL */
	bool alive;			 /* a run is working on it */
	Datum values[MAX_COLUMNS];
	bool nulls[MAX_COLUMNS];
} Report;

PG_FUNCTION_INFO_V1(schemamig_current);
PG_FUNCTION_INFO_V1(schemamig_heads);
PG_FUNCTION_INFO_V1(schemamig_branches);
PG_FUNCTION_INFO_V1(schemamig_history);
PG_FUNCTION_INFO_V1(schemamig_show);
PG_FUNCTION_INFO_V1(schemamig_squashes);
PG_FUNCTION_INFO_V1(schemamig_pending);
PG_FUNCTION_INFO_V1(schemamig_plan);
PG_FUNCTION_INFO_V1(schemamig_plan_list);

/* Begins a report on the given tenant; NULL is the database itself */
static void
begin_report(FunctionCallInfo fcinfo, Report *report, const char *tenant)
{
	ListCell *lc;

	memset(report, 0, sizeof(*report));
	InitMaterializedSRF(fcinfo, 0);
	report->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	report->g = sm_revision_graph(SM_READ);
	report->applied =
		sm_revision_applied_details(report->g, sm_tenant_known(tenant).name,
									&report->details);
	report->current = sm_graph_tips(report->g, report->applied, SM_NEXT_ALL);
	report->unfinished =
		sm_unfinished_revision(sm_tenant_known(tenant).name, &report->alive);
	foreach (lc, sm_squash_list(report->g, SM_READ))
		report->squashed = bms_add_members(report->squashed,
										   ((SmSquash *) lfirst(lc))->members);
}

static void
put_row(Report *report)
{
	tuplestore_putvalues(report->rsinfo->setResult, report->rsinfo->setDesc,
						 report->values, report->nulls);
}

/* Identifiers at the other end of edges, as a text[] */
static Datum
edge_ids(const SmGraph *g, const SmEdges *edges)
{
	List *ids = NIL;

	for (int i = 0; i < edges->n; i++)
		ids = lappend(ids, (void *) g->node[edges->idx[i]].id);
	return sm_list_to_text_array(ids);
}

/* revision, down_revisions, branch_labels, depends_on, message */
static void
set_node_columns(Report *report, int idx)
{
	const SmNode *node = &report->g->node[idx];

	memset(report->nulls, false, sizeof(report->nulls));
	report->values[0] = CStringGetTextDatum(node->id);
	report->values[1] = edge_ids(report->g, &node->edge[SM_DOWN]);
	report->values[2] = sm_list_to_text_array(node->branch_labels);
	report->values[3] = edge_ids(report->g, &node->depends);
	report->values[4] = CStringGetTextDatum(node->message);
}

/* The same columns of a squash, which has no labels and no dependencies */
static void
set_squash_columns(Report *report, const SmSquash *squash)
{
	List *parents = NIL;
	int i = -1;

	while ((i = bms_next_member(squash->parents, i)) >= 0)
		parents = lappend(parents, (void *) report->g->node[i].id);
	memset(report->nulls, false, sizeof(report->nulls));
	report->values[0] = CStringGetTextDatum(squash->rev.id);
	report->values[1] = sm_list_to_text_array(parents);
	report->values[2] = sm_list_to_text_array(NIL);
	report->values[3] = sm_list_to_text_array(NIL);
	report->values[4] = CStringGetTextDatum(squash->rev.message);
}

/* Whether a run is in the middle of it */
static const char *
run_flag(const Report *report, const char *id)
{
	if (report->unfinished == NULL || strcmp(id, report->unfinished) != 0)
		return NULL;
	return report->alive ? "running" : "interrupted";
}

/* What a revision is in the graph, and whether it is current */
static Datum
flags(const Report *report, int idx)
{
	const SmNode *node = &report->g->node[idx];
	List *result = NIL;

	if (bms_is_member(idx, report->current))
		result = lappend(result, "current");
	if (sm_node_is_head(node))
		result = lappend(result, "head");
	if (sm_node_is_real_head(node))
		result = lappend(result, "real_head");
	if (sm_node_is_branch_point(node))
		result = lappend(result, "branch_point");
	if (sm_node_is_merge_point(node))
		result = lappend(result, "merge_point");
	if (bms_is_member(idx, report->squashed))
		result = lappend(result, "squashed");
	if (run_flag(report, node->id))
		result = lappend(result, (void *) run_flag(report, node->id));
	return sm_list_to_text_array(result);
}

/* applied_at, applied_by */
static void
set_applied_columns(Report *report, int column, int idx)
{
	const SmApplied *applied = &report->details[idx];
	bool is_applied = bms_is_member(idx, report->applied);

	report->nulls[column] = report->nulls[column + 1] = !is_applied;
	if (is_applied)
	{
		report->values[column] = TimestampTzGetDatum(applied->at);
		report->values[column + 1] = CStringGetTextDatum(applied->by);
	}
}

/* A row of current() or history() */
static void
put_state_row(Report *report, int idx)
{
	set_node_columns(report, idx);
	report->values[NODE_COLUMNS] = flags(report, idx);
	set_applied_columns(report, NODE_COLUMNS + 1, idx);
	put_row(report);
}

/*
 * SQL function current(tenant, check_heads): the newest applied revision of
 * each branch.  That includes those which only a dependency of another branch
 * has made old news; the flag "current" tells the version rows.
 */
Datum
schemamig_current(PG_FUNCTION_ARGS)
{
	Report report;
	Bitmapset *heads;
	Bitmapset *newest;
	int i = -1;

	begin_report(fcinfo, &report, sm_arg_name(fcinfo, 0));
	heads = sm_graph_tips(report.g, sm_graph_all(report.g), SM_NEXT_ALL);
	if (sm_arg_bool(fcinfo, 1) && !bms_equal(heads, report.current))
	{
		Bitmapset *pending =
			bms_difference(sm_graph_all(report.g), report.applied);

		ereport(ERROR,
				(errcode(ERRCODE_SM_PENDING_REVISIONS),
				 errmsg("the database is not at the heads"),
				 errdetail("Pending: %s.",
						   sm_graph_id_list(report.g, pending, 5)),
				 errhint(
					 "SELECT * FROM schemamig.upgrade('heads') runs them.")));
	}
	newest = sm_graph_tips(report.g, report.applied, SM_NEXT);
	while ((i = bms_next_member(newest, i)) >= 0)
		put_state_row(&report, i);
	return (Datum) 0;
}

/* SQL function heads() */
Datum
schemamig_heads(PG_FUNCTION_ARGS)
{
	Report report;
	Bitmapset *heads;
	int i = -1;

	begin_report(fcinfo, &report, NULL);
	heads = sm_graph_tips(report.g, sm_graph_all(report.g), SM_NEXT);
	while ((i = bms_next_member(heads, i)) >= 0)
	{
		set_node_columns(&report, i);
		report.values[NODE_COLUMNS] = flags(&report, i);
		put_row(&report);
	}
	return (Datum) 0;
}

/* SQL function branches() */
Datum
schemamig_branches(PG_FUNCTION_ARGS)
{
	Report report;

	begin_report(fcinfo, &report, NULL);
	for (int i = 0; i < report.g->n; i++)
	{
		const SmNode *node = &report.g->node[i];

		if (!sm_node_is_branch_point(node))
			continue;
		set_node_columns(&report, i);
		report.values[NODE_COLUMNS] = edge_ids(report.g, &node->edge[SM_NEXT]);
		put_row(&report);
	}
	return (Datum) 0;
}

/* SQL function history(range, tenant): newest first */
Datum
schemamig_history(PG_FUNCTION_ARGS)
{
	Report report;
	Bitmapset *set;
	SmPlan newest_first;

	begin_report(fcinfo, &report, sm_arg_name(fcinfo, 1));
	set = sm_range_history(report.g, sm_arg_text(fcinfo, 0), report.applied);
	newest_first = sm_plan_set(report.g, SM_DOWNGRADE, set);
	for (int i = 0; i < newest_first.n; i++)
		put_state_row(&report, newest_first.idx[i]);
	return (Datum) 0;
}

static void
set_text(Report *report, int column, const char *text)
{
	report->nulls[column] = (text == NULL);
	if (text)
		report->values[column] = CStringGetTextDatum(text);
}

/* The columns of show() from number 6 on, but for the last two */
static void
set_script_columns(Report *report, const SmRevision *rev)
{
	set_text(report, 6, rev->upgrade);
	set_text(report, 7, rev->downgrade);
	set_text(report, 8, rev->verify);
	set_text(report, 9, rev->checksum);
	report->values[10] = sm_list_to_text_array(rev->authors);
	report->values[11] = TimestampTzGetDatum(rev->created_at);
	report->values[12] = TimestampTzGetDatum(rev->edited_at);
	report->nulls[12] = (rev->edited_at == 0);
	set_text(report, 13, rev->approved_by);
}

/* The row of show() for a squash: its members are applied, never itself */
static void
put_squash(Report *report, const SmSquash *squash)
{
	List *flags = list_make1("squash");

	if (sm_squash_problem(report->g, squash, SM_READ))
		flags = lappend(flags, "stale");
	if (run_flag(report, squash->rev.id))
		flags = lappend(flags, (void *) run_flag(report, squash->rev.id));
	set_squash_columns(report, squash);
	report->values[5] = sm_list_to_text_array(flags);
	set_script_columns(report, &squash->rev);
	report->nulls[14] = report->nulls[15] = true;
	put_row(report);
}

/* SQL function show(target, tenant) */
Datum
schemamig_show(PG_FUNCTION_ARGS)
{
	Report report;
	const char *target = sm_arg_text_required(fcinfo, 0, "target");
	SmSquash *squash;
	List *revs;
	ListCell *lc;

	begin_report(fcinfo, &report, sm_arg_name(fcinfo, 1));
	squash = sm_squash_read(report.g, target);
	if (squash)
	{
		put_squash(&report, squash);
		return (Datum) 0;
	}
	revs = sm_target_show(report.g, target, report.applied);
	foreach (lc, revs)
	{
		int idx = lfirst_int(lc);
		SmRevision *rev = sm_revision_fetch(report.g, &idx, 1, SM_NO_LOCK)[0];

		set_node_columns(&report, idx);
		report.values[5] = flags(&report, idx);
		set_script_columns(&report, rev);
		set_applied_columns(&report, 14, idx);
		put_row(&report);
	}
	return (Datum) 0;
}

/* SQL function squashes() */
Datum
schemamig_squashes(PG_FUNCTION_ARGS)
{
	Report report;
	ListCell *lc;

	begin_report(fcinfo, &report, NULL);
	foreach (lc, sm_squash_list(report.g, SM_READ))
	{
		const SmSquash *squash = lfirst(lc);
		const char *problem = sm_squash_problem(report.g, squash, SM_READ);
		Datum message;

		set_squash_columns(&report, squash);
		message = report.values[4];
		report.values[2] = sm_list_to_text_array(squash->replaces);
		report.values[3] = message;
		set_text(&report, 4, problem);
		put_row(&report);
	}
	return (Datum) 0;
}

/* The repeatable scripts that an upgrade with nothing left pending would run */
static void
put_repeatables(Report *report, const char *tenant)
{
	ListCell *lc;

	foreach (lc, sm_repeat_pending(tenant))
	{
		const SmRepeat *repeat = lfirst(lc);

		memset(report->nulls, false, sizeof(report->nulls));
		report->values[0] = CStringGetTextDatum(repeat->name);
		report->values[1] = sm_list_to_text_array(NIL);
		report->values[2] = sm_list_to_text_array(NIL);
		report->values[3] = sm_list_to_text_array(repeat->depends_on);
		report->values[4] = CStringGetTextDatum("repeatable script");
		put_row(report);
	}
}

/* The plan of a run with that target, as it would be made now */
static SmPlan
plan_of(const Report *report, SmDirection direction, const List *targets,
		const char *tenant, int *moved)
{
	SmSquashUse use = { SM_READ, sm_tenant_known(tenant).name,
						report->unfinished };
	SmPlan plan =
		sm_plan_targets(report->g, direction, targets, report->applied);

	*moved = plan.n;
	sm_squash_plan(report->g, &plan, &use);
	return plan;
}

/* SQL function pending(target, tenant) */
Datum
schemamig_pending(PG_FUNCTION_ARGS)
{
	Report report;
	List *targets;
	SmPlan plan;
	int moved;

	begin_report(fcinfo, &report, sm_arg_name(fcinfo, 1));
	targets = list_make1(sm_arg_text_required(fcinfo, 0, "target"));
	plan =
		plan_of(&report, SM_UPGRADE, targets, sm_arg_name(fcinfo, 1), &moved);
	for (int i = 0; i < plan.n; i++)
	{
		if (sm_squash_at(&plan, i))
			set_squash_columns(&report, sm_squash_at(&plan, i));
		else
			set_node_columns(&report, plan.idx[i]);
		put_row(&report);
	}
	if (bms_num_members(report.applied) + moved == report.g->n)
		put_repeatables(&report, PG_ARGISNULL(1) ? "" : sm_arg_name(fcinfo, 1));
	return (Datum) 0;
}

/* The body of both plan functions: argument 1 is the command, 2 the tenant */
static Datum
report_plan(FunctionCallInfo fcinfo, const List *targets)
{
	Report report;
	const char *command = sm_arg_text_required(fcinfo, 1, "command");
	SmDirection direction = SM_UPGRADE;
	SmPlan plan;
	int moved;

	if (strcmp(command, "downgrade") == 0)
		direction = SM_DOWNGRADE;
	else if (strcmp(command, "upgrade") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid command \"%s\"", command),
				 errhint("The commands are \"upgrade\" and \"downgrade\".")));
	begin_report(fcinfo, &report, sm_arg_name(fcinfo, 2));
	plan = plan_of(&report, direction, targets, sm_arg_name(fcinfo, 2), &moved);
	for (int i = 0; i < plan.n; i++)
	{
		const SmSquash *squash = sm_squash_at(&plan, i);

		report.values[0] = Int32GetDatum(i + 1);
		report.values[1] =
			CStringGetTextDatum(sm_squash_step_id(report.g, &plan, i));
		report.values[2] =
			CStringGetTextDatum(sm_plan_direction_name(direction));
		report.values[3] = CStringGetTextDatum(
			squash ? squash->rev.message : report.g->node[plan.idx[i]].message);
		put_row(&report);
	}
	return (Datum) 0;
}

/* SQL function plan(target text, command, tenant) */
Datum
schemamig_plan(PG_FUNCTION_ARGS)
{
	return report_plan(fcinfo,
					   list_make1(sm_arg_text_required(fcinfo, 0, "target")));
}

/* SQL function plan(targets text[], command, tenant) */
Datum
schemamig_plan_list(PG_FUNCTION_ARGS)
{
	return report_plan(fcinfo, sm_arg_text_list(fcinfo, 0, "targets"));
}
