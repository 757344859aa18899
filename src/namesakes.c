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

#include "utils/hsearch.h"

#include "compat.h"
#include "kinds.h"
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

static void
order_names_in(const SmDelta *delta, const List *old, const List *new,
			   char space, int dropped, int created)
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

/* Puts actions on objects that are dropped, and that are created, in order */
void
sm_namesakes_order(const SmDelta *delta, const List *old, const List *new)
{
	order_names_in(delta, old, new, 'r', SM_KIND_RELATION, SM_KIND_RELATION);
	/* no relation can be called like a type, whether it is one or not */
	order_names_in(delta, old, new, 't', SM_KIND_TYPE,
				   SM_KIND_TYPE | SM_KIND_RELATION);
	/* calls must not find the old one, whatever its arguments are */
	order_names_in(delta, old, new, 'p', SM_KIND_ROUTINE, SM_KIND_ROUTINE);
}
