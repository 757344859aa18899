/*-------------------------------------------------------------------------
 *
 * inherited_notnull.c
 *	  What columns have from their parents of NOT NULL.
 *
 * From PG18 on a constraint can be a table's own, come from parents, or both.
 * Names, and whose it is, can be given only when nobody else has a hand in it.
 * Before that there are no such constraints, and most of this says no.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/inherited_notnull.h"
#include "kinds/table.h"
#include "online.h"

/* The definition of NOT NULL without a name, which may have such words itself */
const char *
sm_not_null_unnamed(const SmObject *column)
{
	const char *found = strstr(sm_attr(column, SM_NOT_NULL), "NOT NULL");
	const char *next;

	while ((next = strstr(found + 1, "NOT NULL")) != NULL)
		found = next;
	return found;
}

/* By a constraint that cannot stand in a definition? */
bool
sm_not_null_is_not_valid(const SmObject *column)
{
	return sm_attr(column, SM_NOT_NULL) &&
		   strstr(sm_not_null_unnamed(column), "NOT VALID") != NULL;
}

/* Has the column, of a table that is there on both sides, a constraint? */
static bool
is_of_lasting_table(const SmObject *column)
{
	return sm_attr(column, SM_NOT_NULL) && sm_attr(column, SM_NOT_NULL_NAME) &&
		   column->parent->fate != SM_CREATE &&
		   column->parent->fate != SM_DROP &&
		   column->parent->fate != SM_REPLACE;
}

/* Has the column a constraint that those of children come with? */
static bool
hands_down(const SmObject *column)
{
	return is_of_lasting_table(column) &&
		   strstr(sm_not_null_unnamed(column), "NO INHERIT") == NULL;
}

/* The columns from which one has its constraint, of parents that it keeps */
static List *
all_givers(const SmObject *column)
{
	List *columns = NIL;
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(column))
	{
		const SmObject *other = lfirst(lc);

		if (hands_down(other) &&
			sm_table_keeps_parent(column->parent, other->parent))
			columns = lappend(columns, lfirst(lc));
	}
	return columns;
}

/* Those of them that have it in both states */
static List *
givers(const SmObject *column)
{
	List *columns = NIL;
	ListCell *lc;

	foreach (lc, all_givers(column))
	{
		const SmObject *other = lfirst(lc);

		if (other->peer && hands_down(other->peer))
			columns = lappend(columns, lfirst(lc));
	}
	return columns;
}

/* Is the constraint dropped on the way, and added again? */
bool
sm_not_null_is_remade(const SmObject *column)
{
	return SM_DIFFERS(column->changed, SM_NOT_NULL_INHERITED);
}

/*
 * Does the constraint, of the old state, go along with those of all parents,
 * although the column is to have one?
 */
bool
sm_not_null_goes_along(const SmObject *column)
{
	List *from = all_givers(column);
	ListCell *lc;

	if (from == NIL || !sm_attr_true(column, SM_NOT_NULL_INHERITED))
		return false;
	foreach (lc, from)
	{
		const SmObject *other = lfirst(lc);

		if (other->peer == NULL || sm_attr(other->peer, SM_NOT_NULL) == NULL)
		{
			/* it has been made the column's own before */
			if (!sm_table_parent_has(column->peer, SM_NOT_NULL))
				return false;
		}
		else if (!sm_not_null_is_remade(other) &&
				 !sm_not_null_goes_along(other))
			return false;
	}
	return true;
}

/* Has the column had a constraint before, which it still has? */
static bool
has_kept(const SmObject *column)
{
	const SmObject *was = column->peer;

	return was && sm_attr(was, SM_NOT_NULL) && !sm_not_null_is_remade(was) &&
		   !sm_not_null_goes_along(was);
}

/*
 * Does the column of a parent, of the new state, get the constraint when the
 * table is one of its children?
 */
static bool
brings(const SmObject *parent, const SmObject *column)
{
	return sm_table_keeps_parent(column->parent, parent->parent) ||
		   parent->peer == NULL || sm_attr(parent->peer, SM_NOT_NULL) == NULL ||
		   sm_not_null_is_remade(parent);
}

/* The same for one that is to have it from there only */
bool
sm_not_null_comes_by(const SmObject *column, const SmObject *parent)
{
	return column && sm_attr(parent, SM_NOT_NULL) &&
		   sm_attr_true(column, SM_NOT_NULL_INHERITED) && !has_kept(column) &&
		   brings(parent, column);
}

/*
 * The column of a parent with whose constraint one comes that the column has not
 * had before: that of the same name, but rather one that has been validated,
 * because that one cannot come later.  NULL if the column has one by itself.
 */
const SmObject *
sm_not_null_bringer(const SmObject *column)
{
	const SmObject *found = NULL;
	ListCell *lc;

	if (!is_of_lasting_table(column) ||
		!sm_attr_true(column, SM_NOT_NULL_INHERITED) || has_kept(column))
		return NULL;
	foreach (lc, sm_table_parent_columns(column))
	{
		const SmObject *other = lfirst(lc);

		if (sm_attr(other, SM_NOT_NULL) &&
			sm_attr_is(other, SM_NOT_NULL_NAME,
					   sm_attr(column, SM_NOT_NULL_NAME)) &&
			brings(other, column) &&
			(found == NULL || sm_not_null_is_not_valid(found)))
			found = other;
	}
	return found;
}

/* What comes with the constraint of a parent may be validated all the same */
bool
sm_not_null_is_validated_apart(const SmObject *column)
{
	const SmObject *from = sm_not_null_bringer(column);

	return from && sm_not_null_is_not_valid(from) &&
		   !sm_not_null_is_not_valid(column);
}

/*
 * Does the column get from the parent's, which has it only now, what it has had
 * by itself?
 */
bool
sm_not_null_is_taken_over(const SmObject *column, const SmObject *parent)
{
	const SmObject *was = column->peer;

	return is_of_lasting_table(column) &&
		   sm_attr_true(column, SM_NOT_NULL_INHERITED) && was &&
		   sm_attr(was, SM_NOT_NULL) &&
		   !sm_attr_true(was, SM_NOT_NULL_INHERITED) &&
		   !sm_not_null_is_remade(was) && sm_attr(parent, SM_NOT_NULL) &&
		   (parent->peer == NULL ||
			sm_attr(parent->peer, SM_NOT_NULL) == NULL ||
			sm_not_null_is_remade(parent)) &&
		   sm_attr_is(parent, SM_NOT_NULL_NAME,
					  sm_attr(column, SM_NOT_NULL_NAME)) &&
		   sm_not_null_is_not_valid(parent) == sm_not_null_is_not_valid(column);
}

/*
 * Online, the server makes NOT NULL of a partition its own when an index
 * becomes its primary key.  Nothing shows that, but it stays there when the
 * parent loses it.
 */
bool
sm_not_null_may_be_own(const SmDelta *delta, const SmObject *column)
{
	return delta->online && SM_CAN_WAIT_NOT_NULL &&
		   sm_table_is_partition(column->parent) && sm_table_has_in_key(column);
}

/*
 * Is there a constraint, of a table that is there on both sides, that is
 * another one than that of a parent would bring along?  It is there before
 * that, which takes it then, and goes after that.
 */
bool
sm_not_null_is_own(const SmObject *column)
{
	ListCell *lc;

	if (!is_of_lasting_table(column) || sm_not_null_bringer(column))
		return false;
	foreach (lc, sm_table_parent_columns(column))
	{
		const SmObject *other = lfirst(lc);

		if (sm_attr(other, SM_NOT_NULL) &&
			(!sm_attr_true(column, SM_NOT_NULL_INHERITED) ||
			 !sm_attr_is(other, SM_NOT_NULL_NAME,
						 sm_attr(column, SM_NOT_NULL_NAME)) ||
			 sm_not_null_is_not_valid(other) !=
				 sm_not_null_is_not_valid(column)))
			return true;
	}
	return false;
}

/*
 * Is a child to have it from the new table that it joins, and has the column
 * already?
 */
static bool
waits_for_child(const SmObject *column)
{
	ListCell *lc;

	foreach (lc, sm_table_child_columns(column))
	{
		const SmObject *child = lfirst(lc);

		if (child->peer && !sm_delta_creates(child) &&
			sm_not_null_comes_by(child, column))
			return true;
	}
	return false;
}

/*
 * Does a new column have to wait for NOT NULL until that of a child is there,
 * which the child has by itself or from somebody else?
 */
bool
sm_not_null_waits(const SmObject *column)
{
	ListCell *lc;

	if (sm_attr(column, SM_NOT_NULL) == NULL || !sm_delta_creates(column))
		return false;
	if (sm_delta_creates(column->parent))
		return waits_for_child(column);
	foreach (lc, sm_table_child_columns(column))
	{
		const SmObject *child = lfirst(lc);
		const SmObject *from = sm_not_null_bringer(child);

		if (sm_not_null_is_own(child) || (from && from != column))
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------------
 * In which order
 * ------------------------------------------------------------------------ */

/* An action comes before the column is changed, in whatever form */
static void
precede_change(SmAction *action, const SmObject *column)
{
	if (column == NULL)
		return;
	sm_delta_precede(action, column->action[SM_PHASE_PREPARE]);
	sm_delta_precede(action, column->action[SM_PHASE_ALTER]);
}

/*
 * Puts what is done about a column, of the old state, behind what is dropped
 * from its ancestors, and what is dropped from it before what these get
 */
static void
order_behind(const SmObject *column, const SmObject *below)
{
	bool own = sm_not_null_is_own(column);
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(below))
	{
		const SmObject *other = lfirst(lc);
		SmAction *drop = other->action[SM_PHASE_DROP];
		SmAction *change =
			other->peer ? other->peer->action[SM_PHASE_ALTER] : NULL;
		bool loses = sm_attr(column, SM_NOT_NULL) &&
					 sm_attr(other, SM_NOT_NULL) && other->peer &&
					 sm_attr(other->peer, SM_NOT_NULL) == NULL;

		if (sm_table_has_left(below->parent, other->parent))
			continue;
		precede_change(drop, column->peer);
		if (sm_not_null_is_remade(column))
		{
			sm_delta_precede(drop, column->action[SM_PHASE_DROP]);
			if (loses)
				sm_delta_precede(change, column->action[SM_PHASE_DROP]);
			else
				precede_change(column->action[SM_PHASE_DROP], other->peer);
		}
		else if (loses || own)
			sm_delta_precede(change, column->peer->action[SM_PHASE_ALTER]);
		if (other->peer)
			order_behind(column, other);
	}
}

/*
 * What a column of the old state has by itself, or is to have by itself, goes
 * or changes behind what it has from its ancestors, who may hand down what
 * nothing is done about in between
 */
void
sm_not_null_order_old(const SmObject *column)
{
	if (column->peer == NULL)
		return;
	precede_change(column->action[SM_PHASE_DROP], column->peer);
	if (sm_not_null_is_own(column->peer) && !sm_not_null_is_remade(column) &&
		!sm_not_null_goes_along(column))
		return;
	order_behind(column, column);
}

/* What one column is changed to, in whatever form, comes before another's */
static void
precede(const SmObject *first, const SmObject *second)
{
	static const SmPhase phases[] = { SM_PHASE_PREPARE, SM_PHASE_ALTER };

	for (int i = 0; i < (int) lengthof(phases); i++)
		for (int j = 0; j < (int) lengthof(phases); j++)
			sm_delta_precede(first->action[phases[i]],
							 second->action[phases[j]]);
}

/* Constraints that come to a child from several parents come in this order */
void
sm_not_null_order(const SmObject *column)
{
	const SmObject *from = sm_not_null_bringer(column);
	ListCell *lc;

	if (from == NULL && !sm_not_null_is_own(column))
		return;
	foreach (lc, sm_table_parent_columns(column))
	{
		const SmObject *other = lfirst(lc);

		sm_delta_precede(other->action[SM_PHASE_CREATE],
						 column->action[SM_PHASE_ALTER]);
		if (other == from)
		{
			precede(other, column);
			continue;
		}
		precede(column, other);
		if (from)
		{
			precede(from, other);
			sm_delta_precede(from->action[SM_PHASE_CREATE],
							 other->action[SM_PHASE_ALTER]);
		}
	}
}

/* ------------------------------------------------------------------------
 * What has to be made anew for the sake of children
 * ------------------------------------------------------------------------ */

/* Has the column, of the old state, a constraint that lasts? */
static bool
lasts(const SmObject *column)
{
	return is_of_lasting_table(column) && column->peer &&
		   !sm_delta_drops(column) && is_of_lasting_table(column->peer) &&
		   !sm_table_is_partition(column->parent);
}

/* Can the constraint, of the old state, become what it is to be as it is? */
bool
sm_not_null_can_stay(const SmObject *column)
{
	const char *was = sm_not_null_unnamed(column);
	const char *is = sm_not_null_unnamed(column->peer);

	return strcmp(was, is) == 0 || strcmp(is, "NOT NULL") == 0;
}

static bool
is_renamed(const SmObject *column)
{
	return !sm_text_same(sm_attr(column, SM_NOT_NULL_NAME),
						 sm_attr(column->peer, SM_NOT_NULL_NAME));
}

/* Do two columns have, and get, constraints of the same name? */
static bool
are_namesakes(const SmObject *a, const SmObject *b)
{
	return sm_text_same(sm_attr(a, SM_NOT_NULL_NAME),
						sm_attr(b, SM_NOT_NULL_NAME)) &&
		   sm_text_same(sm_attr(a->peer, SM_NOT_NULL_NAME),
						sm_attr(b->peer, SM_NOT_NULL_NAME));
}

/*
 * Is the constraint renamed along with that of an ancestor?  The server does
 * that for all that inherit it, under the same name and from nobody else.
 */
static bool
follows(const SmObject *column, const SmObject *root)
{
	List *from = givers(column);
	ListCell *lc;

	if (column == root)
		return true;
	if (from == NIL || !are_namesakes(column, root))
		return false;
	foreach (lc, from)
		if (!follows(lfirst(lc), root))
			return false;
	return true;
}

/* Do all that inherit from the column follow it? */
static bool
is_followed(const SmObject *column, const SmObject *root)
{
	ListCell *lc;

	foreach (lc, sm_table_child_columns(column))
	{
		const SmObject *child = lfirst(lc);

		if (!list_member_ptr(givers(child), column))
			continue;
		if (!is_of_lasting_table(child->peer) || !follows(child, root) ||
			!is_followed(child, root))
			return false;
	}
	return true;
}

static const SmObject *
root_of(const SmObject *column)
{
	List *from = givers(column);

	return from ? root_of(linitial(from)) : column;
}

/*
 * Has the constraint, of the old state, to be renamed by itself?  Not if that
 * happens along with the one that it is inherited from.
 */
bool
sm_not_null_is_renamed_apart(const SmObject *column)
{
	return is_renamed(column) &&
		   !(givers(column) && follows(column, root_of(column)));
}

/* Is the constraint, of the old state, inherited now and afterwards? */
bool
sm_not_null_is_inherited(const SmObject *column)
{
	return lasts(column) && givers(column) != NIL;
}

static bool
must_be_remade(const SmObject *column)
{
	List *from = givers(column);

	if (!sm_not_null_can_stay(column))
		return true;
	if (from && !sm_attr_true(column, SM_NOT_NULL_INHERITED) &&
		sm_attr_true(column->peer, SM_NOT_NULL_INHERITED))
		return true;
	return is_renamed(column) &&
		   !(follows(column, root_of(column)) &&
			 is_followed(root_of(column), root_of(column)));
}

/* Does the server refuse to drop NOT NULL of the column? */
static bool
is_held(const SmObject *column)
{
	return (sm_table_has_in_key(column) && sm_table_has_in_key(column->peer)) ||
		   (sm_column_sequence(column) && sm_column_sequence(column->peer));
}

/* Can the constraint be dropped, with those that come from it? */
static bool
can_drop(const SmObject *column)
{
	ListCell *lc;

	if (!column->peer || is_held(column))
		return false;
	foreach (lc, sm_table_child_columns(column))
		if (sm_attr_true(lfirst(lc), SM_NOT_NULL_INHERITED) &&
			!can_drop(lfirst(lc)))
			return false;
	return true;
}

/* The same with those that it comes from */
static bool
can_remake(const SmObject *column)
{
	ListCell *lc;

	if (!can_drop(column))
		return false;
	foreach (lc, givers(column))
		if (!can_remake(lfirst(lc)))
			return false;
	return true;
}

/*
 * Marks the constraint as one that is dropped and added again, and those that
 * it is inherited from
 */
static void
remake(SmObject *column)
{
	uint64 bits = SM_BIT(SM_NOT_NULL) | SM_BIT(SM_NOT_NULL_INHERITED);
	ListCell *lc;

	if (sm_not_null_is_remade(column) || !lasts(column))
		return;
	column->fate = column->peer->fate = SM_ALTER;
	column->changed |= bits;
	column->peer->changed |= bits;
	foreach (lc, givers(column))
		remake(lfirst(lc));
}

/* Leaves the constraint as it is, and says so */
static void
leave(SmDelta *delta, SmObject *column)
{
	uint64 bits = SM_BIT(SM_NOT_NULL) | SM_BIT(SM_NOT_NULL_ONLY_INHERITED);

	for (int i = SM_NOT_NULL; i <= SM_NOT_NULL_ONLY_INHERITED; i++)
		column->peer->attr[i] = column->attr[i];
	column->changed &= ~bits;
	column->peer->changed &= ~bits;
	if (column->changed == 0)
		column->fate = column->peer->fate = SM_KEEP;
	sm_delta_uncompared(delta, column, "the NOT NULL constraint");
}

/*
 * A column, of the new state, is to have the constraint from a parent only that
 * its table gets, and that has it already: it is added again when that is done.
 * Where that cannot be, it becomes the table's own.
 */
static void
mark_joined(SmDelta *delta, SmObject *column)
{
	const SmObject *was = column->peer;
	ListCell *lc;

	if (!sm_table_is_moved(column->parent) ||
		!sm_attr_true(column, SM_NOT_NULL_INHERITED) ||
		(was && sm_attr_true(was, SM_NOT_NULL_INHERITED)))
		return;
	foreach (lc, sm_table_parent_columns(column))
	{
		const SmObject *other = lfirst(lc);

		if (sm_table_keeps_parent(column->parent, other->parent) ||
			other->peer == NULL || !hands_down(other) ||
			!hands_down(other->peer))
			continue;
		if (can_remake(other->peer))
		{
			remake(other->peer);
			continue;
		}
		column->attr[SM_NOT_NULL_INHERITED] = NULL;
		column->attr[SM_NOT_NULL_ONLY_INHERITED] = NULL;
		sm_delta_uncompared(delta, column, "the NOT NULL constraint");
	}
}

/*
 * Marks what cannot be changed while it is inherited, or while others inherit
 * it: the constraints of all ancestors are dropped then, and added again. Where
 * a key needs one of them, nothing can be done.
 */
void
sm_not_null_mark(SmDelta *delta)
{
	SmSnapshot *from = delta->from;

	for (int i = 0; i < from->objects.n; i++)
	{
		SmObject *column = from->objects.item[i];

		if (column->kind != &sm_kind_column || column->fate != SM_ALTER ||
			!lasts(column) || !must_be_remade(column))
			continue;
		if (can_remake(column))
			remake(column);
		else
			leave(delta, column);
	}
	for (int i = 0; i < delta->to->objects.n; i++)
		if (delta->to->objects.item[i]->kind == &sm_kind_column)
			mark_joined(delta, delta->to->objects.item[i]);
	/* what comes back along with that of a parent has still to be validated */
	for (int i = 0; i < from->objects.n; i++)
	{
		SmObject *column = from->objects.item[i];

		if (column->kind == &sm_kind_column && column->fate == SM_KEEP &&
			column->peer && sm_not_null_is_validated_apart(column->peer))
		{
			column->fate = column->peer->fate = SM_ALTER;
			column->changed |= SM_BIT(SM_NOT_NULL);
			column->peer->changed |= SM_BIT(SM_NOT_NULL);
		}
	}
}
