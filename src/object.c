/*-------------------------------------------------------------------------
 *
 * object.c
 *	  What a schema consists of, as read from the catalogs.
 *
 * A snapshot is a plain structure in a memory context of its own.  It outlives
 * the subtransaction that it was read in, and does not point into catalogs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "compat.h"
#include "object.h"

typedef struct ByKey
{
	const SmKind *kind;
	const char *identity;
} ByKey;

typedef struct ByKeyEntry
{
	ByKey key;
	SmObject *object;
} ByKeyEntry;

typedef struct ByAddressEntry
{
	SmAddress address;
	SmObject *object;
} ByAddressEntry;

static uint32
hash_key(const void *key, Size size)
{
	const ByKey *k = key;

	return hash_combine(hash_bytes((const unsigned char *) &k->kind,
								   sizeof(k->kind)),
						string_hash(k->identity, strlen(k->identity) + 1));
}

static int
match_key(const void *a, const void *b, Size size)
{
	const ByKey *x = a;
	const ByKey *y = b;

	return x->kind == y->kind ? strcmp(x->identity, y->identity) : 1;
}

/* An empty snapshot, in a new context below the current one */
SmSnapshot *
sm_snapshot_create(void)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "schemamig snapshot",
							  ALLOCSET_DEFAULT_SIZES);
	SmSnapshot *snapshot = MemoryContextAllocZero(context, sizeof(SmSnapshot));
	HASHCTL ctl;

	snapshot->context = context;
	memset(&ctl, 0, sizeof(ctl));
	ctl.hcxt = context;
	ctl.keysize = sizeof(ByKey);
	ctl.entrysize = sizeof(ByKeyEntry);
	ctl.hash = hash_key;
	ctl.match = match_key;
	snapshot->by_key =
		hash_create("schemamig objects by name", 1024, &ctl,
					HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
	ctl.keysize = sizeof(SmAddress);
	ctl.entrysize = sizeof(ByAddressEntry);
	snapshot->by_address =
		hash_create("schemamig objects by address", 1024, &ctl,
					HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return snapshot;
}

/*
 * A new object, without attributes.  Returns NULL if there is one of that kind
 * and identity already.  identity is not copied.
 */
SmObject *
sm_snapshot_add(SmSnapshot *snapshot, const SmKind *kind, const char *identity)
{
	MemoryContext old;
	ByKeyEntry *entry;
	ByKey key;
	bool found;

	key.kind = kind;
	key.identity = identity;
	entry = hash_search(snapshot->by_key, &key, HASH_ENTER, &found);
	if (found)
		return NULL;
	old = MemoryContextSwitchTo(snapshot->context);
	entry->object = palloc0_object(SmObject);
	entry->object->kind = kind;
	entry->object->identity = identity;
	entry->object->attr =
		palloc0_array(const char *, SM_FIRST_ATTR + kind->n_attrs);
	entry->object->number = snapshot->objects.n;
	sm_objects_add(&snapshot->objects, entry->object);
	MemoryContextSwitchTo(old);
	return entry->object;
}

static void
objects_remove(SmObjects *objects, const SmObject *object)
{
	int n = 0;

	for (int i = 0; i < objects->n; i++)
		if (objects->item[i] != object)
			objects->item[n++] = objects->item[i];
	objects->n = n;
}

/*
 * Takes an object out.  In time proportional to the size of the snapshot, so
 * not for many.
 */
void
sm_snapshot_remove(SmSnapshot *snapshot, SmObject *object)
{
	ByKey key;

	key.kind = object->kind;
	key.identity = object->identity;
	(void) hash_search(snapshot->by_key, &key, HASH_REMOVE, NULL);
	for (int i = 0; i < object->needs.n; i++)
		objects_remove(&object->needs.item[i]->users, object);
	for (int i = 0; i < object->owners.n; i++)
		objects_remove(&object->owners.item[i]->owned, object);
	for (int i = 0; i < object->users.n; i++)
		objects_remove(&object->users.item[i]->needs, object);
	if (object->parent)
		objects_remove(&object->parent->children, object);
	objects_remove(&snapshot->objects, object);
	for (int i = 0; i < snapshot->objects.n; i++)
		snapshot->objects.item[i]->number = i;
}

/* The object of that kind and identity, or NULL */
SmObject *
sm_snapshot_find(const SmSnapshot *snapshot, const SmKind *kind,
				 const char *identity)
{
	ByKeyEntry *entry;
	ByKey key;

	key.kind = kind;
	key.identity = identity;
	entry = hash_search(snapshot->by_key, &key, HASH_FIND, NULL);
	return entry ? entry->object : NULL;
}

/* Notes that what is there in the catalogs means the object */
void
sm_snapshot_place(SmSnapshot *snapshot, SmAddress address, SmObject *object)
{
	ByAddressEntry *entry =
		hash_search(snapshot->by_address, &address, HASH_ENTER, NULL);

	entry->object = object;
}

/* What is there in the catalogs, or the whole that it is a part of; or NULL */
SmObject *
sm_snapshot_at(const SmSnapshot *snapshot, SmAddress address)
{
	ByAddressEntry *entry =
		hash_search(snapshot->by_address, &address, HASH_FIND, NULL);

	if (entry == NULL && address.subid != 0)
	{
		address.subid = 0;
		entry = hash_search(snapshot->by_address, &address, HASH_FIND, NULL);
	}
	return entry ? entry->object : NULL;
}

/* Appends to an array, in the context that the array is in */
void
sm_objects_add(SmObjects *objects, SmObject *object)
{
	if (objects->item == NULL)
	{
		objects->size = 4;
		objects->item = palloc_array(SmObject *, objects->size);
	}
	else if (objects->n == objects->size)
	{
		objects->size *= 2;
		objects->item =
			repalloc_huge(objects->item, objects->size * sizeof(SmObject *));
	}
	objects->item[objects->n++] = object;
}

bool
sm_objects_contain(const SmObjects *objects, const SmObject *object)
{
	for (int i = 0; i < objects->n; i++)
		if (objects->item[i] == object)
			return true;
	return false;
}

/* Whether one needs the other directly.  The shorter of both lists knows */
static bool
is_linked(const SmObjects *forth, const SmObject *to, const SmObjects *back,
		  const SmObject *from)
{
	return forth->n <= back->n ? sm_objects_contain(forth, to)
							   : sm_objects_contain(back, from);
}

/*
 * Notes that the object cannot be there without needed.  To be called in the
 * context of the snapshot.
 */
void
sm_object_needs(SmObject *object, SmObject *needed)
{
	if (object == needed ||
		is_linked(&object->needs, needed, &needed->users, object))
		return;
	sm_objects_add(&object->needs, needed);
	sm_objects_add(&needed->users, object);
}

/*
 * Notes that dropping owner drops the object, which can be there without it
 * otherwise.  To be called in the context of the snapshot.
 */
void
sm_object_owned_by(SmObject *object, SmObject *owner)
{
	if (object == owner ||
		is_linked(&object->owners, owner, &owner->owned, object))
		return;
	sm_objects_add(&object->owners, owner);
	sm_objects_add(&owner->owned, object);
}

/* Are two attributes the same?  NULL is the same as NULL only */
bool
sm_text_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The value, or something else if there is none */
const char *
sm_text_or(const char *value, const char *otherwise)
{
	return value ? value : otherwise;
}

/* The value of an attribute, or NULL */
const char *
sm_attr(const SmObject *object, int attribute)
{
	Assert(attribute < SM_FIRST_ATTR + object->kind->n_attrs);
	return object->attr[attribute];
}

/* Is a boolean attribute set, and true? */
bool
sm_attr_true(const SmObject *object, int attribute)
{
	return sm_attr_is(object, attribute, "t");
}

bool
sm_attr_is(const SmObject *object, int attribute, const char *value)
{
	return sm_text_same(sm_attr(object, attribute), value);
}

/* Is each line of the text in the other one, too? */
static bool
lines_are_in(const char *text, const char *other)
{
	while (*text)
	{
		size_t length = strcspn(text, "\n");
		const char *line = other;

		while (line && (strncmp(line, text, length) != 0 ||
						(line[length] != '\n' && line[length] != '\0')))
		{
			line = strchr(line, '\n');
			if (line)
				line++;
		}
		if (line == NULL)
			return false;
		text += text[length] ? length + 1 : length;
	}
	return true;
}

static bool
same_value(const char *a, const char *b, int flags)
{
	if (sm_text_same(a, b))
		return true;
	return (flags & SM_ATTR_LINES) && a && b && strlen(a) == strlen(b) &&
		   lines_are_in(a, b) && lines_are_in(b, a);
}

/*
 * The attributes in which two states of an object differ, as bits.  An owner
 * that one of them does not say is no difference; what is not said about
 * privileges is the default.
 */
uint64
sm_object_compare(const SmObject *a, const SmObject *b)
{
	const SmKind *kind = a->kind;
	uint64 differ = 0;

	if (a->attr[SM_OWNER] && b->attr[SM_OWNER] &&
		strcmp(a->attr[SM_OWNER], b->attr[SM_OWNER]) != 0)
		differ |= SM_BIT(SM_OWNER);
	for (int i = SM_ACL; i < SM_FIRST_ATTR + kind->n_attrs; i++)
	{
		int flags =
			i < SM_FIRST_ATTR ? 0 : kind->attrs[i - SM_FIRST_ATTR].flags;

		if (!(flags & SM_ATTR_INFO) &&
			!same_value(a->attr[i], b->attr[i], flags))
			differ |= SM_BIT(i);
	}
	return differ;
}
