/*-------------------------------------------------------------------------
 *
 * edges.c
 *	  Which actions of a plan must come before which others.
 *
 * One graph of actions for both states.  What must come before what:
 *
 * - what an object needs is created, or changed, before the object;
 * - what needs an object is dropped, or changed such that it does not need it
 *   any more, before the object is dropped;
 * - what must be away while an object is changed is dropped before that, and
 *   created after it;
 * - what has a name is dropped before something else gets that name
 *   (namesakes.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "descent.h"
#include "edges.h"
#include "kinds.h"
#include "kinds/inherited_key.h"
#include "kinds/table.h"
#include "namesakes.h"
#include "online.h"

/* ------------------------------------------------------------------------
 * What must come before what
 * ------------------------------------------------------------------------ */

static SmAction *
action_of(const SmObject *object, SmPhase phase)
{
	return object ? object->action[phase] : NULL;
}

/* Is the object, of the new state, built while the old one is still there? */
static bool
is_aside(const SmDelta *delta, const SmObject *object)
{
	return object && object->action[SM_PHASE_PREPARE] &&
		   sm_online_aside(delta, object);
}

/* What builds the index */
static SmAction *
build_action(const SmDelta *delta, const SmObject *index)
{
	return index
		->action[is_aside(delta, index) ? SM_PHASE_PREPARE : SM_PHASE_CREATE];
}

static bool
is_inheritable(const SmObject *part)
{
	return part->kind == &sm_kind_column || sm_constraint_is_check(part);
}

/* What changes in the parent is not for a partition that leaves it */
static void
order_detached_from(const SmObject *parent, SmAction *detach)
{
	for (int i = 0; i < parent->children.n; i++)
		if (is_inheritable(parent->children.item[i]))
			sm_delta_precede(detach,
							 parent->children.item[i]->action[SM_PHASE_DROP]);
	parent = parent->peer;
	for (int i = 0; parent && i < parent->children.n; i++)
	{
		const SmObject *part = parent->children.item[i];

		if (part->kind != &sm_kind_column && part->kind != &sm_kind_constraint)
			continue;
		for (int phase = SM_PHASE_PREPARE; phase <= SM_PHASE_CREATE; phase++)
			sm_delta_precede(detach, part->action[phase]);
	}
}

/* What a partition has inherited can be changed when it is detached */
static void
order_detached(const SmObject *link, SmAction *detach)
{
	const SmObject *table = link->parent;

	for (int i = 0; i < table->children.n; i++)
		if (is_inheritable(table->children.item[i]))
			sm_delta_precede(detach,
							 table->children.item[i]->action[SM_PHASE_DROP]);
	table = table->peer;
	for (int i = 0; table && i < table->children.n; i++)
	{
		sm_delta_precede(detach,
						 table->children.item[i]->action[SM_PHASE_ALTER]);
		if (is_inheritable(table->children.item[i]))
			sm_delta_precede(detach,
							 table->children.item[i]->action[SM_PHASE_CREATE]);
	}
	for (int i = 0; i < link->needs.n; i++)
		if (sm_table_is_linked(link->needs.item[i], link))
			order_detached_from(link->needs.item[i], detach);
	sm_inherited_key_order(link, detach);
}

/* While a table is one of a type, its columns stay as they are */
static void
order_table_type(const SmObject *link, SmAction *drop)
{
	const SmObject *table = link->parent;

	for (int i = 0; drop && i < table->children.n; i++)
		if (table->children.item[i]->kind == &sm_kind_column)
			sm_delta_precede(drop,
							 table->children.item[i]->action[SM_PHASE_DROP]);
	for (int i = 0; drop && table->peer && i < table->peer->children.n; i++)
		if (table->peer->children.item[i]->kind == &sm_kind_column)
		{
			sm_delta_precede(drop, table->peer->children.item[i]
									   ->action[SM_PHASE_CREATE]);
			sm_delta_precede(drop, table->peer->children.item[i]
									   ->action[SM_PHASE_ALTER]);
		}
}

/* A table has the columns of the type before it becomes one of it */
static void
order_new_table_type(const SmObject *link, SmAction *create)
{
	const SmObject *table = link->parent;

	for (int i = 0; create && i < table->children.n; i++)
		if (table->children.item[i]->kind == &sm_kind_column)
		{
			sm_delta_precede(table->children.item[i]->action[SM_PHASE_CREATE],
							 create);
			sm_delta_precede(table->children.item[i]->action[SM_PHASE_ALTER],
							 create);
		}
	for (int i = 0; create && table->peer && i < table->peer->children.n; i++)
		if (table->peer->children.item[i]->kind == &sm_kind_column)
			sm_delta_precede(table->peer->children.item[i]
								 ->action[SM_PHASE_DROP],
							 create);
}

/* The table that a partition belongs to, or NULL */
static const SmObject *
root_of(const SmObject *table)
{
	for (int i = 0; i < table->children.n; i++)
	{
		const SmObject *link = table->children.item[i];

		for (int j = 0; link->kind == &sm_kind_partition && j < link->needs.n;
			 j++)
			if (link->needs.item[j]->kind == &sm_kind_table &&
				link->needs.item[j] != table)
				return link->needs.item[j];
	}
	return NULL;
}

static const SmObject *
column_of(const SmObject *table, const char *name)
{
	for (int i = 0; table && i < table->children.n; i++)
		if (table->children.item[i]->kind == &sm_kind_column &&
			strcmp(table->children.item[i]->name, name) == 0)
			return table->children.item[i];
	return NULL;
}

/* The object, or the column of a parent with which this one comes */
static const SmObject *
comes_with(const SmObject *object)
{
	const SmObject *column;

	if (object->kind != &sm_kind_column || !sm_delta_creates(object) ||
		!sm_column_comes_from_parent(object))
		return object;
	column = column_of(root_of(object->parent), object->name);
	for (int i = 0; column == NULL && i < object->parent->needs.n; i++)
		column = column_of(object->parent->needs.item[i], object->name);
	return column && column != object ? comes_with(column) : object;
}

/*
 * Foreign keys to a table, by way of its columns and keys, hold its partitions
 * as well.  One of the table itself cannot go with it then.  Returns whether
 * there is such a one, which is to have a statement of its own.
 */
static bool
order_referencing(const SmObject *link)
{
	SmAction *drop = link->parent->action[SM_PHASE_DROP];
	bool split = false;

	for (const SmObject *root = root_of(link->parent); root && drop;
		 root = root_of(root))
		for (int i = 0; i < root->children.n; i++)
		{
			const SmObject *part = root->children.item[i];

			for (int j = 0; j < part->users.n; j++)
			{
				SmObject *user = part->users.item[j];

				if (!sm_constraint_is_foreign_key(user))
					continue;
				if (user->parent == root && sm_delta_drops(root) &&
					!user->split)
					user->split = split = true;
				else
					sm_delta_precede(user->action[SM_PHASE_DROP], drop);
			}
		}
	return split;
}

/*
 * An index that is created on a partitioned table takes what looks like it on a
 * partition, and that cannot be dropped then.
 */
static void
order_partition_index(const SmDelta *delta, const SmObject *index,
					  SmAction *drop)
{
	const SmObject *table = index->parent->peer;

	if (table == NULL)
		return;
	for (const SmObject *root = root_of(table); root; root = root_of(root))
		for (int i = 0; i < root->children.n; i++)
			if (root->children.item[i]->kind == index->kind &&
				!sm_index_built_of_parts(delta, root->children.item[i]))
				sm_delta_precede(drop, root->children.item[i]
										   ->action[SM_PHASE_CREATE]);
}

/*
 * What belongs to an index of a partitioned table goes with that only as long
 * as its own table is a partition, and by itself only then.
 */
static void
order_part_of_index(const SmObject *part, SmAction *drop)
{
	bool goes_along = false;

	for (int i = 0; i < part->owners.n; i++)
		if (part->owners.item[i]->action[SM_PHASE_DROP] == drop)
			goes_along = true;
	for (int i = 0; part->owners.n > 0 && i < part->parent->children.n; i++)
	{
		SmAction *detach =
			part->parent->children.item[i]->action[SM_PHASE_DROP];

		if (part->parent->children.item[i]->kind != &sm_kind_partition)
			continue;
		if (goes_along)
			sm_delta_precede(drop, detach);
		else
			sm_delta_precede(detach, drop);
	}
}

/* A table has one primary key, whatever it is called */
static void
order_primary_keys(const SmObject *constraint, SmAction *drop)
{
	const SmObject *table = constraint->parent->peer;

	if (!sm_constraint_is_primary(constraint) || table == NULL)
		return;
	for (int i = 0; i < table->children.n; i++)
	{
		const SmObject *other = table->children.item[i];

		if (other->kind == &sm_kind_constraint &&
			sm_constraint_is_primary(other))
			sm_delta_precede(drop, other->action[SM_PHASE_CREATE]);
	}
}

/* The object, or the column of a parent with which this one goes */
static const SmObject *
goes_with(const SmObject *object)
{
	ListCell *lc;

	if (object->kind != &sm_kind_column || !sm_delta_drops(object) ||
		object->action[SM_PHASE_DROP])
		return object;
	foreach (lc, sm_table_parent_columns(object))
		if (sm_delta_drops(lfirst(lc)))
			return goes_with(lfirst(lc));
	return object;
}

/*
 * What needs something that is changed in place goes before that.  It could go
 * afterwards as well if the server changes the one without asking for the other.
 */
static void
order_before_change(SmAction *drop, const SmObject *changed)
{
	if (changed == NULL)
		return;
	if (changed->kind->disturbs || sm_table_meets_others(changed))
		sm_delta_precede(drop, changed->action[SM_PHASE_ALTER]);
	else
		sm_delta_prefer(drop, changed->action[SM_PHASE_ALTER]);
}

/* Returns whether something is to have a statement of its own */
static bool
order_old(const SmDelta *delta, const SmObject *object)
{
	bool split = false;
	SmAction *drop = object->action[SM_PHASE_DROP];
	SmAction *alter = action_of(object->peer, SM_PHASE_ALTER);

	for (int i = 0; i < object->needs.n; i++)
	{
		const SmObject *needed = goes_with(object->needs.item[i]);

		sm_delta_precede(drop, needed->action[SM_PHASE_DROP]);
		if (sm_constraint_is_primary(object))
			sm_descent_precede(drop, needed);
		/* unless it goes with a change of what it is a part of, or what
		 * replaces it is there by then */
		if (drop && drop->phase == SM_PHASE_DROP &&
			!is_aside(delta, object->peer))
			order_before_change(drop, needed->peer);
		/* a foreign key would find the old key again */
		if (object->kind == &sm_kind_constraint && object->peer)
			sm_delta_precede(needed->action[SM_PHASE_DROP],
							 object->peer->action[SM_PHASE_CREATE]);
		/* afterwards its name means the new one */
		if (needed->swapped && !object->swapped)
			sm_delta_precede(drop, action_of(needed->peer, SM_PHASE_CREATE));
		if (drop == NULL)
			sm_delta_precede(alter, needed->action[SM_PHASE_DROP]);
	}
	for (int i = 0; i < object->owners.n; i++)
	{
		const SmObject *owner = object->owners.item[i];

		sm_delta_precede(drop, owner->action[SM_PHASE_DROP]);
		/* which may make a sequence of the same name, for an identity */
		if (sm_sequence_becomes_identity(object))
			sm_delta_precede(action_of(owner->peer, SM_PHASE_ALTER), drop);
		/* a type gets along without a function before that goes */
		else if (!sm_objects_contain(&owner->needs, object))
			sm_delta_precede(drop, action_of(owner->peer, SM_PHASE_ALTER));
		if (!sm_delta_drops(object))
			sm_delta_precede(action_of(object->peer, SM_PHASE_DRESS),
							 owner->action[SM_PHASE_DROP]);
	}
	if (object->namesake && sm_sequence_becomes_identity(object))
		sm_delta_precede(action_of(object->namesake->peer, SM_PHASE_ALTER),
						 drop);
	if (object->kind == &sm_kind_partition)
		split = order_referencing(object);
	if (object->kind == &sm_kind_column)
		sm_descent_order_old(object);
	if (sm_constraint_is_check(object))
		sm_descent_order_check(object);
	if (object->kind == &sm_kind_constraint)
		order_primary_keys(object, drop);
	if (drop && object->kind == &sm_kind_index)
		order_partition_index(delta, object, drop);
	if (drop &&
		(object->kind == &sm_kind_index || object->kind == &sm_kind_constraint))
		order_part_of_index(object, drop);
	if (object->kind == &sm_kind_table_type)
		order_table_type(object, drop);
	if (object->kind == &sm_kind_operator)
		sm_operator_order(object);
	if (drop && object->kind == &sm_kind_partition)
		order_detached(object, drop);
	if (object->swapped)
		sm_delta_precede(action_of(object->peer, SM_PHASE_CREATE), drop);
	else
		sm_delta_precede(drop, action_of(object->peer, SM_PHASE_CREATE));
	return split;
}

static void
order_losses(const SmObject *table, SmAction *attach)
{
	for (int i = 0; table && i < table->children.n; i++)
		if (is_inheritable(table->children.item[i]) ||
			sm_constraint_is_foreign_key(table->children.item[i]))
			sm_delta_precede(table->children.item[i]->action[SM_PHASE_DROP],
							 attach);
}

/* The parent of a partition has, and has no longer, what the partition has */
static void
order_parent_of_partition(const SmObject *parent, SmAction *attach)
{
	for (int i = 0; i < parent->children.n; i++)
	{
		const SmObject *part = parent->children.item[i];

		if (!is_inheritable(part))
			continue;
		sm_delta_precede(part->action[SM_PHASE_ALTER], attach);
		sm_delta_precede(part->action[SM_PHASE_CREATE], attach);
	}
	order_losses(parent->peer, attach);
}

/*
 * An index that not all partitions have is created when these are attached, and
 * those that they have become its partitions afterwards: else the server would
 * make the others.
 */
static void
order_partial_index(const SmObject *index)
{
	SmAction *create = index->action[SM_PHASE_CREATE];
	const SmObject *table = index->parent;

	for (int i = 0; create && i < table->users.n; i++)
		if (sm_table_is_linked(table, table->users.item[i]))
			sm_delta_precede(table->users.item[i]->action[SM_PHASE_CREATE],
							 create);
}

static void
order_part_of_partial(const SmObject *part, const SmObject *whole)
{
	SmAction *dress = part->action[SM_PHASE_DRESS];
	const SmObject *table = part->parent;

	sm_delta_precede(whole->action[SM_PHASE_CREATE], dress);
	for (int i = 0; i < table->children.n; i++)
		if (sm_table_is_linked(whole->parent, table->children.item[i]))
			sm_delta_precede(table->children.item[i]->action[SM_PHASE_CREATE],
							 dress);
}

/* A table has everything that its parent asks for before it is attached */
static void
order_partition(const SmObject *link, SmAction *attach)
{
	order_losses(link->parent->peer, attach);
	for (int i = 0; i < link->needs.n; i++)
		if (sm_table_is_linked(link->needs.item[i], link))
			order_parent_of_partition(link->needs.item[i], attach);
	/* names that the server chooses for a table are not taken yet */
	for (int i = 0; i < link->needs.n; i++)
		sm_delta_precede(link->needs.item[i]->action[SM_PHASE_CREATE],
						 link->parent->action[SM_PHASE_CREATE]);
	for (int i = 0; i < link->parent->children.n; i++)
	{
		const SmObject *part = link->parent->children.item[i];

		if (part->kind != &sm_kind_column &&
			part->kind != &sm_kind_constraint && part->kind != &sm_kind_index)
			continue;
		sm_delta_precede(part->action[SM_PHASE_PREPARE], attach);
		sm_delta_precede(part->action[SM_PHASE_CREATE], attach);
		sm_delta_precede(part->action[SM_PHASE_ALTER], attach);
		sm_delta_precede(part->action[SM_PHASE_FINISH], attach);
		/* its rows are looked at when they are what they are to be */
		if (part->kind == &sm_kind_column)
			for (int phase = SM_PHASE_ALTER; phase <= SM_PHASE_CREATE; phase++)
				sm_delta_precede(part->action[phase],
								 link->action[SM_PHASE_PREPARE]);
	}
}

/*
 * A foreign key takes the first key of the other table that has its columns: so
 * one that is to go is gone by then, and the one that is meant is built before
 * that.
 */
static void
order_key(const SmObject *constraint, SmAction *create)
{
	for (int i = 0; i < constraint->needs.n; i++)
	{
		const SmObject *key = constraint->needs.item[i];
		const SmObject *table;

		if (!sm_constraint_is_key(key) && !sm_index_is_unique(key))
			continue;
		table = key->parent->peer;
		for (int j = 0; table && j < table->children.n; j++)
		{
			const SmObject *old = table->children.item[j];

			if (!sm_constraint_is_key(old) && !sm_index_is_unique(old))
				continue;
			sm_delta_precede(old->action[SM_PHASE_DROP], create);
			if (strcmp(old->name, key->name) != 0)
				sm_delta_precede(key->action[SM_PHASE_PREPARE],
								 old->action[SM_PHASE_DROP]);
		}
	}
}

/* A table that is logged cannot have foreign keys to one that is not */
static void
order_persistence(const SmObject *constraint)
{
	SmObject *table = constraint->parent;
	int change = sm_table_persistence_change(table);

	for (int i = 0; change != 0 && i < constraint->needs.n; i++)
	{
		SmObject *other = constraint->needs.item[i]->parent;
		SmAction *alter = table->action[SM_PHASE_ALTER];

		if (other == NULL || other == table ||
			sm_table_persistence_change(other) != change)
			continue;
		if (change > 0)
			sm_delta_precede(other->action[SM_PHASE_ALTER], alter);
		else
			sm_delta_precede(alter, other->action[SM_PHASE_ALTER]);
	}
}

/* Is the object changed in a way that what uses it has to wait for? */
static bool
is_disturbing(const SmObject *object)
{
	if (object->fate != SM_ALTER || object->kind == &sm_kind_table)
		return false;
	return object->kind != &sm_kind_column ||
		   object->kind->disturbs(object->peer, object, object->changed);
}

/*
 * Once there are columns with values of a domain within another type, the
 * server refuses to check what is in them.
 */
static void
order_domain_check(SmAction *create, const SmObject *type)
{
	for (int i = 0; create && i < type->users.n; i++)
	{
		const SmObject *user = type->users.item[i];

		if (user->kind == &sm_kind_column)
			sm_delta_precede(create, user->action[SM_PHASE_CREATE]);
		else if (user->kind == &sm_kind_composite_column)
		{
			if (user->parent != type)
				order_domain_check(create, user->parent);
		}
		else if (user->kind == &sm_kind_range || user->kind == &sm_kind_domain)
			order_domain_check(create, user);
	}
}

/* What the online form does before and after all else */
static void
order_online(const SmDelta *delta, const SmObject *object)
{
	SmAction *prepare = object->action[SM_PHASE_PREPARE];
	SmAction *create = object->action[SM_PHASE_CREATE];
	SmAction *finish = object->action[SM_PHASE_FINISH];

	for (int i = 0; i < object->needs.n; i++)
	{
		const SmObject *needed = comes_with(object->needs.item[i]);

		sm_delta_precede(needed->action[SM_PHASE_CREATE], prepare);
		if (is_disturbing(needed))
			sm_delta_precede(needed->action[SM_PHASE_ALTER], prepare);
		/* a column is filled before anything is said of its values */
		if (object->kind == &sm_kind_index ||
			object->kind == &sm_kind_constraint)
		{
			sm_delta_precede(needed->action[SM_PHASE_FINISH], prepare);
			sm_delta_precede(needed->action[SM_PHASE_FINISH], create);
			/* or a key would have the server look for nulls by itself */
			sm_delta_precede(needed->action[SM_PHASE_PREPARE], create);
		}
	}
	for (int phase = SM_PHASE_ALTER; phase <= SM_PHASE_DRESS; phase++)
	{
		sm_delta_precede(prepare, object->action[phase]);
		sm_delta_precede(object->action[phase], finish);
	}
	/* its default must be there before rows are filled */
	for (int i = 0; finish && i < object->children.n; i++)
		sm_delta_precede(object->children.item[i]->action[SM_PHASE_CREATE],
						 finish);
}

/*
 * Online, an index of a partitioned table is one of this table only, until
 * those of the partitions are attached to it.
 */
static void
order_partitioned_index(const SmDelta *delta, const SmObject *index)
{
	SmAction *build = build_action(delta, index);
	const SmObject *table = index->parent;

	if (!sm_index_built_of_parts(delta, index))
		return;
	for (int i = 0; i < index->owned.n; i++)
		if (build == index->action[SM_PHASE_PREPARE])
			sm_delta_precede(build_action(delta, index->owned.item[i]), build);
	for (int i = 0; i < table->users.n; i++)
		if (sm_table_is_linked(table, table->users.item[i]))
			sm_delta_precede(build,
							 table->users.item[i]->action[SM_PHASE_CREATE]);
	for (int i = 0; table->peer && i < table->peer->users.n; i++)
		if (sm_table_is_linked(table->peer, table->peer->users.item[i]))
			sm_delta_precede(table->peer->users.item[i]->action[SM_PHASE_DROP],
							 build);
}

static void
order_new(const SmDelta *delta, const SmObject *object)
{
	SmAction *create = object->action[SM_PHASE_CREATE];
	SmAction *alter = object->action[SM_PHASE_ALTER];
	SmAction *dress = object->action[SM_PHASE_DRESS];

	for (int i = 0; i < object->needs.n; i++)
	{
		const SmObject *needed = comes_with(object->needs.item[i]);

		if (sm_descent_joins(object, needed))
			continue;
		sm_delta_precede(needed->action[SM_PHASE_CREATE], create);
		sm_delta_precede(needed->action[SM_PHASE_ALTER], create);
		sm_delta_precede(needed->action[SM_PHASE_CREATE], alter);
		sm_delta_precede(needed->action[SM_PHASE_ALTER], alter);
		sm_descent_follow(needed, create);
		sm_descent_follow(needed, object->action[SM_PHASE_PREPARE]);
	}
	for (int i = 0; i < object->owners.n; i++)
	{
		const SmObject *owner = object->owners.item[i];

		if (object->kind == &sm_kind_sequence)
		{
			/* which may have dropped one of the same name, of an identity */
			if (sm_sequence_was_identity(object))
				sm_delta_precede(create, owner->action[SM_PHASE_ALTER]);
			else
				sm_delta_precede(owner->action[SM_PHASE_ALTER], create);
			sm_delta_precede(owner->action[SM_PHASE_CREATE], dress);
			sm_delta_precede(owner->action[SM_PHASE_ALTER], dress);
			/* both must have the same owner */
			sm_delta_precede(owner->parent->action[SM_PHASE_DRESS], dress);
		}
		else if (owner->parent && !sm_delta_creates(owner->parent))
			/* an index of a partitioned table takes those of the partitions
			 * that are there, and makes those that are not */
			sm_delta_precede(create, owner->action[SM_PHASE_CREATE]);
	}
	if (object->namesake && sm_sequence_was_identity(object))
		sm_delta_precede(create, object->namesake->action[SM_PHASE_ALTER]);
	sm_descent_order_table(object);
	if (object->kind == &sm_kind_table_type)
		order_new_table_type(object, create);
	if (object->kind == &sm_kind_partition)
		order_partition(object, create);
	if (sm_constraint_is_check(object))
		sm_descent_order_check(object);
	if (object->kind == &sm_kind_constraint)
	{
		order_persistence(object);
		order_key(object, create);
	}
	if (object->kind == &sm_kind_column &&
		sm_table_sets_toast_options(object->parent))
	{
		sm_delta_precede(create, object->parent->action[SM_PHASE_DRESS]);
		sm_delta_precede(alter, object->parent->action[SM_PHASE_DRESS]);
	}
	if (object->kind == &sm_kind_index)
	{
		order_partitioned_index(delta, object);
		if (sm_index_is_partial(object))
			order_partial_index(object);
		for (int i = 0; i < object->owners.n; i++)
			if (sm_index_is_partial(object->owners.item[i]))
				order_part_of_partial(object, object->owners.item[i]);
	}
	if (object->kind == &sm_kind_column)
		sm_descent_order_new(object);
	if (object->kind == &sm_kind_domain_constraint)
		order_domain_check(create, object->parent);
	order_online(delta, object);
	sm_delta_precede(create, dress);
	sm_delta_precede(alter, dress);
	if (object->parent)
	{
		sm_delta_precede(object->parent->action[SM_PHASE_ALTER], dress);
		/* privileges of columns come behind those of their table */
		sm_delta_precede(object->parent->action[SM_PHASE_DRESS], dress);
		sm_delta_precede(object->parent->action[SM_PHASE_CREATE], dress);
	}
	if (object->kind == &sm_kind_identity_sequence)
	{
		sm_delta_precede(object->parent->action[SM_PHASE_FINISH], dress);
		sm_delta_precede(object->parent->parent->action[SM_PHASE_DRESS], dress);
	}
}

/* ------------------------------------------------------------------------
 * The graph
 * ------------------------------------------------------------------------ */

static bool
has_action(const SmObject *object)
{
	for (int i = 0; object && i < SM_N_PHASES; i++)
		if (object->action[i])
			return true;
	return false;
}

/*
 * Can what is done about others depend on the object?  Of most of those about
 * which nothing is done it does not, and they are by far the most; but columns
 * change along with those of parents.
 */
static bool
matters(const SmObject *object)
{
	return has_action(object) || has_action(object->peer) ||
		   object->kind == &sm_kind_partition ||
		   object->kind == &sm_kind_constraint ||
		   (object->kind == &sm_kind_column && object->fate != SM_KEEP);
}

/*
 * Makes the graph of the actions.  Returns false if that is of no use, because
 * it has marked objects as split, whose statements are to be made anew.
 */
bool
sm_edges_make(SmDelta *delta)
{
	List *old = NIL;
	List *new = NIL;
	bool split = false;

	for (int i = 0; i < delta->from->objects.n; i++)
	{
		SmObject *object = delta->from->objects.item[i];

		if (matters(object))
			split = order_old(delta, object) || split;
		if (object->action[SM_PHASE_DROP])
			old = lappend(old, object);
	}
	if (split)
		return false;
	for (int i = 0; i < delta->to->objects.n; i++)
	{
		SmObject *object = delta->to->objects.item[i];

		if (matters(object))
			order_new(delta, object);
		if (object->action[SM_PHASE_CREATE])
			new = lappend(new, object);
	}
	sm_namesakes_order(delta, old, new);
	return true;
}
