/*-------------------------------------------------------------------------
 *
 * bounds.c
 *	  Whether the statements of a model keep to the objects of the model.
 *
 * They must not make anything outside of the schemas that the model manages, as
 * that would not be compared with anything, nor lock a relation that was there
 * before so that others would have to wait for it.  What the parse tree tells
 * is checked before a statement runs, the rest afterwards.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "bounds.h"
#include "locks.h"
#include "object.h"
#include "touch.h"

/* Statements of which the locks are looked at together, if at all */
#define AT_ONCE 32

static bool
is_managed(const SmBounds *b, const char *schema)
{
	Oid namespace;

	if (sm_names_have(b->schemas, schema))
		return true;
	namespace = get_namespace_oid(schema, true);
	/* one that an extension has made is as good */
	return OidIsValid(namespace) &&
		   sm_locks_created(NamespaceRelationId, namespace);
}

static void
refuse_schema(SmBounds *b, const char *schema)
{
	b->refused = true;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("schema \"%s\" is not managed by the model", schema),
			 errdetail("The statement would change an object of it."),
			 errhint(
				 "Name it in the argument \"schemas\", with a model that defines all of it, or take the statement out.")));
}

/* relation may be gone */
static void
refuse_lock(Oid relation, LOCKMODE mode)
{
	char *name = get_rel_name(relation);
	char *schema = get_namespace_name(get_rel_namespace(relation));

	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 name
				 ? errmsg("the model would lock relation \"%s.%s\", which is not part of it",
						  schema, name)
				 : errmsg(
					   "the model would lock a relation that is not part of it"),
			 mode != NoLock
				 ? errdetail("It takes %s.",
							 GetLockmodeName(DEFAULT_LOCKMETHOD, mode))
				 : 0,
			 errhint(
				 "Others would have to wait for it. Let the model define its schema as well, or take the statement out.")));
}

/*
 * Refuses a statement that would lock a relation that was there before.  What
 * it names without a schema is found as the statement itself would.
 */
static void
check_lock(SmBounds *b, const SmTouch *touch)
{
	Oid relation = RangeVarGetRelid(makeRangeVar((char *) touch->schema,
												 (char *) touch->name, -1),
									NoLock, true);

	if (OidIsValid(relation) && !sm_locks_created(RelationRelationId, relation))
	{
		b->refused = true;
		refuse_lock(relation, NoLock);
	}
}

/*
 * Refuses a statement, before it runs, that names objects of other schemas in
 * order to make, change or lock them.
 */
void
sm_bounds_before(SmBounds *b, Node *stmt)
{
	ListCell *lc;

	foreach (lc, sm_touch_names(stmt))
	{
		const SmTouch *touch = lfirst(lc);

		if (touch->schema && !is_managed(b, touch->schema))
			refuse_schema(b, touch->schema);
		if (touch->kind == SM_TOUCH_LOCKS)
			check_lock(b, touch);
	}
}

/*
 * The schema of an object that was created, if it is one of the kinds that
 * statements make: others belong to those.  Else InvalidOid.
 */
static Oid
created_in(const SmCreated *created)
{
	HeapTuple tuple;
	Oid namespace = InvalidOid;

	switch (created->class_id)
	{
		case RelationRelationId:
			namespace
			= get_rel_namespace(created->object_id);
			return namespace == PG_TOAST_NAMESPACE ? InvalidOid : namespace;
		case ProcedureRelationId:
			return get_func_namespace(created->object_id);
		case TypeRelationId:
			tuple =
				SearchSysCache1(TYPEOID, ObjectIdGetDatum(created->object_id));
			if (!HeapTupleIsValid(tuple))
				return InvalidOid;
			namespace = ((Form_pg_type) GETSTRUCT(tuple))->typnamespace;
			ReleaseSysCache(tuple);
			return namespace;
		default:
			return InvalidOid;
	}
}

/* Refuses a statement that has made something in another schema */
static void
check_created(SmBounds *b)
{
	int n;
	const SmCreated *created = sm_locks_all_created(&n);
	Oid good = InvalidOid;

	for (; b->checked < n; b->checked++)
	{
		Oid namespace = created_in(&created[b->checked]);
		char *name;

		if (!OidIsValid(namespace) || namespace == good)
			continue;
		name = get_namespace_name(namespace);
		if (name == NULL || !is_managed(b, name))
			refuse_schema(b, name ? name : "?");
		good = namespace;
	}
}

/*
 * Gives back the locks on what has been made, and refuses the last statement
 * if anything else is locked.
 */
void
sm_bounds_settle(SmBounds *b)
{
	Oid relation;
	LOCKMODE mode;

	if (sm_locks_settle(b->lazily, &relation, &mode))
	{
		/* if it may have been another one, that is still to be found out */
		b->refused = b->unsettled <= 1;
		refuse_lock(relation, mode);
	}
	b->gave_sequences |= b->lazily;
	b->unsettled = 0;
}

/*
 * To be called after each statement: gives back the locks on what it has made,
 * and refuses it if it has locked or made anything else.  What an extension
 * makes may be where it wants.
 *
 * Most statements take a few locks, and to look at them takes as long as some
 * of these statements.  So it may be done for several together; then
 * sm_bounds_settle() has to be called after the last one, and the error that
 * comes of it is not for good, since it may be about the wrong one of them.
 */
void
sm_bounds_after(SmBounds *b, bool is_extension)
{
	b->unsettled++;
	if (!b->lazily || b->unsettled == AT_ONCE)
		sm_bounds_settle(b);
	if (is_extension)
		(void) sm_locks_all_created(&b->checked);
	else
		check_created(b);
}
