/*-------------------------------------------------------------------------
 *
 * object.h
 *	  What a schema consists of, as read from the catalogs.
 *
 * An object is anything that can be addressed and changed by itself: a table,
 * but also a column, a default, a constraint.  It is known by its kind and
 * its identity, a qualified and quoted name, never by an OID, so that those of
 * two states can be compared.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_OBJECT_H
#define SM_OBJECT_H

#include "compat.h"
#include "kind.h"
#include "nodes/pg_list.h"

/* Objects that stand in some relation to an object */
typedef struct SmObjects
{
	int n;
	int size;
	struct SmObject **item;
} SmObjects;

struct SmObject
{
	const SmKind *kind;
	const char *identity; /* as it stands in SQL; unique within the kind */
	const char *schema;	  /* not quoted; NULL: in none */
	const char *name;	  /* not quoted, without that of the parent; NULL:
						   * has none */
	struct SmObject *parent;
	const struct SmSnapshot *snapshot; /* that it is in */
	int number;						   /* index in the snapshot's objects */
	Oid type;		   /* of a column, while a snapshot is read ... */
	Oid collation;	   /* ... */
	SmAddress address; /* classid 0: comes from a stored snapshot */
	SmObjects needs;   /* what it cannot be there without, parent too */
	SmObjects owners;  /* what takes it along when it is dropped */
	SmObjects users;   /* whose needs it is among */
	SmObjects owned;   /* whose owners it is among */
	SmObjects children;
	bool given;		/* a model uses it, but has not made it */
	bool elsewhere; /* has to do with schemas that are not managed */

	/* The rest belongs to the plan that is being made */
	struct SmObject *peer; /* the same object in the other state */
	SmFate fate;
	const SmObject *cause; /* for whose sake it is rebuilt or converted */
	bool rebuilt;		   /* SM_REPLACE for the sake of others only */
	bool swapped;		   /* SM_REPLACE while what uses it stays */
	bool split;			   /* gets a statement of its own, to break a cycle */
	struct SmObject *namesake; /* a column, whose identity has the name of this
								* sequence in the other state; or the sequence */
	bool ignored;		   /* the caller does not want it compared */
	uint64 changed;		   /* attributes that differ, as bits */
	struct SmAction *action[SM_N_PHASES];

	struct SmChange *change; /* its row of diff() */

	/* by the number of the attribute; NULL: not set */
	const char *attr[FLEXIBLE_ARRAY_MEMBER];
};

#define SM_BIT(attribute) (UINT64CONST(1) << (attribute))
#define SM_DIFFERS(changed, attribute) (((changed) &SM_BIT(attribute)) != 0)

/* What columns have in common that are of the same type */
typedef struct SmColumnType
{
	const char *name; /* with the modifier */
	Oid collation;
	char storage;
	bool checked; /* a domain with constraints */
} SmColumnType;

/* The objects of one state of the managed schemas */
struct SmSnapshot
{
	MemoryContext context;
	SmObjects objects; /* parents before children, otherwise by kind */
	struct objects_hash *by_key;
	struct places_hash *by_address;
	struct types_hash *types;
	List *warnings; /* of char *: what was found and is not compared */
};

extern SmSnapshot *sm_snapshot_create(void);
extern SmObject *
sm_snapshot_add(SmSnapshot *snapshot, const SmKind *kind, const char *identity);
extern void sm_snapshot_remove(SmSnapshot *snapshot, SmObject *object);
extern void
sm_snapshot_prune(SmSnapshot *snapshot,
				  bool (*goes)(const SmObject *object, void *arg), void *arg);
extern SmObject *sm_snapshot_find(const SmSnapshot *snapshot,
								  const SmKind *kind, const char *identity);
extern void
sm_snapshot_place(SmSnapshot *snapshot, SmAddress address, SmObject *object);
extern SmObject *sm_snapshot_at(const SmSnapshot *snapshot, SmAddress address);
extern SmColumnType
sm_snapshot_type(SmSnapshot *snapshot, Oid type, int32 typmod);
extern const char *
sm_snapshot_text(const SmSnapshot *snapshot, const char *text);
extern void sm_snapshot_place_part(SmSnapshot *snapshot, SmAddress address,
								   SmObject *object);
extern SmObject *
sm_snapshot_part_of(const SmSnapshot *snapshot, SmAddress address);
pg_noreturn extern void sm_snapshot_outdated(void);
extern const char *sm_name_in_schema(Oid schema, const char *name);
extern const char *sm_name_of_relation(Oid relation);
extern void sm_objects_add(SmObjects *objects, SmObject *object);
extern bool
sm_objects_contain(const SmObjects *objects, const SmObject *object);
extern void sm_object_needs(SmObject *object, SmObject *needed);
extern void sm_object_unneeds(SmObject *object, SmObject *needed);
extern void sm_object_owned_by(SmObject *object, SmObject *owner);
extern bool sm_text_same(const char *a, const char *b);
extern bool sm_names_have(const List *names, const char *name);
extern const char *sm_text_or(const char *value, const char *otherwise);
extern const char *sm_attr(const SmObject *object, int attribute);
extern bool sm_attr_true(const SmObject *object, int attribute);
extern bool
sm_attr_is(const SmObject *object, int attribute, const char *value);
extern uint64 sm_object_compare(const SmObject *a, const SmObject *b);

#endif /* SM_OBJECT_H */
