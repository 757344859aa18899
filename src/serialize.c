/*-------------------------------------------------------------------------
 *
 * serialize.c
 *	  Snapshots as bytes.
 *
 * They stay in the database that they were made in, and are thrown away when
 * anything changes that they depend on, which includes what is read of the
 * catalogs and in which order, so that the format needs no version.  Strings
 * are written with their terminator, for a snapshot that is read back points
 * into the bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/sha2.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"

#include "checksum.h"
#include "compat.h"
#include "kinds.h"
#include "serialize.h"

#define NO_STRING (-1)

/*
 * A checksum of all that the bytes depend on in this library: the kinds, their
 * attributes and their queries.
 */
const char *
sm_serialized_form(void)
{
	static char form[PG_SHA256_DIGEST_STRING_LENGTH];
	StringInfoData all;

	if (form[0] != '\0')
		return form;
	initStringInfo(&all);
	for (int i = 0; i < sm_n_kinds; i++)
	{
		const SmKind *kind = sm_kinds[i];

		appendStringInfo(&all, "%s (", kind->name);
		for (int j = 0; j < kind->n_attrs; j++)
			appendStringInfo(&all, "%s %d, ", kind->attrs[j].name,
							 kind->attrs[j].flags);
		appendStringInfo(&all, ") %s %s %s\n", kind->query ? kind->query : "",
						 kind->needs_query ? kind->needs_query : "",
						 kind->alias_query ? kind->alias_query : "");
	}
	snprintf(form, sizeof(form), "%s", sm_checksum_text(all.data));
	pfree(all.data);
	return form;
}

static void
put_string(StringInfo out, const char *string)
{
	if (string == NULL)
	{
		pq_sendint32(out, (uint32) NO_STRING);
		return;
	}
	pq_sendint32(out, strlen(string) + 1);
	appendBinaryStringInfo(out, string, strlen(string) + 1);
}

static void
put_objects(StringInfo out, const SmObjects *objects)
{
	pq_sendint32(out, objects->n);
	for (int i = 0; i < objects->n; i++)
		pq_sendint32(out, objects->item[i]->number);
}

static int
kind_number(const SmKind *kind)
{
	int i = 0;

	while (sm_kinds[i] != kind)
		i++;
	return i;
}

/* The snapshot as bytes, in the current memory context */
bytea *
sm_serialize(const SmSnapshot *snapshot)
{
	StringInfoData out;
	ListCell *lc;

	pq_begintypsend(&out);
	pq_sendint32(&out, snapshot->objects.n);
	for (int i = 0; i < snapshot->objects.n; i++)
	{
		const SmObject *object = snapshot->objects.item[i];

		pq_sendint32(&out, kind_number(object->kind));
		put_string(&out, object->identity);
		put_string(&out, object->schema);
		put_string(&out, object->name);
		pq_sendbyte(&out, object->parent != NULL);
		if (object->parent)
			pq_sendint32(&out, object->parent->number);
		pq_sendbyte(&out, object->given);
		pq_sendbyte(&out, object->elsewhere);
		for (int j = 0; j < SM_FIRST_ATTR + object->kind->n_attrs; j++)
			put_string(&out, object->attr[j]);
	}
	for (int i = 0; i < snapshot->objects.n; i++)
	{
		put_objects(&out, &snapshot->objects.item[i]->needs);
		put_objects(&out, &snapshot->objects.item[i]->owners);
	}
	pq_sendint32(&out, list_length(snapshot->warnings));
	foreach (lc, snapshot->warnings)
		put_string(&out, lfirst(lc));
	return pq_endtypsend(&out);
}

static void
check_undamaged(bool good)
{
	if (!good)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the snapshot of the model is damaged"),
				 errhint(
					 "DELETE FROM schemamig.model_snapshot; it is made again when it is needed.")));
}

/* A number that is less than the given one */
static int
get_index(StringInfo in, int end)
{
	int number = (int) pq_getmsgint(in, 4);

	check_undamaged(number >= 0 && number < end);
	return number;
}

static const char *
get_string(StringInfo in)
{
	int length = (int) pq_getmsgint(in, 4);

	return length == NO_STRING ? NULL : pq_getmsgbytes(in, length);
}

static SmObject *
get_object(StringInfo in, const SmSnapshot *snapshot)
{
	return snapshot->objects.item[get_index(in, snapshot->objects.n)];
}

static void
get_attributes(StringInfo in, SmSnapshot *snapshot)
{
	const SmKind *kind = sm_kinds[get_index(in, sm_n_kinds)];
	const char *identity = get_string(in);
	SmObject *object =
		identity ? sm_snapshot_add(snapshot, kind, identity) : NULL;

	check_undamaged(object != NULL);
	object->schema = get_string(in);
	object->name = get_string(in);
	if (pq_getmsgbyte(in))
	{
		object->parent = get_object(in, snapshot);
		sm_objects_add(&object->parent->children, object);
	}
	object->given = pq_getmsgbyte(in) != 0;
	object->elsewhere = pq_getmsgbyte(in) != 0;
	for (int i = 0; i < SM_FIRST_ATTR + kind->n_attrs; i++)
		object->attr[i] = get_string(in);
}

static void
get_links(StringInfo in, const SmSnapshot *snapshot, SmObject *object)
{
	for (int n = (int) pq_getmsgint(in, 4); n > 0; n--)
		sm_object_needs(object, get_object(in, snapshot));
	for (int n = (int) pq_getmsgint(in, 4); n > 0; n--)
		sm_object_owned_by(object, get_object(in, snapshot));
}

/* The snapshot that the bytes were made of, in a new context */
SmSnapshot *
sm_deserialize(const bytea *bytes)
{
	SmSnapshot *snapshot = sm_snapshot_create();
	MemoryContext old = MemoryContextSwitchTo(snapshot->context);
	StringInfoData in;
	int n;

	initStringInfo(&in);
	appendBinaryStringInfo(&in, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	n = (int) pq_getmsgint(&in, 4);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		get_attributes(&in, snapshot);
	}
	for (int i = 0; i < n; i++)
		get_links(&in, snapshot, snapshot->objects.item[i]);
	for (n = (int) pq_getmsgint(&in, 4); n > 0; n--)
		snapshot->warnings =
			lappend(snapshot->warnings, (void *) get_string(&in));
	MemoryContextSwitchTo(old);
	return snapshot;
}
