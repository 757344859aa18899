/*-------------------------------------------------------------------------
 *
 * rename_set.c
 *	  The objects that get other names, and how all objects are called then.
 *
 * The live snapshot is not changed.  Whatever does not keep its name is noted
 * beside it, with the name that it has now, while the statements are put in
 * order, and the one that it is to have in the end.  The identity of any object
 * at either time follows from that.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_constraint.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "rename_set.h"

#define TEMPORARY_NAME "schemamig_rename_%d"

/* What has, or had, a name */
typedef struct NameEntry
{
	char name[NAMEDATALEN];
	List *objects; /* of SmObject, all that began with it */
	List *renamed; /* of SmRenamed, those that came to it later */
} NameEntry;

typedef struct ObjectEntry
{
	const SmObject *object;
	SmRenamed *renamed;
} ObjectEntry;

static NameEntry *
name_entry(const SmRenameSet *set, const char *name, bool create)
{
	NameData key;
	NameEntry *entry;
	bool found;

	namestrcpy(&key, name);
	entry = hash_search(set->by_name, NameStr(key),
						create ? HASH_ENTER : HASH_FIND, &found);
	if (create && !found)
	{
		entry->objects = NIL;
		entry->renamed = NIL;
	}
	return entry;
}

/* A set in which nothing is renamed yet */
SmRenameSet *
sm_rename_set_create(const SmSnapshot *live, const SmSnapshot *to)
{
	SmRenameSet *set = palloc0_object(SmRenameSet);
	HASHCTL ctl;

	set->live = live;
	set->to = to;
	memset(&ctl, 0, sizeof(ctl));
	ctl.hcxt = CurrentMemoryContext;
	ctl.keysize = NAMEDATALEN;
	ctl.entrysize = sizeof(NameEntry);
	set->by_name = hash_create("schemamig names", 1024, &ctl,
							   HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	ctl.keysize = sizeof(SmObject *);
	ctl.entrysize = sizeof(ObjectEntry);
	set->by_object = hash_create("schemamig renamed objects", 64, &ctl,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	for (int i = 0; i < live->objects.n; i++)
	{
		SmObject *object = live->objects.item[i];

		if (sm_rename_shape(object) != SM_SHAPE_NONE)
		{
			NameEntry *entry = name_entry(set, object->name, true);

			entry->objects = lappend(entry->objects, object);
		}
	}
	return set;
}

/* What has been noted about the object itself, or NULL */
SmRenamed *
sm_rename_set_find(const SmRenameSet *set, const SmObject *object)
{
	ObjectEntry *entry = hash_search(set->by_object, &object, HASH_FIND, NULL);

	return entry ? entry->renamed : NULL;
}

/* The objects that were called like that in the beginning, of all kinds */
List *
sm_rename_set_called(const SmRenameSet *set, const char *name)
{
	NameEntry *entry = name_entry(set, name, false);

	return entry ? entry->objects : NIL;
}

/*
 * Notes something that no object of the snapshot is, and that keeps its name
 * for now.
 */
SmRenamed *
sm_rename_set_add_new(SmRenameSet *set, SmRenameShape shape, const SmKind *kind,
					  const SmObject *object, const SmObject *parent,
					  const char *schema, const char *name, SmAddress address)
{
	SmRenamed *renamed = palloc0_object(SmRenamed);
	NameEntry *entry = name_entry(set, name, true);

	renamed->shape = shape;
	renamed->kind = kind;
	renamed->object = object;
	renamed->parent = parent;
	renamed->address = address;
	renamed->schema = renamed->new_schema = schema;
	renamed->name = renamed->new_name = name;
	set->renamed = lappend(set->renamed, renamed);
	entry->renamed = lappend(entry->renamed, renamed);
	return renamed;
}

/* Notes an object, which keeps its name for now.  Only once for each */
SmRenamed *
sm_rename_set_add(SmRenameSet *set, const SmObject *object)
{
	SmRenameShape shape = sm_rename_shape(object);
	bool is_part = shape == SM_SHAPE_COLUMN || shape == SM_SHAPE_PART;
	ObjectEntry *entry = hash_search(set->by_object, &object, HASH_ENTER, NULL);

	entry->renamed =
		sm_rename_set_add_new(set, shape, object->kind, object,
							  is_part ? object->parent : NULL, object->schema,
							  object->name, object->address);
	entry->renamed->is_object = true;
	return entry->renamed;
}

/* Takes back sm_rename_set_add() */
void
sm_rename_set_remove(SmRenameSet *set, SmRenamed *renamed)
{
	NameEntry *entry = name_entry(set, renamed->name, true);

	if (renamed->is_object)
		(void) hash_search(set->by_object, &renamed->object, HASH_REMOVE, NULL);
	entry->renamed = list_delete_ptr(entry->renamed, renamed);
	set->renamed = list_delete_ptr(set->renamed, renamed);
}

/* It is called like that from now on */
void
sm_rename_set_call(SmRenameSet *set, SmRenamed *renamed, const char *name)
{
	NameEntry *entry = name_entry(set, name, true);

	renamed->name = name;
	entry->renamed = list_append_unique_ptr(entry->renamed, renamed);
}

/* ------------------------------------------------------------------------
 * Identities
 * ------------------------------------------------------------------------ */

/* Does the object, a constraint, have an index, which has the same name? */
bool
sm_rename_has_index(const SmObject *object)
{
	/* the type, as in pg_constraint, is the first attribute */
	return object->kind == &sm_kind_constraint &&
		   strchr("pux", sm_attr(object, SM_FIRST_ATTR)[0]) != NULL;
}

static bool
begins_with_schema(const SmObject *object)
{
	const char *schema = object->schema ? quote_identifier(object->schema) : "";
	size_t length = strlen(schema);

	return length > 0 && strncmp(object->identity, schema, length) == 0 &&
		   object->identity[length] == '.';
}

/* How the object is named.  Its identity tells, so that no kind has to */
SmRenameShape
sm_rename_shape(const SmObject *object)
{
	const SmKind *kind = object->kind;

	if (kind->classid == NamespaceRelationId)
		return SM_SHAPE_SCHEMA;
	if (kind->flags & SM_KIND_ROUTINE)
		return SM_SHAPE_ROUTINE;
	if ((kind->flags & SM_KIND_DATABASE) || kind == &sm_kind_extension ||
		kind == &sm_kind_default || kind == &sm_kind_partition ||
		object->name == NULL)
		return SM_SHAPE_NONE;
	if (object->address.subid > 0)
		return object->parent ? SM_SHAPE_COLUMN : SM_SHAPE_NONE;
	if (begins_with_schema(object) &&
		strcmp(object->identity,
			   quote_qualified_identifier(object->schema, object->name)) == 0)
		return SM_SHAPE_WHOLE;
	return object->parent && strstr(object->identity, " ON ") ? SM_SHAPE_PART
															  : SM_SHAPE_NONE;
}

static SmRenamed *
renamed_schema(const SmRenameSet *set, const char *schema)
{
	const SmObject *object =
		sm_snapshot_find(set->live, &sm_kind_schema, quote_identifier(schema));

	return object ? sm_rename_set_find(set, object) : NULL;
}

/* What the schema that was called so in the beginning is called */
const char *
sm_rename_schema(const SmRenameSet *set, const char *schema, SmRenameTime time)
{
	const SmRenamed *renamed = renamed_schema(set, schema);

	if (renamed == NULL)
		return schema;
	return time == SM_TIME_END ? renamed->new_name : renamed->name;
}

/* What the schema that is called so in the end was called in the beginning */
const char *
sm_rename_schema_at_end(const SmRenameSet *set, const char *name)
{
	ListCell *lc;

	foreach (lc, set->renamed)
	{
		const SmRenamed *renamed = lfirst(lc);

		if (renamed->shape == SM_SHAPE_SCHEMA &&
			strcmp(renamed->new_name, name) == 0)
			return renamed->object->name;
	}
	return renamed_schema(set, name) ? NULL : name;
}

/* The type in a list of arguments, which may be one of those renamed */
static const char *
type_identity(const SmRenameSet *set, const char *type, SmRenameTime time)
{
	size_t length = strcspn(type, "[");
	char *base = pnstrdup(type, length);

	for (int i = 0; i < sm_n_kinds; i++)
	{
		const SmObject *object = NULL;

		if (sm_kinds[i]->flags & SM_KIND_TYPE)
			object = sm_snapshot_find(set->live, sm_kinds[i], base);
		if (object)
			return psprintf("%s%s", sm_rename_identity(set, object, time),
							type + length);
	}
	return type;
}

/* What the identity of a procedure has before the type of each argument */
#define MODE_IN "IN "

/* The arguments of the routine, in parentheses */
static char *
routine_args(const SmRenameSet *set, const SmObject *object, SmRenameTime time)
{
	const char *name = quote_qualified_identifier(object->schema, object->name);
	const char *at = object->identity + strlen(name) + 1;
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '(');
	while (*at && strcmp(at, ")") != 0)
	{
		const char *end = strstr(at, ", ");
		size_t length = end ? (size_t) (end - at) : strlen(at) - 1;

		if (buf.len > 1)
			appendStringInfoString(&buf, ", ");
		if (strncmp(at, MODE_IN, strlen(MODE_IN)) == 0)
		{
			appendStringInfoString(&buf, MODE_IN);
			at += strlen(MODE_IN);
			length -= strlen(MODE_IN);
		}
		appendStringInfoString(&buf,
							   type_identity(set, pnstrdup(at, length), time));
		at += length + (end ? 2 : 0);
	}
	appendStringInfoChar(&buf, ')');
	return buf.data;
}

static const char *
make_identity(const SmRenameSet *set, SmRenameShape shape,
			  const SmObject *object, const SmObject *parent,
			  const char *schema, const char *name, SmRenameTime time)
{
	if (schema)
		schema = sm_rename_schema(set, schema, time);
	switch (shape)
	{
		case SM_SHAPE_SCHEMA:
			return pstrdup(quote_identifier(name));
		case SM_SHAPE_WHOLE:
			return quote_qualified_identifier(schema, name);
		case SM_SHAPE_ROUTINE:
			return psprintf("%s%s", quote_qualified_identifier(schema, name),
							routine_args(set, object, time));
		case SM_SHAPE_COLUMN:
			return psprintf("%s.%s", sm_rename_identity(set, parent, time),
							quote_identifier(name));
		case SM_SHAPE_LABEL:
			return psprintf("%s.%s", sm_rename_identity(set, parent, time),
							quote_literal_cstr(name));
		case SM_SHAPE_PART:
			return psprintf("%s ON %s%s", quote_identifier(name),
							parent->kind == &sm_kind_domain ? "DOMAIN " : "",
							sm_rename_identity(set, parent, time));
		case SM_SHAPE_NONE:
			break;
	}
	return object->identity;
}

/* The identity that the object, which may be a renamed one, has then */
const char *
sm_rename_identity(const SmRenameSet *set, const SmObject *object,
				   SmRenameTime time)
{
	const SmRenamed *renamed = sm_rename_set_find(set, object);

	if (renamed)
		return sm_rename_renamed_identity(set, renamed, time);
	return sm_rename_identity_as(set, object, object->schema, object->name,
								 time);
}

/* The same for anything that is renamed */
const char *
sm_rename_renamed_identity(const SmRenameSet *set, const SmRenamed *renamed,
						   SmRenameTime time)
{
	bool end = time == SM_TIME_END;

	return make_identity(set, renamed->shape, renamed->object, renamed->parent,
						 end ? renamed->new_schema : renamed->schema,
						 end ? renamed->new_name : renamed->name, time);
}

/* The identity that the object would have then if it was called like that */
const char *
sm_rename_identity_as(const SmRenameSet *set, const SmObject *object,
					  const char *schema, const char *name, SmRenameTime time)
{
	SmRenameShape shape = sm_rename_shape(object);

	return make_identity(set, shape, object, object->parent, schema, name,
						 time);
}

/* ------------------------------------------------------------------------
 * Names that are taken
 * ------------------------------------------------------------------------ */

/* Where else in the catalogs than at its address the name stands */
static int
spaces(const SmKind *kind, const SmObject *object, bool is_object)
{
	int flags = kind->flags & (SM_KIND_RELATION | SM_KIND_TYPE);

	/* of constraints, only those with an index */
	if (kind == &sm_kind_constraint &&
		!(is_object && sm_rename_has_index(object)))
		flags = 0;
	return flags;
}

/*
 * Cannot both have the same name?  For a, that would be in the schema.
 */
static bool
clash(const SmRenameSet *set, const SmRenamed *a, const char *a_schema,
	  const SmRenamed *b, const char *b_schema)
{
	bool same_schema = a_schema && b_schema && strcmp(a_schema, b_schema) == 0;

	if (same_schema && (spaces(a->kind, a->object, a->is_object) &
						spaces(b->kind, b->object, b->is_object)))
		return true;
	if (a->shape != b->shape || a->address.classid != b->address.classid)
		return false;
	if (a->parent || b->parent)
		return a->parent == b->parent;
	if (a->shape == SM_SHAPE_ROUTINE)
		return same_schema &&
			   strcmp(routine_args(set, a->object, SM_TIME_NOW),
					  routine_args(set, b->object, SM_TIME_NOW)) == 0;
	/* of relations and types, there are spaces that tell */
	return a->shape == SM_SHAPE_SCHEMA ||
		   (same_schema && spaces(a->kind, a->object, a->is_object) == 0);
}

/* What is in the way, of the objects that keep their names */
static bool
is_taken_by_object(const SmRenameSet *set, const SmRenamed *renamed,
				   const char *schema, const SmObject *object)
{
	SmRenameShape shape = sm_rename_shape(object);
	SmRenamed other;

	memset(&other, 0, sizeof(other));
	other.shape = shape;
	other.kind = object->kind;
	other.object = object;
	other.is_object = true;
	other.address = object->address;
	if (shape == SM_SHAPE_COLUMN || shape == SM_SHAPE_PART)
		other.parent = object->parent;
	return clash(set, renamed, schema, &other, object->schema);
}

/*
 * The object that keeps its name, because of which it cannot have its new one;
 * NULL if there is none
 */
const SmObject *
sm_rename_set_obstacle(const SmRenameSet *set, const SmRenamed *renamed)
{
	const NameEntry *entry = name_entry(set, renamed->new_name, false);
	ListCell *lc;

	foreach (lc, entry ? entry->objects : NIL)
		if (sm_rename_set_find(set, lfirst(lc)) == NULL &&
			is_taken_by_object(set, renamed, renamed->new_schema, lfirst(lc)))
			return lfirst(lc);
	return NULL;
}

/* Does anything have the name at any time? */
static bool
is_used(const SmRenameSet *set, const char *name)
{
	ListCell *lc;

	foreach (lc, set->renamed)
		if (strcmp(((SmRenamed *) lfirst(lc))->new_name, name) == 0)
			return true;
	return name_entry(set, name, false) != NULL;
}

/* A name that nothing has, of whatever kind: relations bring types along */
char *
sm_rename_set_free_name(const SmRenameSet *set)
{
	for (int n = 1;; n++)
	{
		char *name = psprintf(TEMPORARY_NAME, n);

		if (!is_used(set, name))
			return name;
	}
}

/* Makes room for something else, until it is dropped under another name */
void
sm_rename_set_put_aside(SmRenameSet *set, SmRenamed *renamed)
{
	renamed->new_name = sm_rename_set_free_name(set);
	renamed->goes = true;
}

/*
 * Is there something, now or in the end, because of which it cannot be called
 * like that?  What is not in the snapshot is not known.
 */
bool
sm_rename_set_taken(const SmRenameSet *set, const SmRenamed *renamed,
					const char *schema, const char *name, SmRenameTime time)
{
	const NameEntry *entry = name_entry(set, name, false);
	ListCell *lc;

	foreach (lc, entry ? entry->objects : NIL)
	{
		const SmObject *object = lfirst(lc);

		if (sm_rename_set_find(set, object) == NULL &&
			is_taken_by_object(set, renamed, schema, object))
			return true;
	}
	foreach (lc, time == SM_TIME_END ? set->renamed
				 : entry			 ? entry->renamed
									 : NIL)
	{
		const SmRenamed *other = lfirst(lc);
		bool end = time == SM_TIME_END;

		if (other != renamed &&
			strcmp(end ? other->new_name : other->name, name) == 0 &&
			clash(set, renamed, schema, other,
				  end ? other->new_schema : other->schema))
			return true;
	}
	return false;
}
