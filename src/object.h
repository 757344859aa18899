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

#include "kind.h"
#include "nodes/pg_list.h"
#include "utils/hsearch.h"

/* Where an object is in the catalogs that it was read from */
typedef struct SmAddress
{
	Oid classid;
	Oid objid;
	int32 subid;
} SmAddress;

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
	const char *name;	  /* not quoted, without that of the parent */
	struct SmObject *parent;
	int number;		   /* index in the snapshot's objects */
	const char **attr; /* by the number of the attribute; NULL: not set */
	SmAddress address; /* classid 0: comes from a stored snapshot */
	SmObjects needs;   /* what it cannot be there without, parent too */
	SmObjects owners;  /* what takes it along when it is dropped */
	SmObjects users;   /* whose needs it is among */
	SmObjects owned;   /* whose owners it is among */
	SmObjects children;

	/* The rest belongs to the plan that is being made */
	struct SmObject *peer; /* the same object in the other state */
	SmFate fate;
	const SmObject *cause; /* for whose sake it is rebuilt or converted */
	bool rebuilt;		   /* SM_REPLACE for the sake of others only */
	bool swapped;		   /* SM_REPLACE while what uses it stays */
	bool split;			   /* gets a statement of its own, to break a cycle */
	bool ignored;		   /* the caller does not want it compared */
	uint64 changed;		   /* attributes that differ, as bits */
	struct SmAction *action[SM_N_PHASES];

	struct SmChange *change; /* its row of diff() */
};

#define SM_BIT(attribute) (UINT64CONST(1) << (attribute))
#define SM_DIFFERS(changed, attribute) (((changed) &SM_BIT(attribute)) != 0)

/* The objects of one state of the managed schemas */
typedef struct SmSnapshot
{
	MemoryContext context;
	SmObjects objects; /* parents before children, otherwise by kind */
	HTAB *by_key;
	HTAB *by_address;
	List *warnings; /* of char *: what was found and is not compared */
} SmSnapshot;

extern SmSnapshot *sm_snapshot_create(void);
extern SmObject *
sm_snapshot_add(SmSnapshot *snapshot, const SmKind *kind, const char *identity);
extern void sm_snapshot_remove(SmSnapshot *snapshot, SmObject *object);
extern SmObject *sm_snapshot_find(const SmSnapshot *snapshot,
								  const SmKind *kind, const char *identity);
extern void
sm_snapshot_place(SmSnapshot *snapshot, SmAddress address, SmObject *object);
extern SmObject *sm_snapshot_at(const SmSnapshot *snapshot, SmAddress address);
extern void sm_objects_add(SmObjects *objects, SmObject *object);
extern bool
sm_objects_contain(const SmObjects *objects, const SmObject *object);
extern void sm_object_needs(SmObject *object, SmObject *needed);
extern void sm_object_owned_by(SmObject *object, SmObject *owner);
extern bool sm_text_same(const char *a, const char *b);
extern const char *sm_text_or(const char *value, const char *otherwise);
extern const char *sm_attr(const SmObject *object, int attribute);
extern bool sm_attr_true(const SmObject *object, int attribute);
extern bool
sm_attr_is(const SmObject *object, int attribute, const char *value);
extern uint64 sm_object_compare(const SmObject *a, const SmObject *b);

#endif /* SM_OBJECT_H */
