/*-------------------------------------------------------------------------
 *
 * online.c
 *	  The form of a change that keeps others from waiting.
 *
 * What reads a whole table is done under a lock that lets others read and
 * write, in a transaction of its own or at top level.  What needs a strong lock
 * is left with nothing to read.
 *
 * An index that replaces another one is built beside it, under a name of its
 * own, so that there is one at any time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/table.h"
#include "online.h"

/*
 * Is the plan one for the online form, and the table, or materialized view, of
 * either state, one that others may be using?
 */
bool
sm_online_table(const SmDelta *delta, const SmObject *table)
{
	return delta->online && table->peer &&
		   table->kind != &sm_kind_foreign_table &&
		   (table->fate == SM_KEEP || table->fate == SM_ALTER);
}

static bool
is_dropped(const SmObject *object)
{
	return object && sm_delta_drops(object);
}

/* Is there an index of the table, of the old state, in the way of a new one? */
static bool
has_namesake(const SmDelta *delta, const SmObject *to)
{
	char *index = quote_qualified_identifier(to->schema, to->name);
	char *constraint =
		psprintf("%s ON %s", quote_identifier(to->name), to->parent->identity);

	return is_dropped(sm_snapshot_find(delta->from, &sm_kind_index, index)) ||
		   is_dropped(
			   sm_snapshot_find(delta->from, &sm_kind_constraint, constraint));
}

/* Do the partitions of a table, of the new state, stay what they are? */
static bool
keeps_partitions(const SmObject *table)
{
	for (int side = 0; side < 2; side++, table = table->peer)
		for (int i = 0; i < table->users.n; i++)
			if (sm_table_is_linked(table, table->users.item[i]) &&
				table->users.item[i]->fate != SM_KEEP)
				return false;
	return true;
}

/* Is what the index needs there before the old one has gone? */
static bool
is_there(const SmObject *needed)
{
	if (needed->fate == SM_CREATE && needed->kind == &sm_kind_column)
	{
		for (int i = 0; i < needed->needs.n; i++)
			if (!is_there(needed->needs.item[i]))
				return false;
		return true;
	}
	if (sm_delta_creates(needed))
		return false;
	return needed->fate != SM_ALTER || needed->kind->disturbs == NULL ||
		   !needed->kind->disturbs(needed->peer, needed, needed->changed);
}

/*
 * Is the index, or the constraint with one, built under another name, because
 * its own is that of one which is to serve until then?  Not if it needs what
 * can be there only when the old one is gone.
 */
bool
sm_online_aside(const SmDelta *delta, const SmObject *to)
{
	if ((to->kind != &sm_kind_index && to->kind != &sm_kind_constraint) ||
		!sm_delta_creates(to) || !sm_online_table(delta, to->parent) ||
		!has_namesake(delta, to) || !keeps_partitions(to->parent))
		return false;
	for (int i = 0; i < to->needs.n; i++)
		if (!is_there(to->needs.item[i]))
			return false;
	/* made of parts, which may have to wait */
	for (int i = 0; i < to->owned.n; i++)
		if (sm_delta_creates(to->owned.item[i]) &&
			has_namesake(delta, to->owned.item[i]) &&
			!sm_online_aside(delta, to->owned.item[i]))
			return false;
	return true;
}

/* The name under which it is built then, not quoted */
char *
sm_online_aside_name(const SmObject *to)
{
	return makeObjectName(to->name, NULL, "schemamig_new");
}

/*
 * Has a constraint that was added NOT VALID checked, in a transaction of its
 * own.
 */
void
sm_online_validate(SmDelta *delta, const SmObject *object, SmPhase phase,
				   const char *table, const char *constraint)
{
	sm_delta_alter_table(delta, object, phase, table, "VALIDATE CONSTRAINT %s",
						 quote_identifier(constraint));
	sm_delta_apart(delta, object, phase);
}

/*
 * Adds a check that is to go again, by sm_online_drop_check(), when a statement
 * has made use of its being true.
 */
void
sm_online_add_check(SmDelta *delta, const SmObject *object, SmPhase phase,
					const char *table, const char *constraint,
					const char *condition)
{
	sm_delta_alter_table(delta, object, phase, table,
						 "ADD CONSTRAINT %s CHECK (%s) NOT VALID",
						 quote_identifier(constraint), condition);
	sm_online_validate(delta, object, phase, table, constraint);
}

/*
 * Takes the check away.  In a statement of its own: as a part of one that is to
 * make use of it, it would be gone before.
 */
void
sm_online_drop_check(SmDelta *delta, const SmObject *object, SmPhase phase,
					 const char *table, const char *constraint)
{
	sm_delta_statement(delta, object, phase,
					   "ALTER TABLE %s DROP CONSTRAINT %s", table,
					   quote_identifier(constraint));
}
