/*-------------------------------------------------------------------------
 *
 * move.c
 *	  What a call with targets moves: upgrade, downgrade, stamp.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "graph.h"
#include "move.h"
#include "name.h"
#include "target.h"

/*
 * Targets of one call must not need each other: whoever writes both a
 * revision and one that it needs has probably meant something else.
 */
static void
check_overlap(const SmGraph *g, int idx, const Bitmapset *others)
{
	Bitmapset *needed =
		sm_graph_closure(g, bms_make_singleton(idx), SM_DOWN_ALL);

	needed = bms_del_member(bms_int_members(needed, others), idx);
	if (!bms_is_empty(needed))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("target \"%s\" includes target %s", g->node[idx].id,
						sm_graph_id_list(g, needed, 1)),
				 errhint("Name only the last revision of each branch.")));
}

/*
 * What an upgrade to these targets has still to apply: all that the targets
 * need and that is not applied.
 */
Bitmapset *
sm_move_upgrade(const SmGraph *g, const List *texts, const Bitmapset *applied)
{
	Bitmapset *targets = NULL;
	ListCell *lc;

	foreach (lc, texts)
	{
		SmScope s = sm_target_scope(g, applied);
		SmTarget t = sm_target_parse(g, lfirst(lc));

		if (t.relative && t.symbol && strcmp(t.symbol, "base") == 0 &&
			t.steps < 0)
			sm_target_past_the_end(t.text, false, true);
		if (t.relative && t.symbol == NULL && t.steps < 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("cannot upgrade to target \"%s\"", t.text),
							errdetail("It lies below the current revision."),
							errhint("schemamig.downgrade() goes down.")));
		targets = bms_join(targets, sm_target_set(sm_target_resolve(&s, &t)));
	}
	if (list_length(texts) > 1)
	{
		int i = -1;

		while ((i = bms_next_member(targets, i)) >= 0)
			check_overlap(g, i, targets);
	}
	return bms_difference(sm_graph_closure(g, targets, SM_DOWN_ALL), applied);
}

/*
 * Of the revisions that a downgrade starts to undo, those on the branch that
 * the target names: where the branch comes by.
 */
static Bitmapset *
roots_on_branch(const SmGraph *g, const SmTarget *t, const Bitmapset *roots,
				int branch)
{
	Bitmapset *below;

	if (branch < 0 || bms_num_members(roots) <= 1)
		return bms_copy(roots);
	below = sm_graph_closure(g, bms_make_singleton(branch), SM_DOWN);
	below = bms_int_members(below, roots);
	if (bms_is_empty(below))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("cannot downgrade to target \"%s\"", t->text),
				 errdetail("The branch of \"%s\" does not come from there.",
						   g->node[branch].id)));
	return below;
}

/* There is nothing that a downgrade to the target could undo */
static void
nothing_to_undo(const SmScope *s, const char *text, int target,
				const char *range)
{
	const char *id = s->g->node[target].id;

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("cannot downgrade to target \"%s\"", text),
			 range
				 ? errdetail("Revision \"%s\" does not lie below the start of range \"%s\".",
							 id, range)
			 : bms_is_member(target, s->applied)
				 ? errdetail("Nothing that is applied comes after revision \"%s\".",
							 id)
				 : errdetail("Revision \"%s\" is not applied.", id),
			 range
				 ? errhint(
					   "A downgrade goes from the newer revision to the older one.")
			 : bms_is_empty(s->origin)
				 ? errhint("Nothing is applied.")
				 : errhint("The current revisions are %s.",
						   sm_graph_id_list(s->g, s->origin, SM_MAX_CHOICES))));
}

/*
 * What a downgrade to one target undoes; range is the range that the target
 * is the end of, if it is that of one.
 */
Bitmapset *
sm_move_downgrade_one(const SmGraph *g, const char *text,
					  const Bitmapset *applied, const char *range)
{
	SmScope s = sm_target_scope(g, applied);
	SmTarget t = sm_target_parse(g, text);
	SmTarget unlabelled = t;
	int branch = -1;
	int target;
	Bitmapset *roots = NULL;
	Bitmapset *undo;

	if (t.relative && t.symbol == NULL && t.steps > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("cannot downgrade to target \"%s\"", t.text),
						errdetail("It lies above the current revision."),
						errhint("schemamig.upgrade() goes up.")));
	if (t.label)
		branch = sm_name_find(g, t.label, NULL, true);
	else if (t.relative && t.symbol == NULL && bms_num_members(s.origin) == 1)
		branch = bms_next_member(s.origin, -1);

	/* the label says what to undo; the revision need not be on the branch */
	if (!t.relative)
		unlabelled.label = NULL;
	target = sm_target_only_one(&s, text, sm_target_resolve(&s, &unlabelled));

	if (target < 0)
		roots = sm_graph_bases(g);
	else
	{
		const SmEdges *next = &g->node[target].edge[SM_NEXT];

		for (int i = 0; i < next->n; i++)
			roots = bms_add_member(roots, next->idx[i]);
	}
	roots = roots_on_branch(g, &t, roots, branch);

	undo = bms_int_members(sm_graph_closure(g, roots, SM_NEXT_ALL), applied);
	if (target >= 0 && bms_is_empty(undo) && !bms_is_member(target, s.origin))
		nothing_to_undo(&s, text, target, range);
	return undo;
}

/*
 * The version rows that have nothing to do with a branch: they neither need
 * the revision that its label names nor are needed by it.
 */
static Bitmapset *
rows_off_branch(const SmScope *s, const char *label)
{
	Bitmapset *self = bms_make_singleton(sm_name_find(s->g, label, NULL, true));

	return bms_difference(s->origin,
						  bms_union(sm_graph_closure(s->g, self, SM_DOWN_ALL),
									sm_graph_closure(s->g, self, SM_NEXT_ALL)));
}

/*
 * The applied set that a stamp with these targets leaves: what they need.
 * The base of a branch leaves the version rows that are not on that branch.
 */
Bitmapset *
sm_move_stamp(const SmGraph *g, const List *texts, const Bitmapset *applied)
{
	Bitmapset *set = NULL;
	ListCell *lc;

	foreach (lc, texts)
	{
		SmScope s = sm_target_scope(g, applied);
		SmTarget t = sm_target_parse(g, lfirst(lc));

		if (t.label && !t.relative && strcmp(t.symbol, "base") == 0)
			set = bms_join(set, rows_off_branch(&s, t.label));
		else
			set = bms_join(set, sm_target_set(sm_target_resolve(&s, &t)));
	}
	return sm_graph_closure(g, set, SM_DOWN_ALL);
}

/*
 * What a downgrade to these targets undoes: everything applied that comes
 * after them, and what depends on that.
 */
Bitmapset *
sm_move_downgrade(const SmGraph *g, const List *texts, const Bitmapset *applied)
{
	Bitmapset *undo = NULL;
	ListCell *lc;

	foreach (lc, texts)
		undo =
			bms_join(undo, sm_move_downgrade_one(g, lfirst(lc), applied, NULL));
	return undo;
}
