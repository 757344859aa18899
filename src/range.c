/*-------------------------------------------------------------------------
 *
 * range.c
 *	  Ranges start:end of revisions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "graph.h"
#include "move.h"
#include "name.h"
#include "range.h"
#include "target.h"

/* Splits start:end; either may be missing if so allowed */
static void
split_range(const char *text, bool need_colon, char **start, char **end)
{
	const char *colon = strchr(text, ':');

	if (colon == NULL && need_colon)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid range \"%s\"", text),
				 errhint("A range is \"start:end\", \"start:\" or \":end\".")));
	if (colon && strchr(colon + 1, ':'))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid range \"%s\"", text),
						errdetail("There is more than one \":\".")));
	*start = colon ? pnstrdup(text, colon - text) : pstrdup("");
	*end = pstrdup(colon ? colon + 1 : text);
	if ((*start)[0] == '\0')
		*start = pstrdup("base");
	if ((*end)[0] == '\0')
		*end = pstrdup("heads");
}

/*
 * Each revision of a set walked down; the bases are left out, and so is what
 * lies above another one of the result.
 */
static Bitmapset *
walk_down_each(const SmScope *s, const SmTarget *t, const Bitmapset *from)
{
	Bitmapset *reached = NULL;
	Bitmapset *result = NULL;
	int i = -1;

	while ((i = bms_next_member(from, i)) >= 0)
	{
		int to = sm_target_walk(s, t, i, NULL);

		if (to >= 0)
			reached = bms_add_member(reached, to);
	}
	i = -1;
	while ((i = bms_next_member(reached, i)) >= 0)
	{
		Bitmapset *below =
			sm_graph_closure(s->g, bms_make_singleton(i), SM_DOWN);

		below = bms_del_member(bms_int_members(below, reached), i);
		if (bms_is_empty(below))
			result = bms_add_member(result, i);
	}
	return result;
}

/*
 * Resolves both ends.  An end of +N counts from the start, a start of -N from
 * the end.  A start with a label restricts the end to that branch.
 */
static void
resolve_ends(const SmGraph *g, const char *start, const char *end,
			 const Bitmapset *applied, SmRange *range)
{
	SmScope s = sm_target_scope(g, applied);
	SmTarget lower = sm_target_parse(g, start);
	SmTarget upper = sm_target_parse(g, end);
	bool from_end = lower.relative && !lower.symbol && lower.steps < 0;

	if (from_end && upper.relative && !upper.symbol)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid range \"%s:%s\"", start, end),
						errdetail("Each end counts from the other one.")));
	if (!from_end)
	{
		range->lower = sm_target_set(sm_target_resolve(&s, &lower));
		s.origin = range->lower;
	}
	range->upper = sm_target_set(sm_target_resolve(&s, &upper));
	if (lower.label)
	{
		int branch = sm_name_find(g, lower.label, NULL, true);
		bool named = (sm_graph_find(g, lower.label) < 0);
		Bitmapset *line = sm_name_line(g, lower.label);
		int i = -1;

		while ((i = bms_next_member(range->upper, i)) >= 0)
		{
			if (!(named && g->node[branch].labels
					  ? sm_graph_on_branch(g, i, lower.label)
					  : bms_is_member(i, line)))
				range->upper = bms_del_member(range->upper, i);
		}
	}
	if (from_end)
		range->lower = walk_down_each(&s, &lower, range->upper);
	range->before = sm_graph_closure(g, range->lower, SM_DOWN_ALL);
}

/*
 * The revisions of a range for reading, start included; all of them if text
 * is NULL.  The start must be something that the end needs, and only what
 * comes after it by down revisions is in the range.
 */
Bitmapset *
sm_range_history(const SmGraph *g, const char *text, const Bitmapset *applied)
{
	SmRange range;
	char *start;
	char *end;
	Bitmapset *needed;
	Bitmapset *set;

	if (text == NULL)
		return sm_graph_all(g);
	split_range(text, true, &start, &end);
	resolve_ends(g, start, end, applied, &range);

	needed = sm_graph_closure(g, range.upper, SM_DOWN_ALL);
	if (!bms_is_subset(range.lower, needed))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid range \"%s\"", text),
				 errdetail(
					 "Its start is not among the revisions that its end needs.")));
	set = bms_union(bms_difference(needed, range.before), range.lower);
	if (!bms_is_empty(range.lower))
		set = bms_int_members(set, sm_graph_closure(g, range.lower, SM_NEXT));
	return set;
}

/*
 * What an upgrade from the start of a range, base if it has none, to its end
 * would apply.
 */
void
sm_range_upgrade(const SmGraph *g, const char *text, const Bitmapset *applied,
				 SmRange *range)
{
	char *start;
	char *end;

	split_range(text, false, &start, &end);
	resolve_ends(g, start, end, applied, range);
	range->set = bms_difference(sm_graph_closure(g, range->upper, SM_DOWN_ALL),
								range->before);
}

/*
 * What a downgrade from the start of a range to its end would undo.
 */
void
sm_range_downgrade(const SmGraph *g, const char *text, const Bitmapset *applied,
				   SmRange *range)
{
	char *start;
	char *end;

	split_range(text, true, &start, &end);
	range->lower = sm_target_set(sm_target_revisions(g, start, applied));
	range->before = sm_graph_closure(g, range->lower, SM_DOWN_ALL);
	range->set = sm_move_downgrade_one(g, end, range->before, text);
	range->upper = NULL;
}
