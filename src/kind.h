/*-------------------------------------------------------------------------
 *
 * kind.h
 *	  What a kind of objects says of itself.
 *
 * Each kind is one file in kinds/ and one row of the table in kinds.c.  What a
 * kind does not say is done alike for all of them: owner, privileges and
 * comments (dress.c), finding out what differs, what must be rebuilt (diff.c)
 * and in which order (order.c).
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_KIND_H
#define SM_KIND_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "executor/tuptable.h"

typedef struct SmObject SmObject;
typedef struct SmSnapshot SmSnapshot;
typedef struct SmReader SmReader;
typedef struct SmDelta SmDelta;

/* Attributes that objects of all kinds have; those of the kind follow */
enum
{
	SM_OWNER,	/* role name, quoted; NULL: the model does not say */
	SM_ACL,		/* lines "grantee PRIVILEGE[ *]", sorted; NULL: default */
	SM_COMMENT, /* NULL: none */
	SM_LABELS,	/* security labels: {provider,label,...}; NULL: none */
	SM_FIRST_ATTR
};

/* What becomes of an object on the way from one state to the other */
typedef enum SmFate
{
	SM_KEEP,
	SM_CREATE,
	SM_DROP,
	SM_ALTER,
	SM_REPLACE /* dropped, and created again */
} SmFate;

/* When a statement is run, as seen from the object that it is for */
typedef enum SmPhase
{
	SM_PHASE_DROP,
	SM_PHASE_PREPARE, /* online: what takes long, beside what is there yet */
	SM_PHASE_ALTER,
	SM_PHASE_CREATE,
	SM_PHASE_DRESS, /* owner, privileges, comment, and what links objects that
					 * must be there already */
	SM_PHASE_FINISH /* online: what takes long, and can wait */
} SmPhase;

#define SM_N_PHASES (SM_PHASE_FINISH + 1)

/* Flags of attributes */
#define SM_ATTR_INFO 0x01  /* not compared */
#define SM_ATTR_LINES 0x02 /* lines whose order means nothing */
#define SM_ATTR_SECRET 0x04 /* no script says it, so none can be proven to */

/* Flags of kinds */
#define SM_KIND_HOLDS_DATA                                                     \
	0x01 /* dropping it loses what cannot be made                              \
		  * again, unless is_derived() */
#define SM_KIND_REBUILDABLE                                                    \
	0x02					   /* may be dropped and created again when        \
								* something that it needs must be */
#define SM_KIND_RELATION 0x04  /* its name is one of pg_class ... */
#define SM_KIND_TYPE 0x08	   /* ... or of pg_type, of its schema */
#define SM_KIND_ROUTINE 0x10   /* ... or of pg_proc, with arguments */
#define SM_KIND_EVALUATES 0x20 /* creating it runs expressions of users */
#define SM_KIND_SPLITS                                                         \
	0x40 /* can be created or dropped by a statement                           \
		  * of its own, not with its parent */

#define SM_KIND_DATABASE                                                       \
	0x80 /* belongs to the database, not to a schema:                          \
		  * reach.c says which ones are compared */
#define SM_KIND_DROPS_FIRST 0x100 /* is in the way of others while it lasts */
#define SM_KIND_SECRET 0x200	  /* only superusers can see such objects */

/* How the identity of an object is made */
typedef enum SmNaming
{
	SM_NAMED_BY_QUERY,
	SM_NAMED_IN_SCHEMA, /* schema.name */
	SM_NAMED_IN_PARENT, /* parent.name */
	SM_NAMED_ON_PARENT, /* name ON parent */
	SM_NAMED_AS_PARENT	/* parent */
} SmNaming;

/* Where an object is in the catalogs that it was read from */
typedef struct SmAddress
{
	Oid classid;
	Oid objid;
	int32 subid;
} SmAddress;

typedef struct SmAttr
{
	const char *name;
	int flags;
} SmAttr;

/*
 * Where a kind has very many objects, what the executor does for each row is
 * most of the time.  Such a kind has no query: read() is called for each tuple
 * of a catalog, in a context that is reset behind it, and calls
 * sm_reader_add() for those that are of the kind.
 *
 * Of all others, the query reads all objects of the kind in the schemas $1
 *(oid[]).  $2 (oid) is the role that stands for "owner not said", or 0, and $3
 *(text) the name of the current user, whom it stands for.  Its columns are
 *
 *	1 objid oid, 2 subid int4	where it is in the catalog classid
 *	3 parent oid, 4 parent's subid int4		in parent_class; NULL: no parent
 *	5 schema, 6 name			not quoted; no schema: the parent's, if any
 *	7 identity					text; NULL where naming says how it is made
 *	8 owner						text; use SM_SQL_OWNER
 *	9 acl						use SM_SQL_ACL
 *	10 ...						the attributes of the kind, of any type; their
 *								output is what is compared.  NULL means what
 *								the object has when nothing is said
 *	...							whatever else complete() is to have
 *
 * Order does not matter.  Rows of members of extensions are passed over, and so
 * are those whose parent is not in the snapshot, and those of which an object
 * of another kind has said that it is meant by them.  Comments and dependencies
 * are read for all kinds at once.
 */
#define SM_ROW_ATTRS 9 /* columns before those of the attributes */

typedef struct SmKind
{
	const char *name; /* as diff() shows it */
	Oid classid;
	Oid parent_class;
	const char *query;
	Oid catalog; /* instead of the query ... */
	void (*read)(SmReader *reader, HeapTuple tuple, TupleDesc desc);
	SmNaming naming;
	const SmAttr *attrs; /* those of the kind, from SM_FIRST_ATTR on */
	int n_attrs;
	int flags;
	int weight;	   /* order among those that nothing else puts in order */
	char acl_type; /* for acldefault(); '\0': has no privileges */

	/* about what the server caches to tell of one, if that is worth to be told:
	 * as where its definition is a query, for which it opens the relations */
	int cached_kb;

	/* optional: what it needs beyond pg_depend and its parent, as rows
	 * (objid oid, subid int4, refclassid oid, refobjid oid, refsubid int4) */
	const char *needs_query;

	/* optional: other places in the catalogs that dependencies lead to and
	 * that mean this object: (classid oid, objid oid, objid of the object,
	 * its subid) */
	const char *alias_query;

	/* words that name it in SQL, as in COMMENT ON ... identity */
	const char *(*sql_type)(const SmObject *object);

	/* optional: what it is called in SQL, if that is not its identity */
	const char *(*sql_name)(const SmObject *object);

	/* optional: has the row that the object was made of, in a context that is
	 * reset behind it; may change attributes, and say what else in the catalogs
	 * means the object.  What it says must be in the snapshot's context */
	void (*complete)(SmSnapshot *snapshot, SmObject *object,
					 TupleTableSlot *row);

	/* optional: has been placed as what the alias_query says */
	void (*aliased)(SmSnapshot *snapshot, SmObject *object, SmAddress alias);

	/* optional: in which order they stand in their parent */
	int (*compare)(const SmObject *a, const SmObject *b);

	/* the attribute for comments on what belongs to them, see
	 * sm_snapshot_place_part() */
	int part_comment;

	/* optional: after reading; may change attributes */
	void (*loaded)(SmObject *object);

	/* optional: is it created by the statement that creates its parent? */
	bool (*is_inline)(const SmObject *object);

	/* optional: although the kind holds data, does this one not? */
	bool (*is_derived)(const SmObject *object);

	/* optional: SM_ALTER or SM_REPLACE, when attributes of the kind differ;
	 * without it, SM_ALTER if there is alter(), else SM_REPLACE */
	SmFate (*fate)(const SmObject *from, const SmObject *to, uint64 changed);

	/* optional: does changing it in place fail while others use it, unless
	 * they are of kinds that the server rebuilds? */
	bool (*disturbs)(const SmObject *from, const SmObject *to, uint64 changed);

	/* optional: can it be replaced while columns use it, by renaming the old
	 * one, creating the new one, converting the columns, and dropping the old
	 * one?  create() and drop() do their part of that if the object is
	 * swapped */
	bool (*can_swap)(const SmObject *from, const SmObject *to);

	/* the attribute that says its type, in which a swapped one is named; 0:
	 * none, it cannot be converted */
	int type_attribute;

	/* the same for its collation */
	int collation_attribute;

	/* optional: must this one, of the old state, be away while needed is
	 * changed in place in a way that disturbs? */
	bool (*is_disturbed)(const SmObject *object, const SmObject *needed);

	/* optional: statements in a phase beside that which created its parent */
	void (*created_inline)(SmDelta *delta, const SmObject *to, SmPhase phase);

	void (*create)(SmDelta *delta, const SmObject *to);
	void (*drop)(SmDelta *delta, const SmObject *from);

	/* changed has bits of the kind's attributes only */
	void (*alter)(SmDelta *delta, const SmObject *from, const SmObject *to,
				  uint64 changed);
} SmKind;

#endif /* SM_KIND_H */
