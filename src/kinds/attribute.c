/*-------------------------------------------------------------------------
 *
 * attribute.c
 *	  What columns of tables and of views have in common.
 *
 * There are more of them than of everything else, so they are read from
 * pg_attribute as it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/toast_compression.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/syscache.h"

#include "compat.h"
#include "kinds/attribute.h"
#include "kinds/options.h"

/*
 * What a tuple of pg_attribute is a column of, if that is among what has been
 * read; or NULL
 */
SmObject *
sm_attribute_relation(const SmReader *reader, HeapTuple tuple)
{
	Form_pg_attribute form = (Form_pg_attribute) GETSTRUCT(tuple);
	SmAddress address = { RelationRelationId, form->attrelid, 0 };

	if (form->attnum <= 0 || form->attisdropped)
		return NULL;
	return sm_snapshot_at(sm_reader_snapshot(reader), address);
}

static Oid
owner_of(Oid relation)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		sm_snapshot_outdated();
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* A new object for a column, with its type and privileges */
SmObject *
sm_attribute_add(SmAttribute *attribute, SmReader *reader, SmObject *relation,
				 HeapTuple tuple, TupleDesc desc)
{
	Form_pg_attribute form = (Form_pg_attribute) GETSTRUCT(tuple);
	SmObject *column = sm_reader_add(reader, relation, form->attrelid,
									 form->attnum, NameStr(form->attname));
	bool isnull;
	Datum acl;

	attribute->reader = reader;
	attribute->snapshot = sm_reader_snapshot(reader);
	attribute->tuple = tuple;
	attribute->desc = desc;
	attribute->form = form;
	attribute->type =
		sm_snapshot_type(attribute->snapshot, form->atttypid, form->atttypmod);
	column->type = form->atttypid;
	column->collation = form->attcollation;
	acl = heap_getattr(tuple, Anum_pg_attribute_attacl, desc, &isnull);
	if (!isnull)
		sm_reader_set_acl(reader, column, DatumGetAclP(acl), 0,
						  owner_of(form->attrelid));
	return column;
}

/* The word for a way to store values */
const char *
sm_attribute_storage(char storage)
{
	switch (storage)
	{
		case TYPSTORAGE_PLAIN:
			return "PLAIN";
		case TYPSTORAGE_EXTERNAL:
			return "EXTERNAL";
		case TYPSTORAGE_MAIN:
			return "MAIN";
		default:
			return "EXTENDED";
	}
}

/* The method by which values are compressed; NULL: the default */
const char *
sm_attribute_compression(const SmAttribute *attribute)
{
	switch (attribute->form->attcompression)
	{
		case TOAST_PGLZ_COMPRESSION:
			return "pglz";
		case TOAST_LZ4_COMPRESSION:
			return "lz4";
		default:
			return NULL;
	}
}

/* The statistics target; NULL: the default */
const char *
sm_attribute_statistics(const SmAttribute *attribute)
{
	bool isnull;
	Datum value =
		heap_getattr(attribute->tuple, Anum_pg_attribute_attstattarget,
					 attribute->desc, &isnull);
	int target = isnull ? -1 : sm_datum_stattarget(value);

	return target < 0
			   ? NULL
			   : sm_snapshot_text(attribute->snapshot, psprintf("%d", target));
}

/* Options, as lines; or NULL */
const char *
sm_attribute_options(const SmAttribute *attribute)
{
	bool isnull;
	Datum value = heap_getattr(attribute->tuple, Anum_pg_attribute_attoptions,
							   attribute->desc, &isnull);

	return isnull
			   ? NULL
			   : sm_snapshot_text(attribute->snapshot, sm_options_lines(value));
}
