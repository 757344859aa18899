/*-------------------------------------------------------------------------
 *
 * query.h
 *	  Queries on the tables of schemamig.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_QUERY_H
#define SM_QUERY_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "executor/tuptable.h"
#include "nodes/pg_list.h"

#define SM_QUERY_MAX_ARGS 16

/* How a query sees and touches the tables */
typedef enum SmQueryMode
{
	SM_READ,		/* by the snapshot of the calling statement */
	SM_READ_LATEST, /* what is committed now, and our own changes */
	SM_WRITE		/* changes rows, locks them, or sees what such
					 * a query would: the transaction's snapshot */
} SmQueryMode;

/*
 * A query with its plan, which is made at the first use in a session and
 * kept.  Define one as a static variable with a designated initialiser.
 */
typedef struct SmQuery
{
	const char *sql;
	SmQueryMode mode;
	int nargs;
	Oid argtypes[SM_QUERY_MAX_ARGS];
	void *plan;
} SmQuery;

/* The rows that a query returned, in the caller's memory context */
typedef struct SmRows
{
	uint64 n;		/* rows returned, or changed */
	TupleDesc desc; /* NULL if none were returned */
	HeapTuple *tuple;
} SmRows;

/* Takes a row; what the slot has is gone when it returns */
typedef void (*SmRowFunction)(TupleTableSlot *slot, void *arg);

extern void sm_query_push_latest(void);
extern void sm_query_pop_latest(void);
extern SmRows *sm_query(SmQuery *query, const Datum *args, const char *nulls);
extern SmRows *sm_query_here(const char *sql, const List *texts, bool changes);
extern void sm_query_each(SmQuery *query, const Datum *args,
						  SmRowFunction function, void *arg);
extern Datum
sm_rows_datum(const SmRows *rows, uint64 row, int col, bool *isnull);
extern char *sm_rows_text(const SmRows *rows, uint64 row, int col);
extern List *sm_rows_text_list(const SmRows *rows, uint64 row, int col);
extern int64 sm_rows_int64(const SmRows *rows, uint64 row, int col);
extern bool sm_rows_bool(const SmRows *rows, uint64 row, int col);
extern List *sm_text_array_to_list(Datum array);
extern Datum sm_list_to_text_array(const List *list);

#endif /* SM_QUERY_H */
