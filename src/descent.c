/*-------------------------------------------------------------------------
 *
 * descent.c
 *	  The order of what is done about columns and checks that tables inherit.
 *
 * A statement for a table changes those that inherit from it as well.  So what
 * these have by themselves has its place before that statement or behind it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "descent.h"
#include "kinds.h"
#include "kinds/notnull.h"
#include "kinds/table.h"

/*
 * A check that a table has by itself is there before that of a parent, which
 * takes it, and goes behind it.  One that is no longer the table's own goes
 * before it comes from the parent.
 */
void
sm_descent_order_check(const SmObject *check)
{
	const SmObject *table = check->parent;
	const SmObject *peer = check->peer;
	ListCell *lc;

	if (sm_delta_creates(table) || sm_delta_drops(table))
		return;
	foreach (lc, sm_table_parent_columns(check))
	{
		const SmObject *other = lfirst(lc);

		sm_delta_precede(other->action[SM_PHASE_DROP],
						 check->action[SM_PHASE_DROP]);
		if (peer && !sm_constraint_is_only_inherited(peer))
		{
			sm_delta_precede(peer->action[SM_PHASE_ALTER],
							 other->action[SM_PHASE_DROP]);
			sm_delta_precede(other->action[SM_PHASE_DROP],
							 peer->action[SM_PHASE_CREATE]);
		}
		if (!sm_constraint_is_only_inherited(check))
			sm_delta_precede(check->action[SM_PHASE_CREATE],
							 other->action[SM_PHASE_CREATE]);
		else if (peer)
			sm_delta_precede(peer->action[SM_PHASE_DROP],
							 other->action[SM_PHASE_CREATE]);
	}
}

/*
 * Does the table, of the new state, get a parent that it has not had?  It does
 * not need that before it joins it.
 */
bool
sm_descent_joins(const SmObject *table, const SmObject *parent)
{
	return sm_kind_is_table(parent) && parent != table &&
		   sm_table_is_moved(table) && !sm_table_keeps_parent(table, parent);
}

/* What a column has by itself goes behind what it has from a parent */
void
sm_descent_order_old(const SmObject *column)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(column))
	{
		const SmObject *inherited = lfirst(lc);

		if (sm_table_has_left(column->parent, inherited->parent))
			continue;
		if (sm_delta_drops(column->parent))
			sm_delta_precede(column->action[SM_PHASE_DROP],
							 inherited->action[SM_PHASE_DROP]);
		else
			sm_delta_precede(inherited->action[SM_PHASE_DROP],
							 column->action[SM_PHASE_DROP]);
		sm_delta_precede(inherited->action[SM_PHASE_DROP],
						 column->peer ? column->peer->action[SM_PHASE_ALTER]
									  : NULL);
	}
	sm_not_null_order_old(column);
}

/*
 * A column is as that of the parent is when it comes from there.  One that the
 * table has by itself is there before the parent's is added, which takes it as
 * it is.
 */
void
sm_descent_order_new(const SmObject *column)
{
	SmAction *create = column->action[SM_PHASE_CREATE];
	bool merges = !sm_column_comes_from_parent(column) &&
				  !sm_delta_creates(column->parent);
	ListCell *lc;

	foreach (lc,
			 sm_delta_creates(column) ? sm_table_parent_columns(column) : NIL)
	{
		const SmObject *inherited = lfirst(lc);

		if (merges)
		{
			sm_delta_precede(create, inherited->action[SM_PHASE_CREATE]);
			continue;
		}
		sm_delta_precede(inherited->action[SM_PHASE_CREATE], create);
		sm_delta_precede(inherited->action[SM_PHASE_ALTER], create);
		sm_delta_precede(inherited->action[SM_PHASE_DRESS], create);
		sm_delta_precede(inherited->action[SM_PHASE_CREATE],
						 column->action[SM_PHASE_DRESS]);
	}
	sm_not_null_order(column);
	sm_delta_precede(create, column->action[SM_PHASE_ALTER]);
}

/* What changes in a column may be done by the statement for its parent's */
void
sm_descent_follow(const SmObject *column, SmAction *action)
{
	ListCell *lc;

	if (action == NULL || column->kind != &sm_kind_column ||
		column->fate != SM_ALTER)
		return;
	foreach (lc, sm_table_parent_columns(column))
	{
		sm_delta_precede(((const SmObject *) lfirst(lc))->action[SM_PHASE_ALTER],
						 action);
		sm_descent_follow(lfirst(lc), action);
	}
}

/*
 * A primary key, of the old state, is dropped before its columns, or those that
 * they are inherited from, lose NOT NULL
 */
void
sm_descent_precede(SmAction *drop, const SmObject *column)
{
	ListCell *lc;

	if (drop == NULL || column->kind != &sm_kind_column)
		return;
	sm_delta_precede(drop, column->action[SM_PHASE_DROP]);
	if (column->peer && sm_attr(column->peer, SM_NOT_NULL) == NULL)
		sm_delta_precede(drop, column->peer->action[SM_PHASE_ALTER]);
	foreach (lc, sm_table_parent_columns(column))
		sm_descent_precede(drop, lfirst(lc));
}

/* ------------------------------------------------------------------------
 * Tables that get other parents
 * ------------------------------------------------------------------------ */

static bool
is_inheritable(const SmObject *part)
{
	return part->kind == &sm_kind_column || sm_constraint_is_check(part);
}

/* Is the part dumped with a parent only? */
static bool
is_only_inherited(const SmObject *part)
{
	return part->kind == &sm_kind_column
			   ? sm_column_is_only_inherited(part)
			   : sm_constraint_is_only_inherited(part);
}

/* The part of the table that is the same as one of another table, or NULL */
static SmObject *
find_part(const SmObject *table, const SmObject *part)
{
	for (int i = 0; i < table->children.n; i++)
	{
		SmObject *other = table->children.item[i];

		if (other->kind == part->kind && strcmp(other->name, part->name) == 0)
			return other;
	}
	return NULL;
}

/*
 * Is the part of a parent, of the new state, to come to the table by way of it,
 * which has only joined it?
 */
static bool
comes_by(const SmObject *table, const SmObject *part)
{
	SmObject *own = find_part(table, part);

	if (own == NULL || !is_inheritable(part) || !is_only_inherited(own))
		return false;
	return own->peer == NULL || sm_delta_creates(own) ||
		   !is_only_inherited(own->peer);
}

/* A new parent gets what its children are to get from it when they have joined */
static void
split_parent(const SmObject *table, SmObject *parent)
{
	bool any = false;

	for (int i = 0; i < parent->children.n; i++)
		any = any || comes_by(table, parent->children.item[i]);
	for (int i = 0; any && i < parent->children.n; i++)
		if (parent->children.item[i]->kind == &sm_kind_column ||
			parent->children.item[i]->kind == &sm_kind_constraint)
			parent->children.item[i]->split = true;
}

/* Would the column, of the new state, be the table's own although it is not? */
static bool
becomes_own(const SmObject *column)
{
	const SmObject *was = column->peer;

	if (was == NULL)
		return !sm_column_comes_from_parent(column);
	if (!sm_column_is_only_inherited(was))
		return true;
	return sm_table_is_moved(column->parent) && !sm_table_keeps_source(was) &&
		   sm_table_leaves_in(column->parent) == SM_PHASE_ALTER;
}

/* The server has no statement that says whose a column is */
static void
check_columns(SmDelta *delta)
{
	for (int i = 0; i < delta->to->objects.n; i++)
	{
		const SmObject *column = delta->to->objects.item[i];

		if (column->kind != &sm_kind_column || column->parent->peer == NULL ||
			sm_delta_creates(column->parent) || column->ignored)
			continue;
		if (sm_column_is_only_inherited(column)
				? becomes_own(column)
				: column->peer && sm_column_is_only_inherited(column->peer) &&
					  sm_table_keeps_source(column->peer))
			sm_delta_uncompared(delta, column, "the table's own definition");
	}
}

/*
 * Marks what is created by a statement of its own because a table is put below
 * that which it belongs to.  What is there already, and is to come to the table
 * from its parent only, is dropped before, if that loses nothing: returns such
 * checks, of the old state.
 */
List *
sm_descent_mark(SmDelta *delta)
{
	List *checks = NIL;

	for (int i = 0; i < delta->to->objects.n; i++)
	{
		const SmObject *table = delta->to->objects.item[i];

		for (int j = 0; sm_table_is_moved(table) && j < table->needs.n; j++)
		{
			SmObject *parent = table->needs.item[j];

			if (!sm_descent_joins(table, parent))
				continue;
			if (sm_delta_creates(parent))
				split_parent(table, parent);
			for (int k = 0; k < parent->children.n; k++)
			{
				SmObject *part = parent->children.item[k];

				if (part->peer && sm_constraint_is_check(part) &&
					comes_by(table, part))
					checks = lappend(checks, part->peer);
			}
		}
	}
	for (int i = 0; i < delta->from->objects.n; i++)
	{
		SmObject *check = delta->from->objects.item[i];

		if (sm_constraint_is_check(check) && check->peer &&
			check->fate == SM_REPLACE && !is_only_inherited(check) &&
			is_only_inherited(check->peer))
			checks = list_concat(checks, sm_table_parent_columns(check));
	}
	check_columns(delta);
	return checks;
}

/* Must the table leave a parent before the part, of the old state, changes? */
static bool
changes_behind(const SmObject *part, const SmObject *to)
{
	if (part->peer == NULL)
		return false;
	if (part->kind == &sm_kind_column && sm_attr(part, SM_NOT_NULL) &&
		sm_attr(part->peer, SM_NOT_NULL) == NULL)
		return true;
	return sm_table_leaves_in(to) == SM_PHASE_ALTER &&
		   is_only_inherited(part) && !sm_table_keeps_source(part);
}

/* What is dropped from ancestors goes first, and may take the part along */
static void
order_behind_ancestors(const SmObject *part, SmAction *drop)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(part))
	{
		const SmObject *other = lfirst(lc);
		ListCell *lc2;

		foreach (lc2, sm_table_parent_columns(other))
			sm_delta_precede(((const SmObject *) lfirst(lc2))
								 ->action[SM_PHASE_DROP],
							 drop);
		order_behind_ancestors(other, drop);
	}
}

/*
 * What a table has got from a parent that it leaves, goes or changes behind
 * that, and all else before it joins another one.
 */
static void
order_parts(const SmObject *to, SmAction *leave, SmAction *join)
{
	const SmObject *from = to->peer;

	for (int i = 0; i < from->children.n; i++)
	{
		const SmObject *part = from->children.item[i];
		SmAction *drop = part->action[SM_PHASE_DROP];

		if (!is_inheritable(part))
			continue;
		if (is_only_inherited(part) && !sm_table_keeps_source(part))
		{
			sm_delta_precede(leave, drop);
			order_behind_ancestors(part, drop);
		}
		else
			sm_delta_precede(drop, join);
		if (changes_behind(part, to))
			sm_delta_precede(leave, part->peer->action[SM_PHASE_ALTER]);
	}
	for (int i = 0; i < to->children.n; i++)
	{
		const SmObject *part = to->children.item[i];
		bool behind = part->peer && changes_behind(part->peer, to) &&
					  sm_table_leaves_in(to) == SM_PHASE_FINISH;

		if (!is_inheritable(part) ||
			(part->kind == &sm_kind_column && sm_delta_creates(part) &&
			 sm_column_comes_from_parent(part)))
			continue;
		sm_delta_precede(part->action[SM_PHASE_CREATE], join);
		if (!behind)
			sm_delta_precede(part->action[SM_PHASE_ALTER], join);
	}
}

/*
 * What changes in a parent, or above it, is not for a table that leaves it.  If
 * it leaves last, what is above may be above the next parent as well.
 */
static void
order_left(const SmObject *to, const SmObject *parent, SmAction *leave,
		   bool first)
{
	/* what it goes on to inherit from */
	if (parent->peer && sm_table_descends(to, parent->peer))
		return;
	for (int i = 0; first && i < parent->needs.n; i++)
		if (sm_kind_is_table(parent->needs.item[i]))
			order_left(to, parent->needs.item[i], leave, first);
	sm_delta_precede(leave, parent->action[SM_PHASE_DROP]);
	for (int i = 0; i < parent->children.n; i++)
		if (is_inheritable(parent->children.item[i]))
			sm_delta_precede(leave,
							 parent->children.item[i]->action[SM_PHASE_DROP]);
	parent = parent->peer;
	for (int i = 0; parent && i < parent->children.n; i++)
	{
		const SmObject *part = parent->children.item[i];

		if (!is_inheritable(part))
			continue;
		sm_delta_precede(leave, part->action[SM_PHASE_ALTER]);
		sm_delta_precede(leave, part->action[SM_PHASE_CREATE]);
	}
}

/* Has the table what a parent, of the old state, loses, when it joins that? */
static bool
still_has(const SmObject *table, const SmObject *part)
{
	const SmObject *own = find_part(table->peer, part);

	return own && is_only_inherited(own) &&
		   sm_table_leaves_in(table) == SM_PHASE_FINISH;
}

/* What a parent gets comes to those that have joined it, if it is to */
static void
order_joined(const SmObject *table, const SmObject *parent, SmAction *join)
{
	sm_delta_precede(parent->action[SM_PHASE_CREATE], join);
	sm_delta_precede(parent->action[SM_TABLE_JOINS_IN], join);
	if (sm_table_is_moved(parent))
		sm_delta_precede(parent->action[sm_table_leaves_in(parent)], join);
	for (int i = 0; i < parent->children.n; i++)
	{
		const SmObject *part = parent->children.item[i];
		SmAction *create = part->action[SM_PHASE_CREATE];
		SmAction *alter = part->action[SM_PHASE_ALTER];

		if (!is_inheritable(part) || create == parent->action[SM_PHASE_CREATE])
			create = NULL;
		if (comes_by(table, part))
			sm_delta_precede(join, create);
		else
			sm_delta_precede(create, join);
		if (part->kind != &sm_kind_column)
			continue;
		if (sm_not_null_comes_by(find_part(table, part), part))
			sm_delta_precede(join, alter);
		else
			sm_delta_precede(alter, join);
	}
	parent = parent->peer;
	for (int i = 0; parent && i < parent->children.n; i++)
		if (is_inheritable(parent->children.item[i]) &&
			!still_has(table, parent->children.item[i]))
			sm_delta_precede(parent->children.item[i]->action[SM_PHASE_DROP],
							 join);
}

/* Columns of a new table that it gets one by one come in their order */
static void
order_split(const SmObject *table)
{
	const SmObject *last = NULL;

	for (int i = 0; i < table->children.n; i++)
	{
		const SmObject *column = table->children.item[i];

		if (column->kind != &sm_kind_column || !column->split ||
			sm_delta_is_inline(column))
			continue;
		if (last)
			sm_delta_prefer(last->action[SM_PHASE_CREATE],
							column->action[SM_PHASE_CREATE]);
		last = column;
	}
}

/* A table, of the new state, leaves parents and joins others */
void
sm_descent_order_table(const SmObject *to)
{
	const SmObject *from = to->peer;
	SmAction *leave;
	SmAction *join;

	if (sm_kind_is_table(to) && sm_delta_creates(to))
		order_split(to);
	if (!sm_table_is_moved(to))
		return;
	leave = to->action[sm_table_leaves_in(to)];
	join = to->action[SM_TABLE_JOINS_IN];
	order_parts(to, leave, join);
	for (int i = 0; i < from->needs.n; i++)
		if (sm_kind_is_table(from->needs.item[i]) &&
			!sm_table_keeps_parent(from, from->needs.item[i]))
			order_left(to, from->needs.item[i], leave,
					   sm_table_leaves_in(to) == SM_PHASE_ALTER);
	for (int i = 0; i < to->needs.n; i++)
		if (sm_descent_joins(to, to->needs.item[i]))
			order_joined(to, to->needs.item[i], join);
	if (sm_table_leaves_in(to) == SM_PHASE_ALTER)
		sm_delta_precede(leave, join);
	else
		sm_delta_precede(join, leave);
}
