/*-------------------------------------------------------------------------
 *
 * rename_order.c
 *	  The steps in which objects get their new names.
 *
 * A name can be given when nothing else has it any more, so a -> b comes after
 * b -> c.  Where that goes in a circle, one of them has a name of its own for a
 * while.  Each statement names everything as it is called at that point; the
 * one that takes it back does so for the point behind it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "compat.h"
#include "rename_order.h"

#define HAZARD_RENAME                                                          \
	"whatever still uses the old name fails from then on; bodies of functions in quotes are not changed along"

/* Wholes come before their parts, so that these are named by the new name */
static const SmRenameShape in_order[] = {
	SM_SHAPE_SCHEMA, SM_SHAPE_WHOLE, SM_SHAPE_ROUTINE,
	SM_SHAPE_COLUMN, SM_SHAPE_PART,	 SM_SHAPE_LABEL,
};

static bool
must_move(const SmRenamed *renamed)
{
	return renamed->carrier == NULL && renamed->schema &&
		   renamed->parent == NULL &&
		   strcmp(renamed->schema, renamed->new_schema) != 0;
}

static bool
must_rename(const SmRenamed *renamed)
{
	return renamed->leader == NULL &&
		   strcmp(renamed->name, renamed->new_name) != 0;
}

/* The words that stand before its identity in SQL */
static const char *
sql_type(const SmRenamed *renamed)
{
	if (!renamed->is_object && renamed->kind == &sm_kind_sequence)
		return "SEQUENCE";
	return sm_kind_sql_type(renamed->object);
}

static char *
rename_sql(const SmRenameSet *set, const SmRenamed *renamed,
		   const char *new_name)
{
	const SmObject *parent = renamed->parent;
	const char *new = pstrdup(quote_identifier(new_name));
	const char *old = pstrdup(quote_identifier(renamed->name));
	const char *whole =
		parent ? sm_rename_identity(set, parent, SM_TIME_NOW) : NULL;

	if (renamed->shape == SM_SHAPE_COLUMN)
		return psprintf("ALTER %s %s RENAME %s %s TO %s",
						sm_kind_sql_type(parent), whole,
						parent->kind == &sm_kind_composite ? "ATTRIBUTE"
														   : "COLUMN",
						old, new);
	if (renamed->shape == SM_SHAPE_LABEL)
		return psprintf("ALTER TYPE %s RENAME VALUE %s TO %s", whole,
						quote_literal_cstr(renamed->name),
						quote_literal_cstr(new_name));
	if (renamed->shape == SM_SHAPE_PART &&
		renamed->address.classid == ConstraintRelationId)
		return psprintf("ALTER %s %s RENAME CONSTRAINT %s TO %s",
						sm_kind_sql_type(parent), whole, old, new);
	return psprintf("ALTER %s %s RENAME TO %s", sql_type(renamed),
					sm_rename_renamed_identity(set, renamed, SM_TIME_NOW), new);
}

static char *
move_sql(const SmRenameSet *set, const SmRenamed *renamed, const char *schema)
{
	return psprintf("ALTER %s %s SET SCHEMA %s", sql_type(renamed),
					sm_rename_renamed_identity(set, renamed, SM_TIME_NOW),
					quote_identifier(
						sm_rename_schema(set, schema, SM_TIME_NOW)));
}

static SmRenameStep *
make_step(const SmRenameSet *set, const SmRenamed *renamed)
{
	SmRenameStep *step = palloc0_object(SmRenameStep);

	step->kind = renamed->kind;
	step->address = renamed->address;
	step->from = sm_rename_renamed_identity(set, renamed, SM_TIME_NOW);
	if (renamed->shape != SM_SHAPE_PART && renamed->kind != &sm_kind_index)
		step->hazard = HAZARD_RENAME;
	return step;
}

static SmRenameStep *
rename_now(SmRenameSet *set, SmRenamed *renamed, const char *name)
{
	SmRenameStep *step = make_step(set, renamed);
	const char *old = renamed->name;
	ListCell *lc;

	step->new_name = name;
	step->followers = renamed->followers;
	step->upgrade = rename_sql(set, renamed, name);
	sm_rename_set_call(set, renamed, name);
	foreach (lc, set->renamed)
	{
		SmRenamed *follower = lfirst(lc);

		if (follower->leader == renamed)
			sm_rename_set_call(set, follower, name);
	}
	step->to = sm_rename_renamed_identity(set, renamed, SM_TIME_NOW);
	step->downgrade = rename_sql(set, renamed, old);
	return step;
}

static SmRenameStep *
move_now(SmRenameSet *set, SmRenamed *renamed)
{
	SmRenameStep *step = make_step(set, renamed);
	const char *old = renamed->schema;
	ListCell *lc;

	step->new_schema = sm_rename_schema(set, renamed->new_schema, SM_TIME_NOW);
	step->upgrade = move_sql(set, renamed, renamed->new_schema);
	renamed->schema = renamed->new_schema;
	foreach (lc, set->renamed)
	{
		SmRenamed *carried = lfirst(lc);

		if (carried->carrier == renamed)
			carried->schema = renamed->new_schema;
	}
	step->to = sm_rename_renamed_identity(set, renamed, SM_TIME_NOW);
	step->downgrade = move_sql(set, renamed, old);
	return step;
}

/* Can it be moved now, with everything that goes along? */
static bool
can_move(const SmRenameSet *set, const SmRenamed *renamed)
{
	ListCell *lc;

	foreach (lc, set->renamed)
	{
		const SmRenamed *other = lfirst(lc);

		if ((other == renamed || other->carrier == renamed) &&
			sm_rename_set_taken(set, other, renamed->new_schema, other->name,
								SM_TIME_NOW))
			return false;
	}
	return true;
}

/* Can it be called like that now, with everything that is renamed along? */
static bool
can_rename(const SmRenameSet *set, const SmRenamed *renamed, const char *name)
{
	ListCell *lc;

	if (sm_rename_set_taken(set, renamed, renamed->schema, name, SM_TIME_NOW))
		return false;
	foreach (lc, renamed->followers ? set->renamed : NIL)
	{
		const SmRenamed *other = lfirst(lc);

		if (other->leader == renamed &&
			sm_rename_set_taken(set, other, other->schema, name, SM_TIME_NOW))
			return false;
	}
	return true;
}

/* Appends the steps that something can do now */
static List *
advance(List *steps, SmRenameSet *set, SmRenamed *renamed)
{
	bool moved = false;

	CHECK_FOR_INTERRUPTS();
	if (must_move(renamed) && can_move(set, renamed))
	{
		steps = lappend(steps, move_now(set, renamed));
		moved = true;
	}
	if (must_rename(renamed) && can_rename(set, renamed, renamed->new_name))
		steps = lappend(steps, rename_now(set, renamed, renamed->new_name));
	/* its name may be free in the other schema only when it is the new one */
	if (!moved && must_move(renamed) && can_move(set, renamed))
		steps = lappend(steps, move_now(set, renamed));
	return steps;
}

/*
 * Gives a name of its own to the first one that waits; NULL if none does.  If
 * that does not help, its new name does not come free.
 */
static SmRenameStep *
step_aside(SmRenameSet *set)
{
	const SmRenamed *stuck = NULL;
	ListCell *lc;

	foreach (lc, set->renamed)
	{
		SmRenamed *renamed = lfirst(lc);

		if (renamed->leader || (!must_move(renamed) && !must_rename(renamed)))
			continue;
		if (!renamed->aside)
		{
			renamed->aside = true;
			return rename_now(set, renamed, sm_rename_set_free_name(set));
		}
		stuck = renamed;
	}
	if (stuck)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s %s cannot be renamed to %s", stuck->kind->name,
						stuck->object->identity,
						sm_rename_renamed_identity(set, stuck, SM_TIME_END)),
				 errdetail("Something else has the new name.")));
	return NULL;
}

/*
 * The steps by which everything in the set comes to its new name, a list of
 * SmRenameStep in the order in which they can be done.
 */
List *
sm_rename_order(SmRenameSet *set)
{
	List *steps = NIL;

	for (;;)
	{
		int done = list_length(steps);
		SmRenameStep *aside;

		for (int i = 0; i < (int) lengthof(in_order); i++)
		{
			ListCell *lc;

			foreach (lc, set->renamed)
			{
				SmRenamed *renamed = lfirst(lc);

				if (renamed->shape == in_order[i])
					steps = advance(steps, set, renamed);
			}
		}
		if (list_length(steps) > done)
			continue;
		aside = step_aside(set);
		if (aside == NULL)
			return steps;
		steps = lappend(steps, aside);
	}
}
