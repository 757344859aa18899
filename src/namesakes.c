/*-------------------------------------------------------------------------
 *
 * namesakes.c
 *	  Names that objects of several kinds share, in the order of a plan.
 *
 * What has a name is dropped before something else gets that name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/varlena.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/table.h"
#include "namesakes.h"
#include "online.h"

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

	if (prepare && sm_online_aside(delta, b))
		sm_delta_precede(prepare, drop);
	else
		sm_delta_precede(drop, prepare);
	sm_delta_precede(drop, b->action[SM_PHASE_CREATE]);
}

static HTAB *
make_slots(void)
{
	HASHCTL ctl;

	memset(&ctl, 0, sizeof(ctl));
	ctl.hcxt = CurrentMemoryContext;
	ctl.keysize = 1 + 2 * NAMEDATALEN;
	ctl.entrysize = sizeof(NameSlot);
	return hash_create("schemamig names", 256, &ctl,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static void
note_drop(HTAB *slots, const char *key, SmAction *drop)
{
	NameSlot *slot;
	bool found;

	slot = hash_search(slots, key, HASH_ENTER, &found);
	if (!found)
		slot->dropped = NIL;
	slot->dropped = lappend(slot->dropped, drop);
}

/* The actions that free the name, of SmAction * */
static List *
dropped_in(HTAB *slots, const char *key)
{
	NameSlot *slot = hash_search(slots, key, HASH_FIND, NULL);

	return slot ? slot->dropped : NIL;
}

static void
note_drops(HTAB *slots, const List *old, char space, int dropped)
{
	char key[1 + 2 * NAMEDATALEN];
	ListCell *lc;

	foreach (lc, old)
	{
		SmObject *a = lfirst(lc);

		if (!(a->kind->flags & dropped) || a->swapped ||
			sm_sequence_becomes_identity(a))
			continue;
		slot_key(key, space, a);
		note_drop(slots, key, a->action[SM_PHASE_DROP]);
	}
}

static void
order_creates(const SmDelta *delta, HTAB *slots, const List *new, char space,
			  int created)
{
	char key[1 + 2 * NAMEDATALEN];
	ListCell *lc;
	ListCell *drop;

	foreach (lc, new)
	{
		SmObject *b = lfirst(lc);

		if (!(b->kind->flags & created) || sm_sequence_was_identity(b))
			continue;
		slot_key(key, space, b);
		foreach (drop, dropped_in(slots, key))
			order_name(delta, lfirst(drop), b);
	}
}

static void
order_names_in(const SmDelta *delta, const List *old, const List *new,
			   char space, int dropped, int created)
{
	HTAB *slots = make_slots();

	note_drops(slots, old, space, dropped);
	order_creates(delta, slots, new, space, created);
	hash_destroy(slots);
}

/*
 * Does the column have an identity, whose sequence the other state does not
 * have?  Returns the key of the slot then.
 */
static bool
identity_key(char *key, const SmObject *column)
{
	const char *sequence;
	SmObject named;
	List *names;

	if (column->kind != &sm_kind_column)
		return false;
	sequence = sm_column_sequence(column);
	if (sequence == NULL ||
		(column->peer &&
		 sm_text_same(sequence, sm_column_sequence(column->peer)) &&
		 column->fate != SM_REPLACE))
		return false;
	names = textToQualifiedNameList(cstring_to_text(sequence));
	named.schema = strVal(linitial(names));
	named.name = strVal(llast(names));
	slot_key(key, 'r', &named);
	return true;
}

/* The same for the names of sequences that identity columns bring along */
static void
order_relations(const SmDelta *delta, const List *old, const List *new)
{
	HTAB *slots = make_slots();
	char key[1 + 2 * NAMEDATALEN];
	ListCell *lc;

	note_drops(slots, old, 'r', SM_KIND_RELATION);
	for (int i = 0; i < delta->from->objects.n; i++)
	{
		const SmObject *a = delta->from->objects.item[i];

		if (a->fate != SM_KEEP && identity_key(key, a))
			note_drop(slots, key,
					  sm_delta_drops(a) ? a->action[SM_PHASE_DROP]
										: a->peer->action[SM_PHASE_ALTER]);
	}
	order_creates(delta, slots, new, 'r', SM_KIND_RELATION);
	for (int i = 0; i < delta->to->objects.n; i++)
	{
		const SmObject *b = delta->to->objects.item[i];

		if (b->fate != SM_KEEP && identity_key(key, b))
			foreach (lc, dropped_in(slots, key))
				sm_delta_precede(lfirst(lc), b->action[sm_delta_creates(b)
														   ? SM_PHASE_CREATE
														   : SM_PHASE_ALTER]);
	}
	hash_destroy(slots);
}

/* Puts actions on objects that are dropped, and that are created, in order */
void
sm_namesakes_order(const SmDelta *delta, const List *old, const List *new)
{
	order_relations(delta, old, new);
	/* no relation can be called like a type, whether it is one or not */
	order_names_in(delta, old, new, 't', SM_KIND_TYPE,
				   SM_KIND_TYPE | SM_KIND_RELATION);
	/* calls must not find the old one, whatever its arguments are */
	order_names_in(delta, old, new, 'p', SM_KIND_ROUTINE, SM_KIND_ROUTINE);
}
