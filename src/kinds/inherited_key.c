/*-------------------------------------------------------------------------
 *
 * inherited_key.c
 *	  Foreign keys that partitions have from their parents.
 *
 * They are no objects: they come and go with those of the parent.  But a table
 * that is detached keeps them as its own, and one that is attached may have
 * such a key already, which is then taken over without a look at the rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/varlena.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/inherited_key.h"
#include "kinds/table.h"
#include "online.h"

/* That the table is a partition, or NULL */
static const SmObject *
link_of(const SmObject *table)
{
	for (int i = 0; table && i < table->children.n; i++)
		if (table->children.item[i]->kind == &sm_kind_partition)
			return table->children.item[i];
	return NULL;
}

/* The tables above a partition, from its parent on */
static List *
tables_above(const SmObject *link)
{
	List *tables = NIL;

	for (; link; link = link_of(llast(tables)))
	{
		const SmObject *parent = sm_partition_parent(link);

		if (parent == NULL)
			break;
		tables = lappend(tables, unconstify(SmObject *, parent));
	}
	return tables;
}

/* The foreign keys of the tables above a partition, in the same state */
static List *
keys_above(const SmObject *link)
{
	List *keys = NIL;
	ListCell *lc;

	foreach (lc, tables_above(link))
	{
		const SmObject *table = lfirst(lc);

		for (int i = 0; i < table->children.n; i++)
			if (sm_constraint_is_foreign_key(table->children.item[i]))
				keys = lappend(keys, table->children.item[i]);
	}
	return keys;
}

/* One of them that says the same as the given one, or NULL */
static const SmObject *
find_like(const SmObject *link, const SmObject *key)
{
	ListCell *lc;

	foreach (lc, keys_above(link))
		if (sm_constraint_is_like(lfirst(lc), key))
			return lfirst(lc);
	return NULL;
}

/* Does a partition, of the old state, stay in the same table, if elsewhere? */
static bool
keeps_parent(const SmObject *link)
{
	const SmObject *again = link_of(link->parent->peer);
	const SmObject *parent = again ? sm_partition_parent(again) : NULL;

	return parent && parent->peer && parent->peer == sm_partition_parent(link);
}

/*
 * The names, not quoted, that the keys which a partition has from above may
 * have.  Where the server makes them they have those of the keys above, but one
 * that was taken over has kept its own: so it may in one database, and not in
 * another that has come to the same state.  *certain says that all are there.
 */
static List *
names_of_keys(const SmObject *link, bool *certain)
{
	List *names;
	ListCell *lc;

	/* the server has written it */
	(void) SplitIdentifierString(pstrdup(sm_partition_keys(link)), ',', &names);
	*certain = true;
	foreach (lc, keys_above(link))
	{
		const char *name = ((SmObject *) lfirst(lc))->name;

		if (sm_names_have(names, name) ||
			sm_table_has_constraint(link->parent, name))
			continue;
		names = lappend(names, pstrdup(name));
		*certain = false;
	}
	return names;
}

/*
 * Is a foreign key, of the new state, there when the table has been detached?
 */
bool
sm_inherited_key_is_left(const SmObject *to)
{
	const SmObject *link = link_of(to->parent->peer);
	const SmObject *like;
	bool certain;

	if (link == NULL || !sm_delta_drops(link) || sm_delta_drops(link->parent))
		return false;
	like = find_like(link, to);
	return like && !sm_delta_drops(like) &&
		   sm_names_have(names_of_keys(link, &certain), to->name) && certain;
}

/*
 * Does a foreign key, of the old state, become that of the parent when the
 * table is attached?  So it does under any name, but keeps it.
 */
bool
sm_inherited_key_is_taken_over(const SmObject *from)
{
	const SmObject *link = link_of(from->parent->peer);
	const SmObject *like;

	if (link == NULL || !sm_delta_creates(link) ||
		sm_delta_creates(link->parent))
		return false;
	like = find_like(link, from);
	return like && strcmp(like->name, from->name) == 0;
}

static const SmObject *
find_key(const SmObject *table, const char *name)
{
	for (int i = 0; table && i < table->children.n; i++)
		if (sm_constraint_is_foreign_key(table->children.item[i]) &&
			strcmp(table->children.item[i]->name, name) == 0)
			return table->children.item[i];
	return NULL;
}

/* Has the table a key from the parent that it had before, which is like it? */
static bool
has_kept(const SmObject *table, const SmObject *key)
{
	const SmObject *link = link_of(table->peer);

	return link && keeps_parent(link) && find_like(link, key);
}

/* Can the table have the key of its parent before it is attached? */
static bool
can_add(const SmDelta *delta, const SmObject *table, const SmObject *key)
{
	return sm_online_table(delta, table) && link_of(table->peer) == NULL &&
		   !sm_table_has_constraint(table, key->name) &&
		   !sm_table_has_constraint(table->peer, key->name) &&
		   (SM_CAN_WAIT_PARTITIONED_KEY || !sm_table_is_partitioned(table));
}

/*
 * Gives a table the keys that its parent asks for before it is attached, if that
 * keeps others from waiting.  Returns whether ATTACH has still to look at rows.
 */
bool
sm_inherited_key_attach(SmDelta *delta, const SmObject *link)
{
	const SmObject *table = link->parent;
	bool reads = false;
	ListCell *lc;

	if (sm_delta_creates(table))
		return false;
	foreach (lc, keys_above(link))
	{
		const SmObject *key = lfirst(lc);
		const SmObject *own = find_key(table->peer, key->name);

		/* a new key of the parent sees to its partitions itself */
		if (key->fate != SM_KEEP ||
			(own && sm_inherited_key_is_taken_over(own)) ||
			has_kept(table, key))
			continue;
		if (!can_add(delta, table, key))
		{
			reads = true;
			continue;
		}
		sm_delta_alter_table(delta, link, SM_PHASE_PREPARE, table->identity,
							 "ADD %s NOT VALID", sm_constraint_definition(key));
		sm_online_validate(delta, link, SM_PHASE_PREPARE, table->identity,
						   key->name);
		sm_delta_hazard(delta, link, SM_PHASE_PREPARE,
						"reads the whole table, and fails if it has rows that do not fit");
	}
	return reads;
}

/*
 * Drops what a table that is detached keeps, but is not to have.  With other
 * bounds in the same table it keeps all of it.
 */
void
sm_inherited_key_detach(SmDelta *delta, const SmObject *link)
{
	const SmObject *table = link->parent;
	bool certain;
	List *names = names_of_keys(link, &certain);
	ListCell *lc;

	if (sm_delta_drops(table) || keeps_parent(link))
		return;
	/* what goes with a key of the parent, is gone by then */
	foreach (lc, keys_above(link))
		certain &= !sm_delta_drops(lfirst(lc));
	foreach (lc, names)
	{
		const SmObject *to = find_key(table->peer, lfirst(lc));

		if (to == NULL || !sm_inherited_key_is_left(to))
			sm_delta_alter_table(delta, link, SM_PHASE_DROP, table->identity,
								 "DROP CONSTRAINT %s%s",
								 certain ? "" : "IF EXISTS ",
								 quote_identifier(lfirst(lc)));
	}
}

/*
 * Keys of the parent go before the table is detached, and its own come
 * afterwards.
 */
void
sm_inherited_key_order(const SmObject *link, SmAction *detach)
{
	const SmObject *table = link->parent->peer;
	ListCell *lc;

	foreach (lc, keys_above(link))
		sm_delta_precede(((SmObject *) lfirst(lc))->action[SM_PHASE_DROP],
						 detach);
	for (int i = 0; table && i < table->children.n; i++)
	{
		const SmObject *key = table->children.item[i];

		if (!sm_constraint_is_foreign_key(key))
			continue;
		sm_delta_precede(detach, key->action[SM_PHASE_CREATE]);
		sm_delta_precede(detach, key->action[SM_PHASE_DRESS]);
	}
}
