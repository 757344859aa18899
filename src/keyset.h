/*-------------------------------------------------------------------------
 *
 * keyset.h
 *	  Walking over a table along its primary key.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_KEYSET_H
#define SM_KEYSET_H

#include "lib/stringinfo.h"
#include "nodes/params.h"
#include "tcop/dest.h"

/* A column of a primary key */
typedef struct SmKeyColumn
{
	char *name;
	char *reference; /* in a query on the table, quoted */
	Oid type;		 /* not a domain but what it is over */
	Oid collation;
	Oid opfamily; /* of the index */
	Oid optype;	  /* that its operators are for */
} SmKeyColumn;

/* The primary key of a table */
typedef struct SmKeyset
{
	Oid relation;
	char *table; /* its name, quoted, with the schema */
	int n;
	SmKeyColumn *column;
} SmKeyset;

/* Where a comparison with a key is to be true */
typedef enum SmKeysetSide
{
	SM_KEYSET_AFTER,
	SM_KEYSET_UPTO
} SmKeysetSide;

extern SmKeyset *sm_keyset_of(Oid relation);
extern bool sm_keyset_equal(const SmKeyset *a, const SmKeyset *b);
extern void sm_keyset_compare(StringInfo buf, const SmKeyset *keys,
							  SmKeysetSide side, int first_param);
extern ParamListInfo
sm_keyset_params(const SmKeyset *keys, const Datum *low, const Datum *high);
extern DestReceiver *
sm_keyset_receiver(const SmKeyset *keys, MemoryContext context, Datum **key);

#endif /* SM_KEYSET_H */
