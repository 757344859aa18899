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
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_description.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "acl.h"
#include "caches.h"
#include "compat.h"
#include "env.h"
#include "kinds.h"
#include "locks.h"
#include "others.h"
#include "query.h"
#include "reach.h"
#include "snapshot.h"

/* What the caches may hold of what is read, before they are emptied */
#define CACHED_KB 2048

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

struct SmReader
{
	SmSnapshot *snapshot;
	Datum args[3]; /* of all queries, see kinds.h */
	HTAB *members; /* of extensions, by address */
	const SmKind *kind;
	const char *default_acl; /* of the kind */
	FmgrInfo *output;		 /* of the columns of the kind's query */
	MemoryContext queries;	 /* for what lasts as long as a query ... */
	MemoryContext row;		 /* ... as a row */
	List *classes;			 /* catalogs (Oid) that objects were read from */
	int cached_kb;			 /* that the server may cache of what was read */
};

/* Queries are planned once in a session */
static SmQuery *kind_query = NULL;
static SmQuery *needs_query = NULL;
static SmQuery *alias_query = NULL;

/*
 * What a dependency may lead to instead of an object itself: the row type of a
 * relation.
 */
static SmQuery row_alias_query = {
	.sql = "SELECT 'pg_type'::regclass::oid, reltype, "
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

static SmQuery labels_query = {
	.sql = "SELECT classoid, objoid, objsubid, array_agg("
		   "ARRAY[provider, label] ORDER BY provider COLLATE \"C\")::text "
		   "FROM pg_seclabel GROUP BY classoid, objoid, objsubid",
	.mode = SM_READ_LATEST
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
is_member(const SmReader *reader, Oid classid, Oid objid)
{
	SmAddress address = { classid, objid, 0 };

	return hash_search(reader->members, &address, HASH_FIND, NULL) != NULL;
}

/*
 * Does it come with an extension, or mean an object that is there already?  A
 * type takes the place of its shell.
 */
static bool
is_taken(const SmReader *reader, SmAddress address)
{
	const SmObject *there = sm_snapshot_at(reader->snapshot, address);

	return is_member(reader, address.classid, address.objid) ||
		   (there && there->kind != &sm_kind_shell_type);
}

/* What is compared of a column of a row; false is the same as NULL */
static const char *
column_text(SmReader *reader, TupleTableSlot *slot, int col)
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
			return DatumGetBool(value) ? "t" : NULL;
		default:
			return OutputFunctionCall(&reader->output[col], value);
	}
}

static void
prepare_output(SmReader *reader, TupleDesc desc)
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

/* The parent, if there is any; whether the row is to be passed over */
static bool
find_parent(SmReader *reader, TupleTableSlot *slot, SmObject **parent)
{
	SmAddress address = { reader->kind->parent_class, InvalidOid, 0 };

	*parent = NULL;
	if (slot->tts_isnull[COL_PARENT])
		return true;
	address.objid = DatumGetObjectId(slot->tts_values[COL_PARENT]);
	address.subid = DatumGetInt32(slot->tts_values[COL_PARENT_SUBID]);
	*parent = sm_snapshot_at(reader->snapshot, address);
	return *parent != NULL;
}

static const char *
join_names(const char *first, const char *separator, const char *second)
{
	size_t length = strlen(first);
	size_t gap = strlen(separator);
	size_t rest = strlen(second) + 1;
	char *joined = palloc(length + gap + rest);

	memcpy(joined, first, length);
	memcpy(joined + length, separator, gap);
	memcpy(joined + length + gap, second, rest);
	return joined;
}

static const char *
make_identity(const SmKind *kind, const SmObject *parent, const char *schema,
			  const char *name)
{
	switch (kind->naming)
	{
		case SM_NAMED_IN_SCHEMA:
			return join_names(quote_identifier(schema), ".",
							  quote_identifier(name));
		case SM_NAMED_IN_PARENT:
			return join_names(parent->identity, ".", quote_identifier(name));
		case SM_NAMED_ON_PARENT:
			return join_names(quote_identifier(name), " ON ", parent->identity);
		case SM_NAMED_AS_PARENT:
			return parent->identity;
		case SM_NAMED_BY_QUERY:
			break;
	}
	return NULL;
}

/* Keeps the caches, and the lock table, from holding all that is read */
static void
forget_read(SmReader *reader)
{
	reader->cached_kb += reader->kind->cached_kb;
	if (reader->cached_kb < CACHED_KB)
		return;
	sm_locks_release_read();
	sm_caches_drop();
	reader->cached_kb = 0;
}

/*
 * An object without its attributes.  The names are in the context of the
 * snapshot, which is the current one.
 */
static SmObject *
add_object(SmReader *reader, SmAddress address, SmObject *parent,
		   const char *schema, const char *name, const char *identity)
{
	const SmKind *kind = reader->kind;
	SmObject *object;

	if (schema == NULL && parent)
		schema = parent->schema;
	if (kind->naming != SM_NAMED_BY_QUERY)
		identity = make_identity(kind, parent, schema, name);
	object = sm_snapshot_add(reader->snapshot, kind, identity);
	if (object == NULL)
		elog(ERROR, "two objects of kind %s are called %s", /* cannot happen:
			  they are names as the catalogs' unique indexes have them */
			 kind->name, identity);
	object->schema = schema;
	object->name = name;
	object->address = address;
	object->parent = parent;
	if (parent)
		sm_object_needs(object, parent);
	sm_snapshot_place(reader->snapshot, address, object);
	forget_read(reader);
	return object;
}

/* The snapshot that is being read */
SmSnapshot *
sm_reader_snapshot(const SmReader *reader)
{
	return reader->snapshot;
}

/*
 * A new object of the kind that is being read, without attributes.  name NULL
 * means that of the parent.  Returns NULL if it is not to be one.
 */
SmObject *
sm_reader_add(SmReader *reader, SmObject *parent, Oid objid, int32 subid,
			  const char *name)
{
	SmAddress address = { reader->kind->classid, objid, subid };
	MemoryContext old;
	SmObject *object;

	if (subid == 0 && is_taken(reader, address))
		return NULL;
	old = MemoryContextSwitchTo(reader->snapshot->context);
	object = add_object(reader, address, parent, NULL,
						name ? pstrdup(name) : parent->name, NULL);
	MemoryContextSwitchTo(old);
	return object;
}

/* Sets the privileges, from the given item on, of an object that is being read */
void
sm_reader_set_acl(const SmReader *reader, SmObject *object, const Acl *acl,
				  int first, Oid owner)
{
	MemoryContext old = MemoryContextSwitchTo(reader->row);
	const char *lines = sm_acl_lines(acl, first, owner);

	if (strcmp(lines, reader->default_acl) != 0)
		object->attr[SM_ACL] = sm_snapshot_text(reader->snapshot, lines);
	MemoryContextSwitchTo(old);
}

/* Sets the privileges to those of a row, see SM_SQL_ACL */
static void
read_acl(const SmReader *reader, TupleTableSlot *slot, SmObject *object)
{
	if (!slot->tts_isnull[COL_ACL])
	{
		Acl *acl = DatumGetAclP(slot->tts_values[COL_ACL]);
		const AclItem *owner =
			(const AclItem *) ((char *) acl + ARR_OVERHEAD_NONULLS(1));

		sm_reader_set_acl(reader, object, acl, 1, owner->ai_grantee);
	}
}

/* Takes a row of a kind's query, in the context of the snapshot */
static void
read_object(TupleTableSlot *slot, void *arg)
{
	SmReader *reader = arg;
	const SmKind *kind = reader->kind;
	SmObject *parent;
	SmObject *object;
	SmAddress address = { kind->classid, InvalidOid, 0 };

	Assert(slot->tts_tupleDescriptor->natts >= COL_ATTR + kind->n_attrs);
	address.objid = DatumGetObjectId(slot->tts_values[COL_OBJID]);
	address.subid = DatumGetInt32(slot->tts_values[COL_SUBID]);
	if ((address.subid == 0 && is_taken(reader, address)) ||
		!find_parent(reader, slot, &parent))
		return;
	if (reader->output == NULL)
		prepare_output(reader, slot->tts_tupleDescriptor);
	object = add_object(reader, address, parent,
						column_text(reader, slot, COL_SCHEMA),
						column_text(reader, slot, COL_NAME),
						column_text(reader, slot, COL_IDENTITY));
	object->attr[SM_OWNER] = column_text(reader, slot, COL_OWNER);
	read_acl(reader, slot, object);
	for (int i = 0; i < kind->n_attrs; i++)
		object->attr[SM_FIRST_ATTR + i] =
			column_text(reader, slot, COL_ATTR + i);
	if (kind->complete)
	{
		MemoryContext old = MemoryContextSwitchTo(reader->row);

		kind->complete(reader->snapshot, object, slot);
		MemoryContextSwitchTo(old);
		MemoryContextReset(reader->row);
	}
}

static int
compare_siblings(const void *a, const void *b)
{
	const SmObject *x = *(SmObject *const *) a;
	const SmObject *y = *(SmObject *const *) b;

	if (x->parent != y->parent)
		return x->parent->address.objid < y->parent->address.objid ? -1 : 1;
	return x->kind->compare(x, y);
}

/* Brings objects of the kind, from the given one on, into order */
static void
link_children(const SmReader *reader, int first)
{
	SmObjects *objects = &reader->snapshot->objects;

	if (reader->kind->compare)
		qsort(objects->item + first, objects->n - first, sizeof(SmObject *),
			  compare_siblings);
	for (int i = first; i < objects->n; i++)
	{
		SmObject *object = objects->item[i];

		object->number = i;
		if (object->parent)
			sm_objects_add(&object->parent->children, object);
	}
}

/* Reads a kind that has no query */
static void
read_catalog(SmReader *reader)
{
	Relation catalog = table_open(reader->kind->catalog, AccessShareLock);
	SysScanDesc scan =
		systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		MemoryContext old = MemoryContextSwitchTo(reader->row);

		CHECK_FOR_INTERRUPTS();
		reader->kind->read(reader, tuple, RelationGetDescr(catalog));
		MemoryContextSwitchTo(old);
		MemoryContextReset(reader->row);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
}

/* Is there anything in the catalog that initdb has not made? */
static bool
has_rows(Oid classid)
{
	Relation catalog;
	SysScanDesc scan;
	ScanKeyData key;
	bool found;

	/* that has public */
	if (classid == NamespaceRelationId || !is_objectclass_supported(classid))
		return true;
	catalog = table_open(classid, AccessShareLock);
	ScanKeyInit(&key, get_object_attnum_oid(classid),
				BTGreaterEqualStrategyNumber, F_OIDGE,
				ObjectIdGetDatum(FirstNormalObjectId));
	scan = systable_beginscan(catalog, get_object_oid_index(classid), true,
							  NULL, 1, &key);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return found;
}

static void
read_kind(SmReader *reader, int i)
{
	MemoryContext old;
	int first = reader->snapshot->objects.n;

	reader->kind = sm_kinds[i];
	/* to look is much faster than to plan and run a query */
	if (reader->kind->query && !has_rows(reader->kind->classid))
		return;
	old = MemoryContextSwitchTo(reader->queries);
	reader->output = NULL;
	reader->default_acl = sm_acl_default(reader->kind->acl_type);
	MemoryContextSwitchTo(reader->snapshot->context);
	if (reader->kind->read)
		read_catalog(reader);
	else
		sm_query_each(&kind_query[i], reader->args, read_object, reader);
	MemoryContextSwitchTo(reader->snapshot->context);
	link_children(reader, first);
	MemoryContextSwitchTo(old);
	MemoryContextReset(reader->queries);
	if (reader->snapshot->objects.n > first)
		reader->classes =
			list_append_unique_oid(reader->classes, reader->kind->classid);
}

/* Is a query of the kind worth the while, as any of such objects were read? */
static bool
has_objects(const SmReader *reader)
{
	return list_member_oid(reader->classes, reader->kind->classid);
}

/* Takes a row of classid, objid, and an address that it is an alias of */
static void
read_alias(TupleTableSlot *slot, void *arg)
{
	SmReader *reader = arg;
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
	SmReader *reader = arg;
	SmAddress alias = { InvalidOid, InvalidOid, 0 };
	SmAddress address = { reader->kind->classid, InvalidOid, 0 };
	SmObject *object;

	alias.classid = DatumGetObjectId(slot->tts_values[0]);
	alias.objid = DatumGetObjectId(slot->tts_values[1]);
	address.objid = DatumGetObjectId(slot->tts_values[2]);
	address.subid = DatumGetInt32(slot->tts_values[3]);
	object = sm_snapshot_at(reader->snapshot, address);
	if (object == NULL || object->kind != reader->kind)
		return;
	sm_snapshot_place(reader->snapshot, alias, object);
	if (object->kind->aliased)
	{
		MemoryContext old = MemoryContextSwitchTo(reader->row);

		object->kind->aliased(reader->snapshot, object, alias);
		MemoryContextSwitchTo(old);
		MemoryContextReset(reader->row);
	}
}

static void
read_aliases(SmReader *reader)
{
	for (int i = 0; i < sm_n_kinds; i++)
	{
		reader->kind = sm_kinds[i];
		if (reader->kind->alias_query && has_objects(reader))
			sm_query_each(&alias_query[i], reader->args, read_kind_alias,
						  reader);
	}
	sm_query_each(&row_alias_query, reader->args, read_alias, reader);
	sm_query_each(&array_alias_query, reader->args, read_alias, reader);
}

/*
 * Notes a dependency.  Some are not among the needs:
 *
 * - a sequence can be there without the column that owns it;
 * - a partition is made by itself and attached, which is an object of its own
 *   (kinds/partition.c), and its indexes and constraints are there before those
 *   of the table that it is a partition of, which take them along when they are
 *   dropped;
 * - that a table is one of a type is an object of its own, too
 *   (kinds/tabletype.c), and so is the mapping of a text search configuration
 *   to a dictionary (kinds/textsearch.c).
 */
static void
link_objects(SmObject *object, SmObject *needed, char deptype)
{
	if (object == needed)
		return;
	if (deptype == DEPENDENCY_PARTITION_PRI ||
		deptype == DEPENDENCY_PARTITION_SEC)
	{
		if (needed->kind == object->kind ||
			(needed->kind == &sm_kind_index &&
			 object->kind == &sm_kind_constraint))
			sm_object_owned_by(object, needed);
	}
	else if (deptype == DEPENDENCY_AUTO && object->kind == &sm_kind_sequence)
		sm_object_owned_by(object, needed);
	else if (deptype == DEPENDENCY_AUTO && sm_kind_is_table(object) &&
			 sm_kind_is_table(needed))
		return;
	else if (object->kind == &sm_kind_table &&
			 needed->kind == &sm_kind_composite)
		return;
	else if (object->kind == &sm_kind_ts_configuration &&
			 needed->kind == &sm_kind_ts_dictionary)
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
	SmReader *reader = arg;
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

/* Takes apart the circles of types and their functions */
static void
link_shells(SmSnapshot *snapshot)
{
	for (int i = 0; i < snapshot->objects.n; i++)
	{
		SmObject *object = snapshot->objects.item[i];

		if (object->kind == &sm_kind_base_type ||
			object->kind == &sm_kind_range)
			sm_shell_link(snapshot, object);
	}
}

static void
read_needs(SmReader *reader)
{
	read_dependencies(reader->snapshot);
	link_shells(reader->snapshot);
	for (int i = 0; i < sm_n_kinds; i++)
	{
		reader->kind = sm_kinds[i];
		if (reader->kind->needs_query && has_objects(reader))
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

		value = heap_getattr(tuple, Anum_pg_description_description,
							 RelationGetDescr(description), &isnull);
		if (object && memcmp(&object->address, &address, sizeof(address)) == 0)
			object->attr[SM_COMMENT] = TextDatumGetCString(value);
		else if ((object = sm_snapshot_part_of(snapshot, address)) != NULL)
			object->attr[object->kind->part_comment] =
				TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(description, AccessShareLock);
}

/* Takes a row of classid, objid, subid and labels */
static void
read_labels(TupleTableSlot *slot, void *arg)
{
	SmReader *reader = arg;
	SmAddress address = { InvalidOid, InvalidOid, 0 };
	SmObject *object;

	address.classid = DatumGetObjectId(slot->tts_values[0]);
	address.objid = DatumGetObjectId(slot->tts_values[1]);
	address.subid = DatumGetInt32(slot->tts_values[2]);
	object = sm_snapshot_at(reader->snapshot, address);
	if (object && memcmp(&object->address, &address, sizeof(address)) == 0)
		object->attr[SM_LABELS] = TextDatumGetCString(slot->tts_values[3]);
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
 * owner, or InvalidOid; self, the role that it stands for.  Locks catalogs, and
 * relations of views and rules as a reader does, and gives the latter back now
 * and then: it has to run in a subtransaction that will be undone.  The
 * snapshot is made in the current memory context.
 */
SmSnapshot *
sm_snapshot_read(const List *schemas, Oid nobody, const char *self)
{
	SmSnapshot *snapshot = sm_snapshot_create();
	MemoryContext old = CurrentMemoryContext;
	MemoryContext scratch =
		AllocSetContextCreate(CurrentMemoryContext, "schemamig snapshot reader",
							  ALLOCSET_DEFAULT_SIZES);
	SmReader reader;
	SmEnv env;

	MemoryContextSwitchTo(scratch);
	make_queries();
	memset(&reader, 0, sizeof(reader));
	reader.snapshot = snapshot;
	reader.queries = AllocSetContextCreate(scratch, "schemamig query of a kind",
										   ALLOCSET_DEFAULT_SIZES);
	reader.row = AllocSetContextCreate(scratch, "schemamig row of a query",
									   ALLOCSET_DEFAULT_SIZES);
	sm_env_enter_deparse(&env);
	reader.args[0] = schema_oids(schemas);
	reader.args[1] = ObjectIdGetDatum(nobody);
	reader.args[2] = CStringGetTextDatum(self);
	reader.members = read_members();
	for (int i = 0; i < sm_n_kinds; i++)
		if (superuser() || !(sm_kinds[i]->flags & SM_KIND_SECRET))
			read_kind(&reader, i);
	MemoryContextSwitchTo(snapshot->context);
	read_aliases(&reader);
	read_needs(&reader);
	read_comments(snapshot);
	sm_query_each(&labels_query, NULL, read_labels, &reader);
	finish_objects(snapshot);
	sm_reach_elsewhere(snapshot, reader.args[0]);
	snapshot->warnings = sm_others(reader.args[0]);
	sm_env_leave(&env);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	return snapshot;
}
