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
 * takes it, and goes behind it.
 */
void
sm_descent_order_check(const SmObject *check)
{
	const SmObject *table = check->parent;
	bool stays = !sm_delta_creates(table) && !sm_delta_drops(table);

	for (int i = 0; stays && i < table->needs.n; i++)
	{
		const SmObject *parent = table->needs.item[i];

		for (int j = 0; sm_kind_is_table(parent) && j < parent->children.n; j++)
		{
			const SmObject *other = parent->children.item[j];

			if (other == check || other->kind != check->kind ||
				strcmp(other->name, check->name) != 0)
				continue;
			sm_delta_precede(other->action[SM_PHASE_DROP],
							 check->action[SM_PHASE_DROP]);
			sm_delta_precede(check->action[SM_PHASE_CREATE],
							 other->action[SM_PHASE_CREATE]);
		}
	}
}

/* What a column has by itself goes behind what it has from a parent */
void
sm_descent_order_old(const SmObject *column)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(column))
	{
		const SmObject *inherited = lfirst(lc);

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
