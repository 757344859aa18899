/*-------------------------------------------------------------------------
 *
 * aside.c
 *	  Schemas put aside, and empty ones in their place.
 *
 * A model makes its objects under their real names, because what they are
 * compared by depends on names.  So the live schemas of the same names have to
 * be out of the way: in a subtransaction that is rolled back they get other
 * names.  Their objects stay in them, known by OID to whatever uses them, and
 * no lock on any of them is taken.
 *
 * Only the objects of extensions are moved into the new schemas, since a model
 * uses them but does not define them.  That is done by updating the catalogs as
 * ALTER EXTENSION SET SCHEMA would, but without the locks: nobody else gets to
 * see it.  What else depends on a table of an extension, such as an index,
 * moves along.
 *
 * The server's own commands are no use here: ALTER SCHEMA RENAME locks the
 * schema so that nobody can create anything in it, and ALTER EXTENSION SET
 * SCHEMA locks the tables of the extension.
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
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_index.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "commands/tablecmds.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "allow.h"
#include "aside.h"
#include "compat.h"
#include "object.h"
#include "relocate.h"

/* A schema that is put aside */
typedef struct Schema
{
	const char *name;
	Oid live;
	Oid made;		/* in its place; InvalidOid: none */
	bool created;	/* the model is to create it */
	bool inhabited; /* by objects of extensions */
	bool pending;	/* it is there, but the model has not created it yet */
} Schema;

struct SmAside
{
	List *schemas; /* of Schema */
	ObjectAddresses *moved;
};

/*
 * Refuses a schema that no model can define.
 */
void
sm_aside_check(const char *schema)
{
	if (!sm_allow_schema(schema))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("schema \"%s\" cannot be managed by a model", schema),
				 errhint(
					 "It belongs to the server or to schemamig. Name the schemas of the application.")));
}

/* The pg_namespace row of a schema, to be changed */
static HeapTuple
namespace_tuple(Oid schema)
{
	HeapTuple tuple =
		SearchSysCacheCopy1(NAMESPACEOID, ObjectIdGetDatum(schema));

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_SCHEMA),
						errmsg("schema with OID %u does not exist", schema)));
	return tuple;
}

/*
 * Gives a schema another name, in the catalog only: for a subtransaction that
 * is rolled back.  No lock is taken on it.
 */
void
sm_aside_rename_schema(Oid schema, const char *name)
{
	Relation rel = table_open(NamespaceRelationId, RowExclusiveLock);
	HeapTuple tuple = namespace_tuple(schema);

	namestrcpy(&((Form_pg_namespace) GETSTRUCT(tuple))->nspname, name);
	CatalogTupleUpdate(rel, &tuple->t_self, tuple);
	heap_freetuple(tuple);
	table_close(rel, RowExclusiveLock);
	CommandCounterIncrement();
}

/* Sets owner and privileges of a new schema; live: whose they are to be */
static void
dress_schema(Oid made, Oid live, Oid owner)
{
	Relation rel = table_open(NamespaceRelationId, RowExclusiveLock);
	HeapTuple tuple = namespace_tuple(made);
	Datum values[Natts_pg_namespace] = { 0 };
	bool nulls[Natts_pg_namespace] = { 0 };
	bool replace[Natts_pg_namespace] = { 0 };

	values[Anum_pg_namespace_nspowner - 1] = ObjectIdGetDatum(owner);
	replace[Anum_pg_namespace_nspowner - 1] = true;
	nulls[Anum_pg_namespace_nspacl - 1] = true;
	replace[Anum_pg_namespace_nspacl - 1] = true;
	if (OidIsValid(live))
	{
		HeapTuple source = namespace_tuple(live);

		values[Anum_pg_namespace_nspacl - 1] =
			SysCacheGetAttr(NAMESPACEOID, source, Anum_pg_namespace_nspacl,
							&nulls[Anum_pg_namespace_nspacl - 1]);
	}
	tuple =
		heap_modify_tuple(tuple, RelationGetDescr(rel), values, nulls, replace);
	CatalogTupleUpdate(rel, &tuple->t_self, tuple);
	table_close(rel, RowExclusiveLock);
	CommandCounterIncrement();
}

static Oid
namespace_owner(Oid schema)
{
	return ((Form_pg_namespace) GETSTRUCT(namespace_tuple(schema)))->nspowner;
}

/* The schema that is put aside, if a namespace is one of those; else NULL */
static Schema *
schema_by_live(const SmAside *aside, Oid live)
{
	ListCell *lc;

	foreach (lc, aside->schemas)
	{
		Schema *schema = lfirst(lc);

		if (schema->live == live)
			return schema;
	}
	return NULL;
}

static Schema *
schema_by_name(const SmAside *aside, const char *name)
{
	ListCell *lc;

	foreach (lc, aside->schemas)
	{
		Schema *schema = lfirst(lc);

		if (strcmp(schema->name, name) == 0)
			return schema;
	}
	return NULL;
}

/* Notes which schemas have objects of extensions in them, or are theirs */
static void
find_inhabited(SmAside *aside, const List *members)
{
	Relation rel = table_open(ExtensionRelationId, AccessShareLock);
	SysScanDesc scan =
		systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;
	ListCell *lc;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_extension extension = (Form_pg_extension) GETSTRUCT(tuple);
		Schema *schema = schema_by_live(aside, extension->extnamespace);

		if (schema)
			schema->inhabited = true;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	foreach (lc, members)
	{
		Schema *schema = schema_by_live(aside, sm_relocate_schema(lfirst(lc)));

		if (schema)
			schema->inhabited = true;
	}
}

/* Moves the members of extensions into the new schemas */
static void
move_members(SmAside *aside, const List *members)
{
	ListCell *lc;

	foreach (lc, members)
	{
		const ObjectAddress *member = lfirst(lc);
		Schema *schema = schema_by_live(aside, sm_relocate_schema(member));

		CHECK_FOR_INTERRUPTS();
		if (schema == NULL)
			continue;
		sm_relocate(member, schema->made, aside->moved);
	}
	CommandCounterIncrement();
}

/* Has the extensions know where they are now */
static void
move_extensions(const SmAside *aside)
{
	Relation rel = table_open(ExtensionRelationId, AccessShareLock);
	SysScanDesc scan =
		systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_extension form = (Form_pg_extension) GETSTRUCT(tuple);
		Schema *schema = schema_by_live(aside, form->extnamespace);

		if (schema)
			sm_relocate_extension_row(form->oid, schema->made);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	CommandCounterIncrement();
}

/* Makes the schema that takes the place of the one that is put aside */
static void
make_schema(Schema *schema, Oid owner)
{
	char *comment;

	if (!schema->created)
		owner = namespace_owner(schema->live);
	schema->made = NamespaceCreate(schema->name, owner, false);
	schema->pending = schema->created;
	CommandCounterIncrement();
	/* NamespaceCreate() has looked for default privileges */
	dress_schema(schema->made, schema->created ? InvalidOid : schema->live,
				 owner);
	if (schema->created)
		return;
	comment = GetComment(schema->live, NamespaceRelationId, 0);
	if (comment)
		CreateComments(schema->made, NamespaceRelationId, 0, comment);
	CommandCounterIncrement();
}

/*
 * Puts the named schemas aside, of which those that the model creates are in
 * "created", for a subtransaction that is rolled back.  An empty schema takes
 * the place of each that is there, with the same owner, privileges and comment;
 * unless the model creates it: then there is none, or if objects of extensions
 * are in it, one of the given owner that sm_aside_take() is about.
 */
SmAside *
sm_aside(const List *schemas, const List *created, Oid owner)
{
	SmAside *aside = palloc0_object(SmAside);
	List *members = sm_relocate_members(InvalidOid);
	ListCell *lc;

	aside->moved = new_object_addresses();
	foreach (lc, schemas)
	{
		Schema *schema = palloc0_object(Schema);

		sm_aside_check(lfirst(lc));
		schema->name = lfirst(lc);
		schema->live = get_namespace_oid(schema->name, true);
		schema->created = sm_names_have(created, schema->name);
		if (OidIsValid(schema->live))
			aside->schemas = lappend(aside->schemas, schema);
	}
	find_inhabited(aside, members);
	foreach (lc, aside->schemas)
	{
		Schema *schema = lfirst(lc);

		sm_aside_rename_schema(schema->live,
							   psprintf("schemamig aside %u", schema->live));
		if (!schema->created || schema->inhabited)
			make_schema(schema, owner);
	}
	move_members(aside, members);
	move_extensions(aside);
	return aside;
}

/*
 * Whether there is a schema of that name only because objects of extensions
 * need one: for the model it is not there yet.
 */
bool
sm_aside_is_pending(const SmAside *aside, const char *schema)
{
	const Schema *s = schema_by_name(aside, schema);

	return s && s->pending;
}

/*
 * To be called instead of dropping a schema: if objects of extensions are in
 * it, which stay, it is not there any more for the model.  Returns whether that
 * was so.
 */
bool
sm_aside_drop(SmAside *aside, const char *schema)
{
	Schema *s = schema_by_name(aside, schema);

	if (s == NULL || !s->inhabited)
		return false;
	s->pending = true;
	return true;
}

/*
 * To be called before the model creates a schema: if one of that name is only
 * there because objects of extensions are in it, it is taken out of the way, so
 * that CREATE SCHEMA does what it always does.  Returns whether sm_aside_give()
 * has to be called afterwards.
 */
bool
sm_aside_take(SmAside *aside, const char *schema)
{
	Schema *s = schema_by_name(aside, schema);

	if (s == NULL || !s->pending)
		return false;
	sm_aside_rename_schema(s->made, psprintf("schemamig parked %u", s->made));
	s->pending = false;
	return true;
}

/*
 * Puts it back, with the owner of the one that was created meanwhile, whose
 * place it takes.
 */
void
sm_aside_give(SmAside *aside, const char *schema)
{
	Schema *s = schema_by_name(aside, schema);
	Oid created = get_namespace_oid(schema, false);

	dress_schema(s->made, InvalidOid, namespace_owner(created));
	sm_aside_rename_schema(created, psprintf("schemamig unused %u", created));
	sm_aside_rename_schema(s->made, schema);
}
