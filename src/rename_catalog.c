/*-------------------------------------------------------------------------
 *
 * rename_catalog.c
 *	  Changing names in the catalogs, without taking locks.
 *
 * What the server's own ALTER ... RENAME does, but for the locks, the checks
 * and what is not read from snapshots.  That is safe in a subtransaction that
 * is rolled back, and nowhere else: nobody sees the names, and to everybody
 * else an object that is being read keeps the name by which it was found.
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
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_index.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "compat.h"
#include "relocate.h"
#include "rename_catalog.h"
#include "rename_order.h"

/* ------------------------------------------------------------------------
 * Rows
 * ------------------------------------------------------------------------ */

static HeapTuple
fetch(Relation catalog, Oid objid)
{
	Oid classid = RelationGetRelid(catalog);
	HeapTuple tuple;

	/* rows of pg_class are changed in place by others, who must wait */
	if (classid == RelationRelationId)
		tuple = SearchSysCacheLockedCopy1(RELOID, ObjectIdGetDatum(objid));
	else
		tuple =
			get_catalog_object_by_oid(catalog, get_object_attnum_oid(classid),
									  objid);
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg(
					 "an object that is to be renamed was dropped concurrently")));
	return tuple;
}

/* Sets one column of the object's row */
static void
set_column(Oid classid, Oid objid, AttrNumber column, Datum value)
{
	Relation catalog = table_open(classid, RowExclusiveLock);
	HeapTuple tuple = fetch(catalog, objid);
	ItemPointerData place = tuple->t_self;
	bool isnull = false;

	tuple = heap_modify_tuple_by_cols(tuple, RelationGetDescr(catalog), 1,
									  (int[]){ column }, &value, &isnull);
	CatalogTupleUpdate(catalog, &place, tuple);
	if (classid == RelationRelationId)
		UnlockTuple(catalog, &place, InplaceUpdateTupleLock);
	table_close(catalog, RowExclusiveLock);
}

static void
set_name(Oid classid, Oid objid, const char *name)
{
	NameData data;

	namestrcpy(&data, name);
	set_column(classid, objid, get_object_attnum_name(classid),
			   NameGetDatum(&data));
}

/* The schema that the object is in */
static Oid
schema_of(SmAddress address)
{
	Relation catalog = table_open(address.classid, AccessShareLock);
	HeapTuple tuple =
		get_catalog_object_by_oid(catalog,
								  get_object_attnum_oid(address.classid),
								  address.objid);
	Oid schema = InvalidOid;
	bool isnull;

	if (HeapTupleIsValid(tuple))
		schema = DatumGetObjectId(
			heap_getattr(tuple, get_object_attnum_namespace(address.classid),
						 RelationGetDescr(catalog), &isnull));
	table_close(catalog, AccessShareLock);
	return schema;
}

/* ------------------------------------------------------------------------
 * Names
 * ------------------------------------------------------------------------ */

/* A column that has been dropped since is no harm: the snapshot has none */
static void
rename_column(SmAddress address, const char *name)
{
	Relation catalog = table_open(AttributeRelationId, RowExclusiveLock);
	HeapTuple tuple =
		SearchSysCacheCopyAttNum(address.objid, (int16) address.subid);

	if (HeapTupleIsValid(tuple))
	{
		namestrcpy(&((Form_pg_attribute) GETSTRUCT(tuple))->attname, name);
		CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
	}
	table_close(catalog, RowExclusiveLock);
}

static void
rename_label(Oid label, const char *name)
{
	Relation catalog = table_open(EnumRelationId, RowExclusiveLock);
	HeapTuple tuple = SearchSysCacheCopy1(ENUMOID, ObjectIdGetDatum(label));

	if (HeapTupleIsValid(tuple))
	{
		namestrcpy(&((Form_pg_enum) GETSTRUCT(tuple))->enumlabel, name);
		CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
	}
	table_close(catalog, RowExclusiveLock);
}

static void
rename_relation(Oid relation, const char *name)
{
	Oid type = get_rel_type_id(relation);

	set_name(RelationRelationId, relation, name);
	if (OidIsValid(type))
		RenameTypeInternal(type, name, get_rel_namespace(relation));
}

static void
rename_type(Oid type, const char *name)
{
	Oid relation = get_typ_typrelid(type);

	if (OidIsValid(relation))
		rename_relation(relation, name);
	else
		RenameTypeInternal(type, name,
						   schema_of((SmAddress){ TypeRelationId, type, 0 }));
}

static void
rename_constraint(Oid constraint, const char *name)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	Oid index = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

		/* a foreign key has that of the table that it refers to */
		if (form->contype != CONSTRAINT_FOREIGN)
			index = form->conindid;
		ReleaseSysCache(tuple);
	}
	set_name(ConstraintRelationId, constraint, name);
	if (OidIsValid(index))
		set_name(RelationRelationId, index, name);
}

static void
rename_object(SmAddress address, const char *name)
{
	if (address.subid > 0)
		rename_column(address, name);
	else if (address.classid == RelationRelationId)
		rename_relation(address.objid, name);
	else if (address.classid == TypeRelationId)
		rename_type(address.objid, name);
	else if (address.classid == ConstraintRelationId)
		rename_constraint(address.objid, name);
	else if (address.classid == EnumRelationId)
		rename_label(address.objid, name);
	else
		set_name(address.classid, address.objid, name);
}

/* ------------------------------------------------------------------------
 * Schemas
 * ------------------------------------------------------------------------ */

/* Sequences go with the table that owns them */
static void
move_object(SmAddress address, const char *schema)
{
	ObjectAddresses *moved = new_object_addresses();
	Oid to = get_namespace_oid(schema, false);
	ObjectAddress object;
	ListCell *lc;

	ObjectAddressSet(object, address.classid, address.objid);
	sm_relocate(&object, to, moved);
	if (address.classid == RelationRelationId)
		foreach (lc, getOwnedSequences(address.objid))
		{
			ObjectAddressSet(object, RelationRelationId, lfirst_oid(lc));
			sm_relocate(&object, to, moved);
		}
	free_object_addresses(moved);
}

/*
 * Gives objects the names that the steps, a list of SmRenameStep, give them.
 * To be called in a subtransaction that is rolled back.  Waits for others who
 * are changing the same rows, but takes no lock on any relation but catalogs.
 */
void
sm_rename_catalogs(const List *steps)
{
	ListCell *lc;
	ListCell *follower;

	foreach (lc, steps)
	{
		const SmRenameStep *step = lfirst(lc);

		if (step->created)
			(void) NamespaceCreate(step->created, GetUserId(), false);
		else if (step->address.classid == ExtensionRelationId)
			sm_relocate_extension(step->address.objid,
								  get_namespace_oid(step->new_schema, false));
		else if (step->new_schema)
			move_object(step->address, step->new_schema);
		if (step->new_name)
			rename_object(step->address, step->new_name);
		foreach (follower, step->followers)
			rename_object(*(SmAddress *) lfirst(follower), step->new_name);
		CommandCounterIncrement();
	}
}
