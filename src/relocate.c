/*-------------------------------------------------------------------------
 *
 * relocate.c
 *	  Moving objects to another schema in the catalogs, without taking locks.
 *
 * What ALTER ... SET SCHEMA does, but for the locks and checks.  That is safe
 * in a subtransaction that is rolled back, and nowhere else: nobody sees the new
 * schema, and to everybody else the objects stay where they are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_index.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/tablecmds.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "compat.h"
#include "relocate.h"

/*
 * The members of an extension, or with InvalidOid those of all extensions, as a
 * list of ObjectAddress
 */
List *
sm_relocate_members(Oid extension)
{
	Relation rel = table_open(DependRelationId, AccessShareLock);
	List *members = NIL;
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(ExtensionRelationId));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(extension));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL,
							  OidIsValid(extension) ? 2 : 1, key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend depend = (Form_pg_depend) GETSTRUCT(tuple);
		ObjectAddress *member;

		if (depend->deptype != DEPENDENCY_EXTENSION)
			continue;
		member = palloc_object(ObjectAddress);
		ObjectAddressSubSet(*member, depend->classid, depend->objid,
							depend->objsubid);
		members = lappend(members, member);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return members;
}

/*
 * The row of an object, to be changed, and the schema that it is in;
 * InvalidOid if objects of that kind are in none.
 */
static HeapTuple
object_tuple(Relation rel, Oid object, Oid *namespace)
{
	AttrNumber attnum = get_object_attnum_namespace(RelationGetRelid(rel));
	HeapTuple tuple;
	bool isnull;

	*namespace = InvalidOid;
	if (attnum == InvalidAttrNumber)
		return NULL;
	tuple =
		get_catalog_object_by_oid(rel,
								  get_object_attnum_oid(RelationGetRelid(rel)),
								  object);
	if (!HeapTupleIsValid(tuple))
		return NULL;
	*namespace = DatumGetObjectId(
		heap_getattr(tuple, attnum, RelationGetDescr(rel), &isnull));
	return tuple;
}

/* The schema that an object is in, or InvalidOid if it is in none */
Oid
sm_relocate_schema(const ObjectAddress *object)
{
	Oid namespace;
	Relation rel;

	if (!is_objectclass_supported(object->classId) ||
		get_object_attnum_namespace(object->classId) == InvalidAttrNumber)
		return InvalidOid;
	rel = table_open(object->classId, AccessShareLock);
	(void) object_tuple(rel, object->objectId, &namespace);
	table_close(rel, AccessShareLock);
	return namespace;
}

/* Moves an object by changing its row and its dependency on the schema */
static void
move_row(Oid class_id, Oid object, Oid from, Oid to)
{
	Relation rel = table_open(class_id, RowExclusiveLock);
	int attnum = get_object_attnum_namespace(class_id);
	int natts = RelationGetNumberOfAttributes(rel);
	Datum *values = palloc0_array(Datum, natts);
	bool *nulls = palloc0_array(bool, natts);
	bool *replace = palloc0_array(bool, natts);
	Oid namespace;
	HeapTuple tuple = object_tuple(rel, object, &namespace);

	if (namespace == from)
	{
		values[attnum - 1] = ObjectIdGetDatum(to);
		replace[attnum - 1] = true;
		tuple = heap_modify_tuple(tuple, RelationGetDescr(rel), values, nulls,
								  replace);
		CatalogTupleUpdate(rel, &tuple->t_self, tuple);
		/* what belongs to another object has no such dependency */
		(void) changeDependencyFor(class_id, object, NamespaceRelationId, from,
								   to);
		heap_freetuple(tuple);
	}
	pfree(values);
	pfree(nulls);
	pfree(replace);
	table_close(rel, RowExclusiveLock);
}

static void move_type(ObjectAddresses *moved, Oid type, Oid from, Oid to);

/* Moves the indexes of a table */
static void
move_indexes(ObjectAddresses *moved, Relation classes, Oid relation, Oid from,
			 Oid to)
{
	Relation rel = table_open(IndexRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_index_indrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relation));
	scan = systable_beginscan(rel, IndexIndrelidIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		AlterRelationNamespaceInternal(classes,
									   ((Form_pg_index) GETSTRUCT(tuple))
										   ->indexrelid,
									   from, to, false, moved);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static void
move_relation(ObjectAddresses *moved, Oid relation, Oid from, Oid to)
{
	Relation classes = table_open(RelationRelationId, RowExclusiveLock);
	Oid type = get_rel_type_id(relation);

	/* that of a composite type depends on the type only */
	AlterRelationNamespaceInternal(classes, relation, from, to,
								   get_rel_relkind(relation) !=
									   RELKIND_COMPOSITE_TYPE,
								   moved);
	move_indexes(moved, classes, relation, from, to);
	table_close(classes, RowExclusiveLock);
	AlterConstraintNamespaces(relation, from, to, false, moved);
	CommandCounterIncrement();
	if (OidIsValid(type))
		move_type(moved, type, from, to);
}

/* Moves a type, and the types that belong to it */
static void
move_type(ObjectAddresses *moved, Oid type, Oid from, Oid to)
{
	HeapTuple tuple = SearchSysCacheCopy1(TYPEOID, ObjectIdGetDatum(type));
	Form_pg_type form;
	Oid multirange;

	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_type) GETSTRUCT(tuple);
	if (form->typnamespace != from)
		return;
	move_row(TypeRelationId, type, from, to);
	CommandCounterIncrement();
	if (form->typtype == TYPTYPE_DOMAIN)
		AlterConstraintNamespaces(type, from, to, true, moved);
	if (OidIsValid(form->typarray))
		move_type(moved, form->typarray, from, to);
	if (form->typtype == TYPTYPE_COMPOSITE &&
		get_rel_namespace(form->typrelid) == from)
		move_relation(moved, form->typrelid, from, to);
	multirange = form->typtype == TYPTYPE_RANGE ? get_range_multirange(type)
												: InvalidOid;
	if (OidIsValid(multirange))
		move_type(moved, multirange, from, to);
	heap_freetuple(tuple);
}

/*
 * Moves an object, with what belongs to it, to another schema.  Those in moved
 * are passed over; what is moved is added.  Objects that are in no schema stay
 * as they are.
 */
void
sm_relocate(const ObjectAddress *object, Oid to, ObjectAddresses *moved)
{
	Oid from = sm_relocate_schema(object);

	if (!OidIsValid(from) || from == to)
		return;
	if (object->classId == TypeRelationId)
		move_type(moved, object->objectId, from, to);
	else if (object->classId == RelationRelationId)
		move_relation(moved, object->objectId, from, to);
	else
		move_row(object->classId, object->objectId, from, to);
}

/*
 * Has an extension know where it is: some ask for it, in order to qualify the
 * names of their own objects, and keep the answer.
 */
void
sm_relocate_extension_row(Oid extension, Oid to)
{
	Relation rel = table_open(ExtensionRelationId, RowExclusiveLock);
	HeapTuple tuple =
		get_catalog_object_by_oid(rel, Anum_pg_extension_oid, extension);
	Form_pg_extension form;
	Oid from;

	if (HeapTupleIsValid(tuple))
	{
		tuple = heap_copytuple(tuple);
		form = (Form_pg_extension) GETSTRUCT(tuple);
		from = form->extnamespace;
		form->extnamespace = to;
		CatalogTupleUpdate(rel, &tuple->t_self, tuple);
		(void) changeDependencyFor(ExtensionRelationId, extension,
								   NamespaceRelationId, from, to);
	}
	table_close(rel, RowExclusiveLock);
}

/* Can the extension be moved to another schema? */
bool
sm_relocate_is_possible(Oid extension)
{
	Relation rel = table_open(ExtensionRelationId, AccessShareLock);
	HeapTuple tuple =
		get_catalog_object_by_oid(rel, Anum_pg_extension_oid, extension);
	bool possible = HeapTupleIsValid(tuple) &&
					((Form_pg_extension) GETSTRUCT(tuple))->extrelocatable;

	table_close(rel, AccessShareLock);
	return possible;
}

/* Moves an extension to another schema, with its members */
void
sm_relocate_extension(Oid extension, Oid to)
{
	ObjectAddresses *moved = new_object_addresses();
	ListCell *lc;

	foreach (lc, sm_relocate_members(extension))
	{
		CHECK_FOR_INTERRUPTS();
		sm_relocate(lfirst(lc), to, moved);
	}
	sm_relocate_extension_row(extension, to);
	CommandCounterIncrement();
	free_object_addresses(moved);
}
