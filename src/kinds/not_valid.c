/*-------------------------------------------------------------------------
 *
 * not_valid.c
 *	  Constraints that are added first and validated later.
 *
 * Before PostgreSQL 18 a foreign key of a partitioned table cannot be NOT VALID.
 * But it is made of those that its partitions have already, without a look at
 * rows, if they are valid: so those are added first, and validated one by one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/not_valid.h"
#include "kinds/table.h"
#include "online.h"

/*
 * Collects the names of the partitions of a table, of the new state, that may
 * have rows.  Returns false if there is one that could not have the constraint
 * beforehand.
 */
static bool
collect_partitions(const SmDelta *delta, const SmObject *table,
				   const char *constraint, List **partitions)
{
	for (int i = 0; i < table->users.n; i++)
	{
		const SmObject *link = table->users.item[i];
		const SmObject *partition = link->parent;

		if (!sm_table_is_linked(table, link) || sm_delta_creates(partition))
			continue;
		if (link->ignored || partition->ignored ||
			!sm_online_table(delta, partition) ||
			sm_table_has_constraint(partition, constraint))
			return false;
		if (!sm_table_is_partitioned(partition))
			*partitions = lappend(*partitions, pstrdup(partition->identity));
		else if (!collect_partitions(delta, partition, constraint, partitions))
			return false;
	}
	return true;
}

/* Is it added to the partitions first? */
static bool
is_made_of_parts(const SmObject *to)
{
	return !SM_CAN_WAIT_PARTITIONED_KEY && sm_constraint_is_foreign_key(to) &&
		   sm_table_is_partitioned(to->parent);
}

/*
 * Can a check or a foreign key, of the new state, be added to a table that
 * others use without a look at its rows?
 */
bool
sm_not_valid_can_add(const SmDelta *delta, const SmObject *to)
{
	List *partitions = NIL;

	return !is_made_of_parts(to) ||
		   collect_partitions(delta, to->parent, to->name, &partitions);
}

static void
validate(SmDelta *delta, const SmObject *to, const char *table)
{
	sm_online_validate(delta, to, SM_PHASE_FINISH, table, to->name);
	sm_delta_hazard(delta, to, SM_PHASE_FINISH,
					"reads the whole table, and fails if it has rows that do not fit");
}

/*
 * Adds the constraint, for rows that come from now on, and has those that were
 * there looked at in the end.  sm_not_valid_can_add() has said that it can.
 */
void
sm_not_valid_add(SmDelta *delta, const SmObject *to)
{
	char *definition = sm_constraint_definition(to);
	const char *table = to->parent->identity;
	List *partitions = NIL;
	ListCell *lc;

	if (!is_made_of_parts(to))
	{
		sm_delta_alter_table(delta, to, SM_PHASE_CREATE, table,
							 "ADD %s NOT VALID", definition);
		validate(delta, to, table);
		return;
	}
	(void) collect_partitions(delta, to->parent, to->name, &partitions);
	foreach (lc, partitions)
		sm_delta_alter_table(delta, to, SM_PHASE_CREATE, lfirst(lc),
							 "ADD %s NOT VALID", definition);
	foreach (lc, partitions)
		validate(delta, to, lfirst(lc));
	sm_delta_alter_table(delta, to, SM_PHASE_FINISH, table, "ADD %s",
						 definition);
	/* it has the triggers of theirs removed that it makes up for */
	sm_delta_locks(delta, to, SM_PHASE_FINISH, AccessExclusiveLock);
}
