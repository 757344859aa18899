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

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "compat.h"
#include "object.h"

/* Objects by kind and identity */
typedef struct ByKey
{
	const SmKind *kind;
	const char *identity;
} ByKey;

typedef struct ByKeyEntry
{
	ByKey key;
	SmObject *object;
	uint32 hash;
	char status;
} ByKeyEntry;

static uint32
hash_key(ByKey key)
{
	uint32 identity =
		hash_bytes((const unsigned char *) key.identity, strlen(key.identity));

	return hash_combine(identity, murmurhash32((uint32) (uintptr_t) key.kind));
}

static bool
same_key(ByKey a, ByKey b)
{
	return a.kind == b.kind && strcmp(a.identity, b.identity) == 0;
}

#define SH_PREFIX objects
#define SH_ELEMENT_TYPE ByKeyEntry
#define SH_KEY_TYPE ByKey
#define SH_KEY key
#define SH_HASH_KEY(table, key) hash_key(key)
#define SH_EQUAL(table, a, b) same_key(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(table, entry) ((entry)->hash)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Objects by where they are in the catalogs */
typedef struct PlaceEntry
{
	SmAddress address;
	char status;
	SmObject *object;
} PlaceEntry;

static uint32
hash_address(SmAddress address)
{
	return hash_combine(murmurhash32(address.objid),
						murmurhash32(address.classid ^
									 ((uint32) address.subid << 16)));
}

static bool
same_address(SmAddress a, SmAddress b)
{
	return a.objid == b.objid && a.subid == b.subid && a.classid == b.classid;
}

#define SH_PREFIX places
#define SH_ELEMENT_TYPE PlaceEntry
#define SH_KEY_TYPE SmAddress
#define SH_KEY address
#define SH_HASH_KEY(table, key) hash_address(key)
#define SH_EQUAL(table, a, b) same_address(a, b)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Types of columns */
typedef struct TypeKey
{
	Oid type;
	int32 typmod;
} TypeKey;

typedef struct TypeEntry
{
	TypeKey key;
	SmColumnType info;
	char status;
} TypeEntry;

#define SH_PREFIX types
#define SH_ELEMENT_TYPE TypeEntry
#define SH_KEY_TYPE TypeKey
#define SH_KEY key
#define SH_HASH_KEY(table, key)                                                \
	hash_combine(murmurhash32((key).type), murmurhash32((key).typmod))
#define SH_EQUAL(table, a, b) ((a).type == (b).type && (a).typmod == (b).typmod)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/*
 * An empty snapshot, in a new context below the current one.  There are many
 * small things in it, and none is freed before all are: such a context does
 * not round up their sizes.
 */
SmSnapshot *
sm_snapshot_create(void)
{
	MemoryContext context =
		GenerationContextCreate(CurrentMemoryContext, "schemamig snapshot",
								ALLOCSET_DEFAULT_SIZES);
	SmSnapshot *snapshot = MemoryContextAllocZero(context, sizeof(SmSnapshot));

	snapshot->context = context;
	snapshot->by_key = objects_create(context, 1024, NULL);
	snapshot->by_address = places_create(context, 1024, NULL);
	snapshot->types = types_create(context, 64, NULL);
	return snapshot;
}

/*
 * A new object, without attributes.  Returns NULL if there is one of that kind
 * and identity already.  identity is not copied.
 */
SmObject *
sm_snapshot_add(SmSnapshot *snapshot, const SmKind *kind, const char *identity)
{
	ByKey key = { kind, identity };
	Size size = offsetof(SmObject, attr) +
				(SM_FIRST_ATTR + kind->n_attrs) * sizeof(const char *);
	MemoryContext old;
	SmObject *object;
	ByKeyEntry *entry;
	bool found;

	entry = objects_insert(snapshot->by_key, key, &found);
	if (found)
		return NULL;
	old = MemoryContextSwitchTo(snapshot->context);
	object = entry->object = palloc0(size);
	object->kind = kind;
	object->snapshot = snapshot;
	object->identity = identity;
	object->number = snapshot->objects.n;
	sm_objects_add(&snapshot->objects, object);
	MemoryContextSwitchTo(old);
	return object;
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

/* Takes an object out of all but the list of all objects */
static void
unlink_object(SmSnapshot *snapshot, SmObject *object)
{
	ByKey key = { object->kind, object->identity };

	(void) objects_delete(snapshot->by_key, key);
	for (int i = 0; i < object->needs.n; i++)
		objects_remove(&object->needs.item[i]->users, object);
	for (int i = 0; i < object->owners.n; i++)
		objects_remove(&object->owners.item[i]->owned, object);
	for (int i = 0; i < object->users.n; i++)
		objects_remove(&object->users.item[i]->needs, object);
	if (object->parent)
		objects_remove(&object->parent->children, object);
}

static bool
is_this(const SmObject *object, void *arg)
{
	return object == arg;
}

/*
 * Takes an object out.  In time proportional to the size of the snapshot: for
 * many there is sm_snapshot_prune().
 */
void
sm_snapshot_remove(SmSnapshot *snapshot, SmObject *object)
{
	sm_snapshot_prune(snapshot, is_this, object);
}

/*
 * Takes all objects out that goes() is true of.  Where it is true of a parent,
 * it must be so of its children.
 */
void
sm_snapshot_prune(SmSnapshot *snapshot,
				  bool (*goes)(const SmObject *object, void *arg), void *arg)
{
	int n = 0;

	for (int i = 0; i < snapshot->objects.n; i++)
	{
		SmObject *object = snapshot->objects.item[i];

		if (goes(object, arg))
			unlink_object(snapshot, object);
		else
		{
			object->number = n;
			snapshot->objects.item[n++] = object;
		}
	}
	snapshot->objects.n = n;
}

/* The object of that kind and identity, or NULL */
SmObject *
sm_snapshot_find(const SmSnapshot *snapshot, const SmKind *kind,
				 const char *identity)
{
	ByKey key = { kind, identity };
	ByKeyEntry *entry = objects_lookup(snapshot->by_key, key);

	return entry ? entry->object : NULL;
}

/* Notes that what is there in the catalogs means the object */
void
sm_snapshot_place(SmSnapshot *snapshot, SmAddress address, SmObject *object)
{
	bool found;

	places_insert(snapshot->by_address, address, &found)->object = object;
}

/* What is there in the catalogs, or the whole that it is a part of; or NULL */
SmObject *
sm_snapshot_at(const SmSnapshot *snapshot, SmAddress address)
{
	PlaceEntry *entry = places_lookup(snapshot->by_address, address);

	if (entry == NULL && address.subid != 0)
	{
		address.subid = 0;
		entry = places_lookup(snapshot->by_address, address);
	}
	return entry ? entry->object : NULL;
}

/* The subid under which parts are placed, which nothing in the catalogs has */
#define PART_SUBID (-1)

/*
 * Notes that what is there in the catalogs belongs to the object, and is not
 * the object: its comment is an attribute of it, and dependencies on it are
 * nothing.
 */
void
sm_snapshot_place_part(SmSnapshot *snapshot, SmAddress address,
					   SmObject *object)
{
	address.subid = PART_SUBID;
	sm_snapshot_place(snapshot, address, object);
}

/* The object that what is there belongs to, or NULL */
SmObject *
sm_snapshot_part_of(const SmSnapshot *snapshot, SmAddress address)
{
	PlaceEntry *entry;

	address.subid = PART_SUBID;
	entry = places_lookup(snapshot->by_address, address);
	return entry ? entry->object : NULL;
}

static bool
has_constraint(Oid domain)
{
	Relation catalog = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	bool found;

	ScanKeyInit(&key, Anum_pg_constraint_contypid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(domain));
	scan = systable_beginscan(catalog, ConstraintTypidIndexId, true, NULL, 1,
							  &key);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}

/*
 * Is it a domain whose values are checked, by its own constraints or those of
 * the domain that it is over?  The server's answer to that would put the domain
 * into its cache of types, where each change of a relation looks for it.
 */
static bool
is_checked_domain(Oid type)
{
	while (OidIsValid(type))
	{
		HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
		Form_pg_type form;
		Oid base;

		if (!HeapTupleIsValid(tuple))
			sm_snapshot_outdated();
		form = (Form_pg_type) GETSTRUCT(tuple);
		base = form->typtype == TYPTYPE_DOMAIN ? form->typbasetype : InvalidOid;
		if (OidIsValid(base) && (form->typnotnull || has_constraint(type)))
		{
			ReleaseSysCache(tuple);
			return true;
		}
		ReleaseSysCache(tuple);
		type = base;
	}
	return false;
}

/*
 * What is to be known of a type.  Of each one it is asked for once only, since
 * there are many more columns than types.
 */
SmColumnType
sm_snapshot_type(SmSnapshot *snapshot, Oid type, int32 typmod)
{
	TypeKey key = { type, typmod };
	TypeEntry *entry = types_lookup(snapshot->types, key);
	SmColumnType info;
	HeapTuple tuple;
	bool found;

	if (entry)
		return entry->info;
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	if (!HeapTupleIsValid(tuple))
		sm_snapshot_outdated();
	info.collation = ((Form_pg_type) GETSTRUCT(tuple))->typcollation;
	info.storage = ((Form_pg_type) GETSTRUCT(tuple))->typstorage;
	ReleaseSysCache(tuple);
	info.checked = is_checked_domain(type);
	info.name =
		sm_snapshot_text(snapshot, format_type_with_typemod(type, typmod));
	types_insert(snapshot->types, key, &found)->info = info;
	return info;
}

/*
 * To be called when something is not there any more that was, or that something
 * refers to which was read a moment ago.  The catalogs are read as they are by
 * then, not as of one moment, so another session may have dropped it.
 */
void
sm_snapshot_outdated(void)
{
	ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					errmsg("the schemas were changed while they were read"),
					errhint("Call again.")));
}

/* Both names, quoted, of something that has just been read */
const char *
sm_name_in_schema(Oid schema, const char *name)
{
	const char *schema_name = get_namespace_name(schema);

	if (schema_name == NULL || name == NULL)
		sm_snapshot_outdated();
	return quote_qualified_identifier(schema_name, name);
}

/* The same of a relation that something refers to */
const char *
sm_name_of_relation(Oid relation)
{
	return sm_name_in_schema(get_rel_namespace(relation),
							 get_rel_name(relation));
}

/* A copy of a text, in the context of the snapshot; NULL for NULL */
const char *
sm_snapshot_text(const SmSnapshot *snapshot, const char *text)
{
	return text ? MemoryContextStrdup(snapshot->context, text) : NULL;
}

/* Appends to an array, in the context that the array is in */
void
sm_objects_add(SmObjects *objects, SmObject *object)
{
	if (objects->item == NULL)
	{
		objects->size = 2;
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

/* Takes back that the object cannot be there without needed */
void
sm_object_unneeds(SmObject *object, SmObject *needed)
{
	objects_remove(&object->needs, needed);
	objects_remove(&needed->users, object);
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

/* Is the name among the names, a list of char *? */
bool
sm_names_have(const List *names, const char *name)
{
	ListCell *lc;

	foreach (lc, names)
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	return false;
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
