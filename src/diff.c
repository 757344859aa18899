/*-------------------------------------------------------------------------
 *
 * diff.c
 *	  What differs between two states, and what has to be done about it.
 *
 * Objects of both states that have the same kind and identity are the same.
 * Each one gets a fate: first by what differs in itself, then because of its
 * parent, then because of what it needs: what is dropped, or changed in a way
 * that the server refuses while others use it, takes its users along, and these
 * theirs.  Only then are the statements made.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "acl.h"
#include "compat.h"
#include "descent.h"
#include "diff.h"
#include "dress.h"
#include "kinds.h"
#include "kinds/table.h"
#include "order.h"

typedef struct Diff
{
	SmDelta *delta;
	const SmFilter *filter;
	SmObjects queue; /* of the old state: whose users are to be looked at */
} Diff;

static void
forget_plan(SmSnapshot *snapshot)
{
	for (int i = 0; i < snapshot->objects.n; i++)
	{
		SmObject *object = snapshot->objects.item[i];

		object->peer = NULL;
		object->fate = SM_KEEP;
		object->rebuilt = false;
		object->cause = NULL;
		object->swapped = false;
		object->split = false;
		object->namesake = NULL;
		object->ignored = false;
		object->changed = 0;
		memset(object->action, 0, sizeof(object->action));
	}
}

/* ------------------------------------------------------------------------
 * Fates
 * ------------------------------------------------------------------------ */

/* The bits of attributes that belong to the kind */
static uint64
kind_bits(uint64 changed)
{
	return changed & ~(SM_BIT(SM_FIRST_ATTR) - 1);
}

static SmFate
fate_by_itself(const SmObject *from, const SmObject *to, uint64 changed)
{
	const SmKind *kind = from->kind;
	uint64 own = kind_bits(changed);

	if (changed == 0)
		return SM_KEEP;
	if (own == 0)
		return SM_ALTER;
	if (kind->fate)
		return kind->fate(from, to, own);
	return kind->alter ? SM_ALTER : SM_REPLACE;
}

/* Notes which types are replaced while columns use them */
static void
swap(SmObject *from)
{
	if (from->fate != SM_REPLACE || from->kind->can_swap == NULL ||
		!from->kind->can_swap(from, from->peer))
		return;
	from->swapped = from->peer->swapped = true;
	/* and what it consists of */
	for (int i = 0; i < from->children.n; i++)
	{
		SmObject *child = from->children.item[i];

		child->swapped = true;
		if (child->peer)
			child->peer->swapped = true;
	}
}

/*
 * A sequence of no table, whose name that of an identity gets, or had, is the
 * same one for whoever uses it: it hands over the place where it stands.
 * column has no identity, and its peer has one.
 */
static void
find_namesake(SmSnapshot *snapshot, SmObject *column)
{
	SmObject *sequence = sm_snapshot_find(snapshot, &sm_kind_sequence,
										  sm_column_sequence(column->peer));

	if (sequence == NULL || sequence->owners.n > 0 || column->owned.n > 0)
		return;
	sequence->namesake = column;
	column->namesake = sequence;
}

static void
find_namesakes(SmSnapshot *from, SmSnapshot *to)
{
	for (int i = 0; i < from->objects.n; i++)
	{
		SmObject *a = from->objects.item[i];

		if (a->kind != &sm_kind_column || a->fate != SM_ALTER)
			continue;
		if (!sm_column_sequence(a) && sm_column_sequence(a->peer))
			find_namesake(from, a);
		if (sm_column_sequence(a) && !sm_column_sequence(a->peer))
			find_namesake(to, a->peer);
	}
}

/* Finds the same objects in both states, and what differs in themselves */
static void
match(Diff *diff)
{
	SmSnapshot *from = diff->delta->from;
	SmSnapshot *to = diff->delta->to;

	for (int i = 0; i < to->objects.n; i++)
	{
		SmObject *object = to->objects.item[i];

		object->ignored = sm_filter_ignores(diff->filter, object);
		object->fate = object->ignored ? SM_KEEP : SM_CREATE;
	}
	for (int i = 0; i < from->objects.n; i++)
	{
		SmObject *a = from->objects.item[i];
		SmObject *b = sm_snapshot_find(to, a->kind, a->identity);

		CHECK_FOR_INTERRUPTS();
		/* an index of one table is none of another, and a part of a table none
		 * of the view that takes its place */
		if (b && a->parent && b->parent &&
			(a->parent->kind != b->parent->kind ||
			 (a->kind == &sm_kind_index &&
			  strcmp(a->parent->identity, b->parent->identity) != 0)))
			b = NULL;
		a->ignored = sm_filter_ignores(diff->filter, a);
		a->fate = a->ignored ? SM_KEEP : SM_DROP;
		if (b == NULL)
			continue;
		a->peer = b;
		b->peer = a;
		if (!a->ignored)
		{
			b->changed = a->changed =
				sm_object_compare(a, b) & sm_filter_attributes(diff->filter, a);
			b->fate = a->fate = fate_by_itself(a, b, a->changed);
			swap(a);
		}
	}
	find_namesakes(from, to);
}

/* The object is created anew, for the sake of another one */
static void
rebuild(Diff *diff, SmObject *from, const SmObject *cause)
{
	from->fate = from->peer ? SM_REPLACE : SM_DROP;
	from->rebuilt = true;
	from->cause = cause;
	if (from->peer)
	{
		from->peer->fate = SM_REPLACE;
		from->peer->rebuilt = true;
		from->peer->cause = cause;
		swap(from);
	}
	sm_objects_add(&diff->queue, from);
}

static const char *
describe(const SmObject *object)
{
	return psprintf("%s %s", object->kind->name, object->identity);
}

/*
 * The values of a column are converted to a type that replaces another one, or
 * it gets the collation that does.
 */
static void
convert(Diff *diff, SmObject *user, const SmObject *cause)
{
	int attribute = cause->kind == &sm_kind_collation
						? user->kind->collation_attribute
						: user->kind->type_attribute;

	user->fate = user->peer->fate = SM_ALTER;
	user->cause = user->peer->cause = cause;
	user->changed |= SM_BIT(attribute);
	user->peer->changed |= SM_BIT(attribute);
	sm_objects_add(&diff->queue, user);
}

/* Can its values be had again, although it is of a kind that holds data? */
static bool
is_computed(const SmObject *object)
{
	return object->kind->is_derived && object->kind->is_derived(object);
}

/* What is computed takes another collation, but no conversion of its values */
static bool
can_convert(const SmObject *user, const SmObject *needed)
{
	return !is_computed(user) || needed->kind == &sm_kind_collation;
}

/*
 * Does the object need a routine of the name of another one?  As long as that
 * is there, calls may find it instead.
 */
static bool
needs_namesake(const SmObject *object, const SmObject *routine)
{
	if (!(routine->kind->flags & SM_KIND_ROUTINE))
		return false;
	for (int i = 0; i < object->needs.n; i++)
	{
		const SmObject *needed = object->needs.item[i];

		if ((needed->kind->flags & SM_KIND_ROUTINE) &&
			sm_text_same(needed->schema, routine->schema) &&
			sm_text_same(needed->name, routine->name))
			return true;
	}
	return false;
}

/*
 * A user of something that goes away.  It can stay if it is changed in place
 * such that it does not need that any more, before it goes.
 */
static void
needed_is_dropped(Diff *diff, SmObject *user, const SmObject *needed)
{
	bool still_needed = user->peer && needed->peer &&
						sm_objects_contain(&user->peer->needs, needed->peer);

	if (sm_delta_drops(user))
		return;
	if (user->fate == SM_ALTER && !still_needed &&
		!needs_namesake(user->peer, needed))
		return;
	if (user->parent == needed ||
		((user->kind->flags & SM_KIND_REBUILDABLE) && !user->ignored))
		rebuild(diff, user, needed);
	else if (still_needed && needed->swapped && user->kind->type_attribute &&
			 can_convert(user, needed))
		convert(diff, user, needed);
	else if (is_computed(user) && !user->ignored)
		rebuild(diff, user, needed);
	else if (still_needed)
		sm_delta_refuse(diff->delta, needed, false,
						"it would have to be dropped and created again, and %s uses it",
						describe(user));
}

/*
 * Does what is dropped take the object along?  A sequence can be freed before,
 * an index of a partition cannot.
 */
static bool
still_owned(const SmObject *owned, const SmObject *owner)
{
	if (owned->kind != &sm_kind_sequence)
		return true;
	return owned->peer && owner->peer &&
		   sm_objects_contain(&owned->peer->owners, owner->peer);
}

/* Does the index that another one, of the new state, is a part of stay? */
static bool
loses_part(const SmObject *part)
{
	return part->fate == SM_REPLACE && part->peer->owners.n > 0 &&
		   !sm_delta_drops(part->peer->owners.item[0]);
}

/*
 * An index of a partition goes with that of the partitioned table only.  And
 * partitions that are attached get one of each index of that table, also of
 * those that they are not to have: so these are created afterwards.
 */
static void
rebuild_whole_indexes(Diff *diff)
{
	SmSnapshot *to = diff->delta->to;

	for (int i = 0; i < to->objects.n; i++)
	{
		SmObject *b = to->objects.item[i];
		SmObject *whole = b->peer;

		if (b->kind != &sm_kind_index || whole == NULL || b->ignored ||
			!(loses_part(b) ||
			  (sm_index_is_partial(b) && sm_index_meets_partition(b))))
			continue;
		while (whole->owners.n > 0)
			whole = whole->owners.item[0];
		if (!sm_delta_drops(whole))
			rebuild(diff, whole, b->parent);
	}
}

/* What a partition has from its parent may ask for a detached one to change */
static void
rebuild_links(Diff *diff)
{
	SmSnapshot *from = diff->delta->from;

	for (int i = 0; i < from->objects.n; i++)
	{
		SmObject *a = from->objects.item[i];

		if (a->kind == &sm_kind_partition && a->fate == SM_KEEP && a->peer &&
			!a->ignored && sm_partition_must_leave(a))
			rebuild(diff, a, a->parent);
	}
}

/* A check goes with those that it is inherited from */
static void
rebuild_check(Diff *diff, SmObject *check)
{
	ListCell *lc;

	if (sm_delta_drops(check) || check->ignored)
		return;
	rebuild(diff, check, check->parent);
	foreach (lc, sm_table_parent_columns(check))
		rebuild_check(diff, lfirst(lc));
}

/* Checks that come to children anew, which are to have none of their own */
static void
rebuild_checks(Diff *diff)
{
	ListCell *lc;

	foreach (lc, sm_descent_mark(diff->delta))
		rebuild_check(diff, lfirst(lc));
}

/* What is dropped, or changed in a way that disturbs, takes its users along */
static void
spread(Diff *diff)
{
	SmSnapshot *from = diff->delta->from;

	for (int i = 0; i < from->objects.n; i++)
	{
		SmObject *a = from->objects.item[i];

		if (sm_delta_drops(a) ||
			(a->fate == SM_ALTER && a->kind->disturbs &&
			 kind_bits(a->changed) != 0 &&
			 a->kind->disturbs(a, a->peer, kind_bits(a->changed))))
			sm_objects_add(&diff->queue, a);
	}
	for (int i = 0; i < diff->queue.n; i++)
	{
		SmObject *needed = diff->queue.item[i];

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < needed->users.n; j++)
		{
			SmObject *user = needed->users.item[j];

			if (sm_delta_drops(needed))
				needed_is_dropped(diff, user, needed);
			else if (!sm_delta_drops(user) && user->kind->is_disturbed &&
					 user->kind->is_disturbed(user, needed))
				rebuild(diff, user, needed);
		}
		for (int j = 0; sm_delta_drops(needed) && j < needed->owned.n; j++)
		{
			SmObject *owned = needed->owned.item[j];

			if (!sm_delta_drops(owned) && still_owned(owned, needed))
				rebuild(diff, owned, needed);
		}
	}
}

/* Data must not get lost without the caller's word */
static void
protect_data(Diff *diff)
{
	SmSnapshot *from = diff->delta->from;

	for (int i = 0; i < from->objects.n; i++)
	{
		SmObject *a = from->objects.item[i];

		if (a->fate != SM_REPLACE || !(a->kind->flags & SM_KIND_HOLDS_DATA) ||
			(a->kind->is_derived && a->kind->is_derived(a)) ||
			(a->parent && a->parent->fate == SM_REPLACE))
			continue;
		sm_delta_refuse(diff->delta, a, true,
						"it would have to be dropped and created again, which loses its data");
	}
}

/* ------------------------------------------------------------------------
 * Statements
 * ------------------------------------------------------------------------ */

static void
plan_drop(SmDelta *delta, SmObject *object)
{
	SmObject *with = NULL;

	if (object->action[SM_PHASE_DROP])
		return;
	if (object->parent && sm_delta_drops(object->parent) && !object->split)
		with = object->parent;
	for (int i = 0; with == NULL && i < object->owners.n; i++)
		if (sm_delta_drops(object->owners.item[i]))
			with = object->owners.item[i];
	if (with)
	{
		plan_drop(delta, with);
		object->action[SM_PHASE_DROP] = with->action[SM_PHASE_DROP];
	}
	else
		object->kind->drop(delta, object);
}

static void
plan_create(SmDelta *delta, SmObject *object)
{
	if (sm_delta_is_inline(object))
	{
		object->action[SM_PHASE_CREATE] =
			object->parent->action[SM_PHASE_CREATE];
		if (object->kind->created_inline)
			object->kind->created_inline(delta, object, SM_PHASE_DRESS);
	}
	else
		object->kind->create(delta, object);
	/* it comes with the statement that changes its parent */
	if (object->action[SM_PHASE_CREATE] == NULL && object->parent &&
		!sm_table_is_moved(object->parent))
		object->action[SM_PHASE_CREATE] =
			object->parent
				->action[sm_delta_creates(object->parent) ? SM_PHASE_CREATE
														  : SM_PHASE_ALTER];
}

static void
make_statements(SmDelta *delta)
{
	for (int i = 0; i < delta->from->objects.n; i++)
	{
		SmObject *a = delta->from->objects.item[i];

		if (sm_delta_drops(a))
			plan_drop(delta, a);
	}
	for (int i = 0; i < delta->to->objects.n; i++)
	{
		SmObject *b = delta->to->objects.item[i];
		uint64 own = kind_bits(b->changed);

		if (sm_delta_creates(b))
			plan_create(delta, b);
		else if (b->fate == SM_ALTER && own != 0 && b->kind->alter)
			b->kind->alter(delta, b->peer, b, own);
		/* privileges of a column depend on those of its table */
		if (!b->ignored && b->fate != SM_DROP)
			sm_dress(delta, b->peer, b);
	}
}

/* Takes back what make_statements() has done */
static void
forget_statements(SmDelta *delta)
{
	SmSnapshot *sides[2] = { delta->from, delta->to };

	delta->actions = NIL;
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < sides[side]->objects.n; i++)
			memset(sides[side]->objects.item[i]->action, 0,
				   sizeof(sides[side]->objects.item[i]->action));
}

/*
 * Makes the plan that leads from one state to the other, in order, in the
 * current memory context.  What cannot be done is among its refusals; then its
 * statements are not complete.  The plan points into the snapshots, and a
 * snapshot can be part of one plan at a time.
 */
SmDelta *
sm_diff(SmSnapshot *from, SmSnapshot *to, const SmDiffOptions *options)
{
	SmDelta *delta = palloc0_object(SmDelta);
	Diff diff;
	List *refusals;

	memset(&diff, 0, sizeof(diff));
	diff.delta = delta;
	diff.filter = &options->filter;
	delta->from = from;
	delta->to = to;
	delta->allow_data_loss = options->allow_data_loss;
	delta->online = options->online;
	delta->default_privileges =
		sm_acl_at_creation_in(options->default_privileges, from);
	forget_plan(from);
	forget_plan(to);
	match(&diff);
	rebuild_whole_indexes(&diff);
	rebuild_links(&diff);
	rebuild_checks(&diff);
	sm_not_null_mark(delta);
	spread(&diff);
	if (!options->allow_data_loss)
		protect_data(&diff);
	refusals = list_copy(delta->refusals);
	make_statements(delta);
	while (!sm_order(delta))
	{
		/* sm_order() has split what stands in a cycle */
		delta->refusals = list_copy(refusals);
		forget_statements(delta);
		make_statements(delta);
	}
	return delta;
}
