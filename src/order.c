/*-------------------------------------------------------------------------
 *
 * order.c
 *	  The order in which the statements of a plan can be run.
 *
 * One graph of actions for both states.  What must come before what:
 *
 * - what an object needs is created, or changed, before the object;
 * - what needs an object is dropped, or changed such that it does not need it
 *   any more, before the object is dropped;
 * - what must be away while an object is changed is dropped before that, and
 *   created after it;
 * - what has a name is dropped before something else gets that name.
 *
 * Among actions that can come next, that with the smallest key does, so that
 * the same states always give the same script: see compare_actions().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/binaryheap.h"
#include "miscadmin.h"
#include "utils/hsearch.h"

#include "compat.h"
#include "cycle.h"
#include "kinds.h"
#include "kinds/table.h"
#include "online.h"
#include "order.h"

/* ------------------------------------------------------------------------
 * What must come before what
 * ------------------------------------------------------------------------ */

static void
precede(SmAction *first, SmAction *second)
{
	if (first == NULL || second == NULL || first == second)
		return;
	/* the same pair comes several times in a row, if at all */
	if (first->before != NIL && llast(first->before) == second)
		return;
	first->before = lappend(first->before, second);
	second->waits_for++;
}

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
			precede(detach, parent->children.item[i]->action[SM_PHASE_DROP]);
	parent = parent->peer;
	for (int i = 0; parent && i < parent->children.n; i++)
	{
		const SmObject *part = parent->children.item[i];

		if (part->kind != &sm_kind_column && part->kind != &sm_kind_constraint)
			continue;
		for (int phase = SM_PHASE_PREPARE; phase <= SM_PHASE_CREATE; phase++)
			precede(detach, part->action[phase]);
	}
}

/* What a partition has inherited can be changed when it is detached */
static void
order_detached(const SmObject *link, SmAction *detach)
{
	const SmObject *table = link->parent;

	for (int i = 0; i < table->children.n; i++)
		if (is_inheritable(table->children.item[i]))
			precede(detach, table->children.item[i]->action[SM_PHASE_DROP]);
	table = table->peer;
	for (int i = 0; table && i < table->children.n; i++)
	{
		precede(detach, table->children.item[i]->action[SM_PHASE_ALTER]);
		if (is_inheritable(table->children.item[i]))
			precede(detach, table->children.item[i]->action[SM_PHASE_CREATE]);
	}
	for (int i = 0; i < link->needs.n; i++)
		if (sm_table_is_linked(link->needs.item[i], link))
			order_detached_from(link->needs.item[i], detach);
}

/* While a table is one of a type, its columns stay as they are */
static void
order_table_type(const SmObject *link, SmAction *drop)
{
	const SmObject *table = link->parent;

	for (int i = 0; drop && i < table->children.n; i++)
		if (table->children.item[i]->kind == &sm_kind_column)
			precede(drop, table->children.item[i]->action[SM_PHASE_DROP]);
	for (int i = 0; drop && table->peer && i < table->peer->children.n; i++)
		if (table->peer->children.item[i]->kind == &sm_kind_column)
		{
			precede(drop,
					table->peer->children.item[i]->action[SM_PHASE_CREATE]);
			precede(drop,
					table->peer->children.item[i]->action[SM_PHASE_ALTER]);
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
			precede(table->children.item[i]->action[SM_PHASE_CREATE], create);
			precede(table->children.item[i]->action[SM_PHASE_ALTER], create);
		}
	for (int i = 0; create && table->peer && i < table->peer->children.n; i++)
		if (table->peer->children.item[i]->kind == &sm_kind_column)
			precede(table->peer->children.item[i]->action[SM_PHASE_DROP],
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
 * as well.
 */
static void
order_referencing(const SmObject *link)
{
	SmAction *drop = link->parent->action[SM_PHASE_DROP];

	for (const SmObject *root = root_of(link->parent); root && drop;
		 root = root_of(root))
		for (int i = 0; i < root->children.n; i++)
		{
			const SmObject *part = root->children.item[i];

			for (int j = 0; j < part->users.n; j++)
				if (part->users.item[j]->kind == &sm_kind_constraint &&
					part->users.item[j]->parent != root)
					precede(part->users.item[j]->action[SM_PHASE_DROP], drop);
		}
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
				precede(drop, root->children.item[i]->action[SM_PHASE_CREATE]);
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
			precede(drop, detach);
		else
			precede(detach, drop);
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
			precede(drop, other->action[SM_PHASE_CREATE]);
	}
}

static void
order_old(const SmDelta *delta, const SmObject *object)
{
	SmAction *drop = object->action[SM_PHASE_DROP];
	SmAction *alter = action_of(object->peer, SM_PHASE_ALTER);

	for (int i = 0; i < object->needs.n; i++)
	{
		const SmObject *needed = object->needs.item[i];

		precede(drop, needed->action[SM_PHASE_DROP]);
		/* unless it goes with a change of what it is a part of, or what
		 * replaces it is there by then */
		if (drop && drop->phase == SM_PHASE_DROP &&
			!is_aside(delta, object->peer))
			precede(drop, action_of(needed->peer, SM_PHASE_ALTER));
		/* a foreign key would find the old key again */
		if (object->kind == &sm_kind_constraint && object->peer)
			precede(needed->action[SM_PHASE_DROP],
					object->peer->action[SM_PHASE_CREATE]);
		/* afterwards its name means the new one */
		if (needed->swapped && !object->swapped)
			precede(drop, action_of(needed->peer, SM_PHASE_CREATE));
		if (drop == NULL)
			precede(alter, needed->action[SM_PHASE_DROP]);
	}
	for (int i = 0; i < object->owners.n; i++)
	{
		const SmObject *owner = object->owners.item[i];

		precede(drop, owner->action[SM_PHASE_DROP]);
		/* which may make a sequence of the same name, for an identity */
		if (sm_sequence_becomes_identity(object))
			precede(action_of(owner->peer, SM_PHASE_ALTER), drop);
		/* a type gets along without a function before that goes */
		else if (!sm_objects_contain(&owner->needs, object))
			precede(drop, action_of(owner->peer, SM_PHASE_ALTER));
		if (!sm_delta_drops(object))
			precede(action_of(object->peer, SM_PHASE_DRESS),
					owner->action[SM_PHASE_DROP]);
	}
	if (object->kind == &sm_kind_partition)
		order_referencing(object);
	if (object->kind == &sm_kind_constraint)
		order_primary_keys(object, drop);
	if (drop && object->kind == &sm_kind_index)
		order_partition_index(delta, object, drop);
	if (drop &&
		(object->kind == &sm_kind_index || object->kind == &sm_kind_constraint))
		order_part_of_index(object, drop);
	if (object->kind == &sm_kind_table_type)
		order_table_type(object, drop);
	if (drop && object->kind == &sm_kind_partition)
		order_detached(object, drop);
	if (object->swapped)
		precede(action_of(object->peer, SM_PHASE_CREATE), drop);
	else
		precede(drop, action_of(object->peer, SM_PHASE_CREATE));
}

static void
order_losses(const SmObject *table, SmAction *attach)
{
	for (int i = 0; table && i < table->children.n; i++)
		if (is_inheritable(table->children.item[i]))
			precede(table->children.item[i]->action[SM_PHASE_DROP], attach);
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
		precede(part->action[SM_PHASE_ALTER], attach);
		precede(part->action[SM_PHASE_CREATE], attach);
	}
	order_losses(parent->peer, attach);
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
		precede(link->needs.item[i]->action[SM_PHASE_CREATE],
				link->parent->action[SM_PHASE_CREATE]);
	for (int i = 0; i < link->parent->children.n; i++)
	{
		const SmObject *part = link->parent->children.item[i];

		if (part->kind != &sm_kind_column &&
			part->kind != &sm_kind_constraint && part->kind != &sm_kind_index)
			continue;
		precede(part->action[SM_PHASE_PREPARE], attach);
		precede(part->action[SM_PHASE_CREATE], attach);
		precede(part->action[SM_PHASE_ALTER], attach);
		precede(part->action[SM_PHASE_FINISH], attach);
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
			precede(old->action[SM_PHASE_DROP], create);
			if (strcmp(old->name, key->name) != 0)
				precede(key->action[SM_PHASE_PREPARE],
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
			precede(other->action[SM_PHASE_ALTER], alter);
		else
			precede(alter, other->action[SM_PHASE_ALTER]);
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

/* A column is as that of the parent is when it comes from there */
static void
order_inherited(const SmObject *column)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(column))
	{
		const SmObject *inherited = lfirst(lc);

		precede(inherited->action[SM_PHASE_CREATE],
				column->action[SM_PHASE_CREATE]);
		precede(inherited->action[SM_PHASE_DRESS],
				column->action[SM_PHASE_CREATE]);
		precede(inherited->action[SM_PHASE_CREATE],
				column->action[SM_PHASE_DRESS]);
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

		precede(needed->action[SM_PHASE_CREATE], prepare);
		if (is_disturbing(needed))
			precede(needed->action[SM_PHASE_ALTER], prepare);
		/* a column is filled before anything is said of its values */
		if (object->kind == &sm_kind_index ||
			object->kind == &sm_kind_constraint)
		{
			precede(needed->action[SM_PHASE_FINISH], prepare);
			precede(needed->action[SM_PHASE_FINISH], create);
			/* or a key would have the server look for nulls by itself */
			precede(needed->action[SM_PHASE_PREPARE], create);
		}
	}
	for (int phase = SM_PHASE_ALTER; phase <= SM_PHASE_DRESS; phase++)
	{
		precede(prepare, object->action[phase]);
		precede(object->action[phase], finish);
	}
	/* its default must be there before rows are filled */
	for (int i = 0; finish && i < object->children.n; i++)
		precede(object->children.item[i]->action[SM_PHASE_CREATE], finish);
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
			precede(build_action(delta, index->owned.item[i]), build);
	for (int i = 0; i < table->users.n; i++)
		if (sm_table_is_linked(table, table->users.item[i]))
			precede(build, table->users.item[i]->action[SM_PHASE_CREATE]);
	for (int i = 0; table->peer && i < table->peer->users.n; i++)
		if (sm_table_is_linked(table->peer, table->peer->users.item[i]))
			precede(table->peer->users.item[i]->action[SM_PHASE_DROP], build);
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

		precede(needed->action[SM_PHASE_CREATE], create);
		precede(needed->action[SM_PHASE_ALTER], create);
		precede(needed->action[SM_PHASE_CREATE], alter);
		precede(needed->action[SM_PHASE_ALTER], alter);
	}
	for (int i = 0; i < object->owners.n; i++)
	{
		const SmObject *owner = object->owners.item[i];

		if (object->kind == &sm_kind_sequence)
		{
			/* which may have dropped one of the same name, of an identity */
			if (sm_sequence_was_identity(object))
				precede(create, owner->action[SM_PHASE_ALTER]);
			else
				precede(owner->action[SM_PHASE_ALTER], create);
			precede(owner->action[SM_PHASE_CREATE], dress);
			precede(owner->action[SM_PHASE_ALTER], dress);
			/* both must have the same owner */
			precede(owner->parent->action[SM_PHASE_DRESS], dress);
		}
		else if (owner->parent && !sm_delta_creates(owner->parent))
			/* an index of a partitioned table takes those of the partitions
			 * that are there, and makes those that are not */
			precede(create, owner->action[SM_PHASE_CREATE]);
	}
	if (object->kind == &sm_kind_table_type)
		order_new_table_type(object, create);
	if (object->kind == &sm_kind_partition)
		order_partition(object, create);
	if (object->kind == &sm_kind_constraint)
	{
		order_persistence(object);
		order_key(object, create);
	}
	if (object->kind == &sm_kind_column &&
		sm_table_sets_toast_options(object->parent))
	{
		precede(create, object->parent->action[SM_PHASE_DRESS]);
		precede(alter, object->parent->action[SM_PHASE_DRESS]);
	}
	if (object->kind == &sm_kind_index)
		order_partitioned_index(delta, object);
	if (object->kind == &sm_kind_column && sm_delta_creates(object))
		order_inherited(object);
	order_online(delta, object);
	precede(create, dress);
	precede(alter, dress);
	if (object->parent)
	{
		precede(object->parent->action[SM_PHASE_ALTER], dress);
		/* privileges of columns come behind those of their table */
		precede(object->parent->action[SM_PHASE_DRESS], dress);
		precede(object->parent->action[SM_PHASE_CREATE], dress);
	}
}

/* ------------------------------------------------------------------------
 * Names that objects of several kinds share
 * ------------------------------------------------------------------------ */

typedef struct NameSlot
{
	char key[1 + 2 * NAMEDATALEN];
	List *dropped; /* of SmAction * */
} NameSlot;

static void
slot_key(char *key, char space, const SmObject *object)
{
	memset(key, 0, 1 + 2 * NAMEDATALEN);
	key[0] = space;
	snprintf(key + 1, NAMEDATALEN, "%s", object->schema);
	snprintf(key + 1 + NAMEDATALEN, NAMEDATALEN, "%s", object->name);
}

/* Before a name is taken, what has it goes; what is to have it may be built */
static void
order_name(const SmDelta *delta, SmAction *drop, const SmObject *b)
{
	SmAction *prepare = b->action[SM_PHASE_PREPARE];

	if (is_aside(delta, b))
		precede(prepare, drop);
	else
		precede(drop, prepare);
	precede(drop, b->action[SM_PHASE_CREATE]);
}

/* old and new are the objects that are dropped, or created */
static void
order_names_in(SmDelta *delta, const List *old, const List *new, char space,
			   int dropped, int created)
{
	ListCell *lc;
	HASHCTL ctl;
	HTAB *slots;
	char key[1 + 2 * NAMEDATALEN];

	memset(&ctl, 0, sizeof(ctl));
	ctl.hcxt = CurrentMemoryContext;
	ctl.keysize = sizeof(key);
	ctl.entrysize = sizeof(NameSlot);
	slots = hash_create("schemamig names", 256, &ctl,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	foreach (lc, old)
	{
		SmObject *a = lfirst(lc);
		NameSlot *slot;
		bool found;

		if (!(a->kind->flags & dropped) || a->swapped)
			continue;
		slot_key(key, space, a);
		slot = hash_search(slots, key, HASH_ENTER, &found);
		if (!found)
			slot->dropped = NIL;
		slot->dropped = lappend(slot->dropped, a->action[SM_PHASE_DROP]);
	}
	foreach (lc, new)
	{
		SmObject *b = lfirst(lc);
		NameSlot *slot;
		ListCell *drop;

		if (!(b->kind->flags & created))
			continue;
		slot_key(key, space, b);
		slot = hash_search(slots, key, HASH_FIND, NULL);
		if (slot)
			foreach (drop, slot->dropped)
				order_name(delta, lfirst(drop), b);
	}
	hash_destroy(slots);
}

/* ------------------------------------------------------------------------
 * Which of those that can come next does
 * ------------------------------------------------------------------------ */

/*
 * Strata: first what others wait for to be gone, or that they would have to do
 * with while it is there, then what is created, then
 * what runs expressions of users, whose functions may need more than the server
 * knows of, last what can go at the end.  What takes several transactions comes
 * before all of that, or after it.
 */
static int
stratum(const SmAction *action)
{
	int flags = action->object->kind->flags;

	/* a commit must not leave undone what is under way */
	if (action->commits)
		return !action->held && (action->before != NIL ||
								 action->phase == SM_PHASE_PREPARE)
				   ? -1
				   : 4;
	if (action->phase == SM_PHASE_DROP)
		return action->before != NIL || (flags & SM_KIND_DROPS_FIRST) ? 0 : 3;
	if (action->phase != SM_PHASE_DRESS && (flags & SM_KIND_EVALUATES))
		return 2;
	return 1;
}

/* By stratum, kind, schema, name; what is dropped, in the reverse of that */
static int
compare_actions(const SmAction *a, const SmAction *b)
{
	int x = stratum(a);
	int y = stratum(b);
	int order;

	if (x != y)
		return x - y;
	order = a->object->kind->weight - b->object->kind->weight;
	if (order == 0)
		order = strcmp(a->object->identity, b->object->identity);
	if (order == 0)
		order = (int) a->phase - (int) b->phase;
	if (order == 0)
		order = a->seq - b->seq;
	return a->phase == SM_PHASE_DROP && b->phase == SM_PHASE_DROP ? -order
																  : order;
}

static int
compare_for_heap(Datum a, Datum b, void *arg)
{
	return -compare_actions((const SmAction *) DatumGetPointer(a),
							(const SmAction *) DatumGetPointer(b));
}

/* ------------------------------------------------------------------------
 * The order
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
 * which nothing is done it does not, and they are by far the most.
 */
static bool
matters(const SmObject *object)
{
	return has_action(object) || has_action(object->peer) ||
		   object->kind == &sm_kind_partition ||
		   object->kind == &sm_kind_constraint;
}

static void
make_graph(SmDelta *delta)
{
	List *old = NIL;
	List *new = NIL;

	for (int i = 0; i < delta->from->objects.n; i++)
	{
		SmObject *object = delta->from->objects.item[i];

		if (matters(object))
			order_old(delta, object);
		if (object->action[SM_PHASE_DROP])
			old = lappend(old, object);
	}
	for (int i = 0; i < delta->to->objects.n; i++)
	{
		SmObject *object = delta->to->objects.item[i];

		if (matters(object))
			order_new(delta, object);
		if (object->action[SM_PHASE_CREATE])
			new = lappend(new, object);
	}
	order_names_in(delta, old, new, 'r', SM_KIND_RELATION, SM_KIND_RELATION);
	/* no relation can be called like a type, whether it is one or not */
	order_names_in(delta, old, new, 't', SM_KIND_TYPE,
				   SM_KIND_TYPE | SM_KIND_RELATION);
	/* calls must not find the old one, whatever its arguments are */
	order_names_in(delta, old, new, 'p', SM_KIND_ROUTINE, SM_KIND_ROUTINE);
}

/*
 * Brings the actions of the plan into an order in which they can be run.
 * Returns false if there is none, but there may be one after the statements
 * have been made anew, with the objects split that it has marked.  An error if
 * there is none at all.
 */
bool
sm_order(SmDelta *delta)
{
	binaryheap *heap;
	List *ordered = NIL;
	ListCell *lc;

	make_graph(delta);
	heap = binaryheap_allocate(Max(list_length(delta->actions), 1),
							   compare_for_heap, NULL);
	foreach (lc, delta->actions)
	{
		SmAction *action = lfirst(lc);

		if (action->waits_for == 0)
			binaryheap_add(heap, PointerGetDatum(action));
	}
	while (!binaryheap_empty(heap))
	{
		SmAction *action =
			(SmAction *) DatumGetPointer(binaryheap_remove_first(heap));

		CHECK_FOR_INTERRUPTS();
		ordered = lappend(ordered, action);
		foreach (lc, action->before)
		{
			SmAction *next = lfirst(lc);

			next->held = next->held || action->held || !action->commits;
			if (--next->waits_for == 0)
				binaryheap_add(heap, PointerGetDatum(next));
		}
	}
	binaryheap_free(heap);
	if (list_length(ordered) < list_length(delta->actions))
	{
		if (sm_cycle_split(delta))
			return false;
		/* what is refused need not have an order */
		if (delta->refusals)
			return true;
		sm_cycle_report(delta->actions);
	}
	delta->actions = ordered;
	return true;
}
