/*-------------------------------------------------------------------------
 *
 * snapshot.c
 *	  Reading a state of the managed schemas from the catalogs.
 *
 * There is one query for each kind of object, never one for each object, and
 * one pass over pg_depend and pg_description.  Indexes are not asked for their
 * definition as a whole, nor relations opened, where columns of the catalogs
 * say the same: that is what takes other programs their time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_description.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "acl.h"
#include "compat.h"
#include "env.h"
#include "kinds.h"
#include "others.h"
#include "query.h"
#include "snapshot.h"

/* Columns of a kind's query, see kinds.h */
enum
{
	COL_OBJID,
	COL_SUBID,
	COL_PARENT,
	COL_PARENT_SUBID,
	COL_SCHEMA,
	COL_NAME,
	COL_IDENTITY,
	COL_OWNER,
	COL_ACL,
	COL_ATTR
};

typedef struct Reader
{
	SmSnapshot *snapshot;
	Datum args[3]; /* of all queries, see kinds.h */
	HTAB *members; /* of extensions, by address */
	const SmKind *kind;
	const char *default_acl; /* of the kind */
	FmgrInfo *output;		 /* of the columns of the kind's query */
	MemoryContext queries;	 /* for what lasts as long as a query */
} Reader;

/* Queries are planned once in a session */
static SmQuery *kind_query = NULL;
static SmQuery *needs_query = NULL;
static SmQuery *alias_query = NULL;

/*
 * What a dependency may lead to instead of an object itself: the index of a
 * constraint, the row type of a relation.
 */
static SmQuery general_alias_query = {
	.sql = "SELECT 'pg_class'::regclass::oid, conindid, "
		   "'pg_constraint'::regclass::oid, oid, 0 "
		   "FROM pg_constraint WHERE conindid <> 0 "
		   "AND contype IN ('p', 'u', 'x') AND connamespace = ANY ($1) "
		   "UNION ALL SELECT 'pg_type'::regclass::oid, reltype, "
		   "'pg_class'::regclass::oid, oid, 0 "
		   "FROM pg_class WHERE reltype <> 0 AND relnamespace = ANY ($1)",
	.mode = SM_READ_LATEST,
	.nargs = 3,
	.argtypes = { OIDARRAYOID, OIDOID, TEXTOID }
};

/* To be read when row types have their place */
static SmQuery array_alias_query = {
	.sql = "SELECT 'pg_type'::regclass::oid, typarray, "
		   "'pg_type'::regclass::oid, oid, 0 "
		   "FROM pg_type WHERE typarray <> 0 AND typnamespace = ANY ($1)",
	.mode = SM_READ_LATEST,
	.nargs = 3,
	.argtypes = { OIDARRAYOID, OIDOID, TEXTOID }
};

/* The OIDs of those of the schemas that there are */
static Datum
schema_oids(const List *schemas)
{
	Datum *oid = palloc_array(Datum, list_length(schemas) + 1);
	int n = 0;
	ListCell *lc;

	foreach (lc, schemas)
	{
		Oid schema = get_namespace_oid(lfirst(lc), true);

		if (OidIsValid(schema))
			oid[n++] = ObjectIdGetDatum(schema);
	}
	return PointerGetDatum(
		construct_array(oid, n, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
}

static void
make_queries(void)
{
	SmQuery *query;

	if (kind_query)
		return;
	query = MemoryContextAllocZero(TopMemoryContext,
								   3 * sm_n_kinds * sizeof(SmQuery));
	for (int i = 0; i < 3 * sm_n_kinds; i++)
	{
		const SmKind *kind = sm_kinds[i % sm_n_kinds];

		query[i].sql = i < sm_n_kinds		? kind->query
					   : i < 2 * sm_n_kinds ? kind->needs_query
											: kind->alias_query;
		query[i].mode = SM_READ_LATEST;
		query[i].nargs = 3;
		query[i].argtypes[0] = OIDARRAYOID;
		query[i].argtypes[1] = OIDOID;
		query[i].argtypes[2] = TEXTOID;
	}
	kind_query = query;
	needs_query = query + sm_n_kinds;
	alias_query = query + 2 * sm_n_kinds;
}

/* Members of extensions, which come and go with these */
static HTAB *
read_members(void)
{
	HASHCTL ctl;
	HTAB *members;
	Relation depend;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	memset(&ctl, 0, sizeof(ctl));
	ctl.hcxt = CurrentMemoryContext;
	ctl.keysize = sizeof(SmAddress);
	ctl.entrysize = sizeof(SmAddress);
	members = hash_create("schemamig members of extensions", 1024, &ctl,
						  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ExtensionRelationId));
	scan =
		systable_beginscan(depend, DependReferenceIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);
		SmAddress address = { form->classid, form->objid, 0 };

		if (form->deptype == DEPENDENCY_EXTENSION)
			(void) hash_search(members, &address, HASH_ENTER, NULL);
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return members;
}

static bool
is_member(const Reader *reader, Oid classid, Oid objid)
{
	SmAddress address = { classid, objid, 0 };

	return hash_search(reader->members, &address, HASH_FIND, NULL) != NULL;
}

/* What is compared of a column of a row; false is the same as NULL */
static char *
column_text(Reader *reader, TupleTableSlot *slot, int col)
{
	Datum value = slot->tts_values[col];

	if (slot->tts_isnull[col])
		return NULL;
	switch (TupleDescAttr(slot->tts_tupleDescriptor, col)->atttypid)
	{
		case TEXTOID:
			return TextDatumGetCString(value);
		case NAMEOID:
			return pstrdup(NameStr(*DatumGetName(value)));
		case BOOLOID:
			return DatumGetBool(value) ? pstrdup("t") : NULL;
		default:
			return OutputFunctionCall(&reader->output[col], value);
	}
}

static void
prepare_output(Reader *reader, TupleDesc desc)
{
	MemoryContext old = MemoryContextSwitchTo(reader->queries);

	reader->output = palloc_array(FmgrInfo, desc->natts);
	for (int i = 0; i < desc->natts; i++)
	{
		Oid function;
		bool is_varlena;

		getTypeOutputInfo(TupleDescAttr(desc, i)->atttypid, &function,
						  &is_varlena);
		fmgr_info(function, &reader->output[i]);
	}
	MemoryContextSwitchTo(old);
}

/* Takes a row of a kind's query, in the context of the snapshot */
static void
read_object(TupleTableSlot *slot, void *arg)
{
	Reader *reader = arg;
	const SmKind *kind = reader->kind;
	SmObject *parent = NULL;
	SmObject *object;
	SmAddress address = { kind->classid, InvalidOid, 0 };

	Assert(slot->tts_tupleDescriptor->natts == COL_ATTR + kind->n_attrs);
	address.objid = DatumGetObjectId(slot->tts_values[COL_OBJID]);
	address.subid = DatumGetInt32(slot->tts_values[COL_SUBID]);
	if (is_member(reader, address.classid, address.objid))
		return;
	if (!slot->tts_isnull[COL_PARENT])
	{
		SmAddress above = { kind->parent_class, InvalidOid, 0 };

		above.objid = DatumGetObjectId(slot->tts_values[COL_PARENT]);
		above.subid = DatumGetInt32(slot->tts_values[COL_PARENT_SUBID]);
		parent = sm_snapshot_at(reader->snapshot, above);
		if (parent == NULL)
			return;
	}
	if (reader->output == NULL)
		prepare_output(reader, slot->tts_tupleDescriptor);
	object = sm_snapshot_add(reader->snapshot, kind,
							 column_text(reader, slot, COL_IDENTITY));
	if (object == NULL)
		elog(ERROR, "two objects of kind %s are called %s", /* cannot happen:
			  they are names as the catalogs' unique indexes have them */
			 kind->name, TextDatumGetCString(slot->tts_values[COL_IDENTITY]));
	object->schema = column_text(reader, slot, COL_SCHEMA);
	object->name = column_text(reader, slot, COL_NAME);
	object->address = address;
	object->attr[SM_OWNER] = column_text(reader, slot, COL_OWNER);
	object->attr[SM_ACL] = column_text(reader, slot, COL_ACL);
	if (sm_text_same(object->attr[SM_ACL], reader->default_acl))
		object->attr[SM_ACL] = NULL;
	for (int i = 0; i < kind->n_attrs; i++)
		object->attr[SM_FIRST_ATTR + i] =
			column_text(reader, slot, COL_ATTR + i);
	if (parent)
	{
		object->parent = parent;
		sm_objects_add(&parent->children, object);
		sm_object_needs(object, parent);
	}
	sm_snapshot_place(reader->snapshot, address, object);
}

static void
read_kind(Reader *reader, int i)
{
	MemoryContext old = MemoryContextSwitchTo(reader->queries);

	reader->kind = sm_kinds[i];
	reader->output = NULL;
	reader->default_acl = sm_acl_default(reader->kind->acl_type);
	MemoryContextSwitchTo(reader->snapshot->context);
	sm_query_each(&kind_query[i], reader->args, read_object, reader);
	MemoryContextSwitchTo(old);
	MemoryContextReset(reader->queries);
}

/* Takes a row of classid, objid, and an address that it is an alias of */
static void
read_alias(TupleTableSlot *slot, void *arg)
{
	Reader *reader = arg;
	SmAddress alias = { InvalidOid, InvalidOid, 0 };
	SmAddress address;
	SmObject *object;

	alias.classid = DatumGetObjectId(slot->tts_values[0]);
	alias.objid = DatumGetObjectId(slot->tts_values[1]);
	address.classid = DatumGetObjectId(slot->tts_values[2]);
	address.objid = DatumGetObjectId(slot->tts_values[3]);
	address.subid = DatumGetInt32(slot->tts_values[4]);
	object = sm_snapshot_at(reader->snapshot, address);
	if (object && sm_snapshot_at(reader->snapshot, alias) == NULL)
		sm_snapshot_place(reader->snapshot, alias, object);
}

/* The same where the object is one of the kind that is being read */
static void
read_kind_alias(TupleTableSlot *slot, void *arg)
{
	Reader *reader = arg;
	SmAddress alias = { InvalidOid, InvalidOid, 0 };
	SmAddress address = { reader->kind->classid, InvalidOid, 0 };
	SmObject *object;

	alias.classid = DatumGetObjectId(slot->tts_values[0]);
	alias.objid = DatumGetObjectId(slot->tts_values[1]);
	address.objid = DatumGetObjectId(slot->tts_values[2]);
	address.subid = DatumGetInt32(slot->tts_values[3]);
	object = sm_snapshot_at(reader->snapshot, address);
	if (object && object->kind == reader->kind)
		sm_snapshot_place(reader->snapshot, alias, object);
}

static void
read_aliases(Reader *reader)
{
	for (int i = 0; i < sm_n_kinds; i++)
	{
		reader->kind = sm_kinds[i];
		if (reader->kind->alias_query)
			sm_query_each(&alias_query[i], reader->args, read_kind_alias,
						  reader);
	}
	sm_query_each(&general_alias_query, reader->args, read_alias, reader);
	sm_query_each(&array_alias_query, reader->args, read_alias, reader);
}

/*
 * Notes a dependency.  Some are not among the needs:
 *
 * - a sequence can be there without the column that owns it;
 * - a partition is made by itself and attached, which is an object of its own
 *   (kinds/partition.c), and its indexes and constraints are there before those
 *   of the table that it is a partition of, which take them along when they are
 *   dropped.
 */
static void
link_objects(SmObject *object, SmObject *needed, char deptype)
{
	if (object == needed)
		return;
	if (deptype == DEPENDENCY_PARTITION_PRI ||
		deptype == DEPENDENCY_PARTITION_SEC)
	{
		if (needed->kind == object->kind)
			sm_object_owned_by(object, needed);
	}
	else if (deptype == DEPENDENCY_AUTO && object->kind == &sm_kind_sequence)
		sm_object_owned_by(object, needed);
	else if (deptype == DEPENDENCY_AUTO && object->kind == &sm_kind_table &&
			 needed->kind == &sm_kind_table)
		return;
	else
		sm_object_needs(object, needed);
}

static void
read_dependencies(SmSnapshot *snapshot)
{
	Relation depend = table_open(DependRelationId, AccessShareLock);
	SysScanDesc scan =
		systable_beginscan(depend, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);
		SmAddress from = { form->classid, form->objid, form->objsubid };
		SmAddress to = { form->refclassid, form->refobjid, form->refobjsubid };
		SmObject *object = sm_snapshot_at(snapshot, from);
		SmObject *needed = object ? sm_snapshot_at(snapshot, to) : NULL;

		CHECK_FOR_INTERRUPTS();
		if (needed)
			link_objects(object, needed, form->deptype);
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
}

/* Takes a row of a kind's needs_query */
static void
read_need(TupleTableSlot *slot, void *arg)
{
	Reader *reader = arg;
	SmAddress from = { reader->kind->classid, InvalidOid, 0 };
	SmAddress to;
	SmObject *object;
	SmObject *needed;

	from.objid = DatumGetObjectId(slot->tts_values[0]);
	from.subid = DatumGetInt32(slot->tts_values[1]);
	to.classid = DatumGetObjectId(slot->tts_values[2]);
	to.objid = DatumGetObjectId(slot->tts_values[3]);
	to.subid = DatumGetInt32(slot->tts_values[4]);
	object = sm_snapshot_at(reader->snapshot, from);
	needed = sm_snapshot_at(reader->snapshot, to);
	if (object && needed)
		sm_object_needs(object, needed);
}

static void
read_needs(Reader *reader)
{
	read_dependencies(reader->snapshot);
	for (int i = 0; i < sm_n_kinds; i++)
	{
		reader->kind = sm_kinds[i];
		if (reader->kind->needs_query)
			sm_query_each(&needs_query[i], reader->args, read_need, reader);
	}
}

static void
read_comments(SmSnapshot *snapshot)
{
	Relation description = table_open(DescriptionRelationId, AccessShareLock);
	SysScanDesc scan =
		systable_beginscan(description, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_description form = (Form_pg_description) GETSTRUCT(tuple);
		SmAddress address = { form->classoid, form->objoid, form->objsubid };
		SmObject *object = sm_snapshot_at(snapshot, address);
		bool isnull;
		Datum value;

		if (object == NULL ||
			memcmp(&object->address, &address, sizeof(address)) != 0)
			continue;
		value = heap_getattr(tuple, Anum_pg_description_description,
							 RelationGetDescr(description), &isnull);
		object->attr[SM_COMMENT] = TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(description, AccessShareLock);
}

static void
finish_objects(SmSnapshot *snapshot)
{
	for (int i = 0; i < snapshot->objects.n; i++)
	{
		SmObject *object = snapshot->objects.item[i];

		if (object->kind->loaded)
			object->kind->loaded(object);
	}
}

/*
 * Reads what stands in the schemas, by name; those that do not exist are
 * passed over.  nobody is the role that owns what the model does not give an
 * owner, or InvalidOid; self, the role that it stands for.  Takes no lock on
 * any relation but the catalogs.  The snapshot is made in the current memory
 * context.
 */
SmSnapshot *
sm_snapshot_read(const List *schemas, Oid nobody, const char *self)
{
	SmSnapshot *snapshot = sm_snapshot_create();
	MemoryContext old = CurrentMemoryContext;
	MemoryContext scratch =
		AllocSetContextCreate(CurrentMemoryContext, "schemamig snapshot reader",
							  ALLOCSET_DEFAULT_SIZES);
	Reader reader;
	SmEnv env;

	MemoryContextSwitchTo(scratch);
	make_queries();
	memset(&reader, 0, sizeof(reader));
	reader.snapshot = snapshot;
	reader.queries = AllocSetContextCreate(scratch, "schemamig query of a kind",
										   ALLOCSET_DEFAULT_SIZES);
	sm_env_enter_deparse(&env);
	reader.args[0] = schema_oids(schemas);
	reader.args[1] = ObjectIdGetDatum(nobody);
	reader.args[2] = CStringGetTextDatum(self);
	reader.members = read_members();
	for (int i = 0; i < sm_n_kinds; i++)
		read_kind(&reader, i);
	MemoryContextSwitchTo(snapshot->context);
	read_aliases(&reader);
	read_needs(&reader);
	read_comments(snapshot);
	finish_objects(snapshot);
	snapshot->warnings = sm_others(reader.args[0]);
	sm_env_leave(&env);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	return snapshot;
}
