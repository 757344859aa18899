/*-------------------------------------------------------------------------
 *
 * attribute.h
 *	  What columns of tables and of views have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ATTRIBUTE_H
#define SM_ATTRIBUTE_H

#include "catalog/pg_attribute.h"

#include "snapshot.h"

/* A tuple of pg_attribute */
typedef struct SmAttribute
{
	SmReader *reader;
	SmSnapshot *snapshot;
	HeapTuple tuple;
	TupleDesc desc;
	Form_pg_attribute form;
	SmColumnType type;
} SmAttribute;

extern SmObject *sm_attribute_relation(const SmReader *reader, HeapTuple tuple);
extern SmObject *
sm_attribute_add(SmAttribute *attribute, SmReader *reader, SmObject *relation,
				 HeapTuple tuple, TupleDesc desc);
extern const char *sm_attribute_storage(char storage);
extern const char *sm_attribute_compression(const SmAttribute *attribute);
extern const char *sm_attribute_statistics(const SmAttribute *attribute);
extern const char *sm_attribute_options(const SmAttribute *attribute);

#endif /* SM_ATTRIBUTE_H */
