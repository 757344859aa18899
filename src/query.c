/*-------------------------------------------------------------------------
 *
 * query.c
 *	  Queries on the tables of schemamig.
 *
 * The one place that uses SPI.  A query runs as the owner of the tables (see
 * env.c), its text is constant and its values are parameters, and its rows
 * are copied into the caller's memory context, so that nothing of SPI is
 * left when it returns.
 *
 * SM_READ_LATEST exists because a run reads the state after it has waited for
 * another run: under REPEATABLE READ and SERIALIZABLE the snapshot of the
 * transaction is older than what that run committed.  SPI lets a read-only
 * query use whatever snapshot is active, which is how it is done.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "env.h"
#include "query.h"

static SPIPlanPtr
prepared_plan(SmQuery *query)
{
	if (query->plan == NULL)
	{
		/* none of them has a better plan for some arguments than for others */
		SPIPlanPtr plan =
			SPI_prepare_cursor(query->sql, query->nargs, query->argtypes,
							   CURSOR_OPT_GENERIC_PLAN);

		if (plan == NULL)
			elog(ERROR, "SPI_prepare failed: %s", /* cannot happen */
				 SPI_result_code_string(SPI_result));
		if (SPI_keepplan(plan) != 0)
			elog(ERROR, "SPI_keepplan failed"); /* cannot happen */
		query->plan = plan;
	}
	return query->plan;
}

/*
 * Copies what SPI returned into the given memory context; flat, if the caller
 * has no snapshot by which values could be fetched that are stored out of line.
 */
static SmRows *
copy_rows(MemoryContext context, bool flat)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	SmRows *rows = palloc0_object(SmRows);

	rows->n = SPI_processed;
	if (SPI_tuptable)
	{
		rows->desc = CreateTupleDescCopy(SPI_tuptable->tupdesc);
		rows->tuple = palloc_array(HeapTuple, rows->n + 1);
		for (uint64 i = 0; i < rows->n; i++)
		{
			HeapTuple tuple = SPI_tuptable->vals[i];

			rows->tuple[i] = flat && HeapTupleHasExternal(tuple)
								 ? toast_flatten_tuple(tuple, rows->desc)
								 : heap_copytuple(tuple);
		}
	}
	MemoryContextSwitchTo(old);
	return rows;
}

/*
 * Who waits for a row of ours in vain should know what for: the server's own
 * message only speaks of a lock timeout.
 */
static void
wait_error_callback(void *arg)
{
	if (geterrcode() == ERRCODE_LOCK_NOT_AVAILABLE)
		errhint(
			"Another session is running or changing the revision. Try again when it is done, or let schemamig.run_timeout be longer.");
}

/*
 * Has queries of mode SM_READ see what is committed now, all of them the same,
 * until sm_query_pop_latest().
 */
void
sm_query_push_latest(void)
{
	CommandCounterIncrement();
	PushActiveSnapshot(GetLatestSnapshot());
}

/* Undoes sm_query_push_latest() */
void
sm_query_pop_latest(void)
{
	PopActiveSnapshot();
}

/*
 * Runs a query.  nulls is as in SPI_execute_plan(): NULL if no argument is
 * null, else a string with 'n' at each one that is.  Returns its rows in the
 * current memory context.
 */
SmRows *
sm_query(SmQuery *query, const Datum *args, const char *nulls)
{
	MemoryContext context = CurrentMemoryContext;
	bool latest = (query->mode == SM_READ_LATEST);
	bool first = !ActiveSnapshotSet();
	ErrorContextCallback callback;
	SmEnv env;
	SmRows *rows;
	int code;

	callback.callback = wait_error_callback;
	callback.arg = NULL;
	callback.previous = error_context_stack;
	error_context_stack = &callback;

	sm_env_enter_owner(&env, query->mode == SM_WRITE);
	/* a procedure has none between its commits; SPI would have it keep one */
	if (first)
		PushActiveSnapshot(GetTransactionSnapshot());
	SPI_connect();
	if (latest)
		sm_query_push_latest();
	code = SPI_execute_plan(prepared_plan(query), (Datum *) args, nulls,
							query->mode != SM_WRITE, 0);
	if (code < 0)
		elog(ERROR, "SPI_execute_plan failed: %s", /* cannot happen */
			 SPI_result_code_string(code));
	rows = copy_rows(context, first);
	if (latest)
		sm_query_pop_latest();
	SPI_finish();
	if (first)
		PopActiveSnapshot();
	sm_env_leave(&env);
	error_context_stack = callback.previous;
	return rows;
}

/*
 * Runs a query with the rights and settings that are in force, by what is
 * committed now; for tables that are not ours.  Its only argument, if it has
 * one, is a text[] of the given strings.
 */
SmRows *
sm_query_here(const char *sql, const List *texts, bool changes)
{
	MemoryContext context = CurrentMemoryContext;
	Oid types[] = { TEXTARRAYOID };
	Datum args[] = { sm_list_to_text_array(texts) };
	bool first = !ActiveSnapshotSet();
	SmRows *rows;
	int code;

	if (first)
		PushActiveSnapshot(GetTransactionSnapshot());
	SPI_connect();
	if (!changes)
		sm_query_push_latest();
	code = SPI_execute_with_args(sql, strstr(sql, "$1") ? 1 : 0, types, args,
								 NULL, !changes, 0);
	if (code < 0)
		elog(ERROR, "SPI_execute_with_args failed: %s", /* cannot happen */
			 SPI_result_code_string(code));
	rows = copy_rows(context, first);
	if (!changes)
		sm_query_pop_latest();
	SPI_finish();
	if (first)
		PopActiveSnapshot();
	return rows;
}

/* Where the rows of sm_query_each() go to */
typedef struct RowReceiver
{
	DestReceiver pub;
	MemoryContext context; /* the caller's */
	SmRowFunction function;
	void *arg;
} RowReceiver;

static void
receive_startup(DestReceiver *self, int operation, TupleDesc desc)
{
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	RowReceiver *receiver = (RowReceiver *) self;
	MemoryContext old = MemoryContextSwitchTo(receiver->context);

	slot_getallattrs(slot);
	receiver->function(slot, receiver->arg);
	MemoryContextSwitchTo(old);
	return true;
}

static void
receive_nothing(DestReceiver *self)
{
}

/*
 * Runs a query that only reads, as of now, and hands each row to a function
 * as it comes, in the current memory context: for more rows than one wants to
 * have at the same time.  No argument may be null.
 */
void
sm_query_each(SmQuery *query, const Datum *args, SmRowFunction function,
			  void *arg)
{
	ParamListInfo params = makeParamList(query->nargs);
	SPIExecuteOptions options;
	RowReceiver receiver;
	SmEnv env;
	int code;

	for (int i = 0; i < query->nargs; i++)
	{
		params->params[i].value = args[i];
		params->params[i].isnull = false;
		params->params[i].pflags = PARAM_FLAG_CONST;
		params->params[i].ptype = query->argtypes[i];
	}
	memset(&receiver, 0, sizeof(receiver));
	receiver.pub.receiveSlot = receive_row;
	receiver.pub.rStartup = receive_startup;
	receiver.pub.rShutdown = receive_nothing;
	receiver.pub.rDestroy = receive_nothing;
	receiver.pub.mydest = DestNone;
	receiver.context = CurrentMemoryContext;
	receiver.function = function;
	receiver.arg = arg;
	memset(&options, 0, sizeof(options));
	options.params = params;
	options.read_only = true;
	options.dest = &receiver.pub;

	sm_env_enter_owner(&env, false);
	SPI_connect();
	sm_query_push_latest();
	code = SPI_execute_plan_extended(prepared_plan(query), &options);
	if (code < 0)
		elog(ERROR, "SPI_execute_plan_extended failed: %s", /* cannot happen */
			 SPI_result_code_string(code));
	sm_query_pop_latest();
	SPI_finish();
	sm_env_leave(&env);
}

/* One value; col counts from 1 */
Datum
sm_rows_datum(const SmRows *rows, uint64 row, int col, bool *isnull)
{
	Assert(row < rows->n);
	return heap_getattr(rows->tuple[row], col, rows->desc, isnull);
}

/* A text value as a string, or NULL */
char *
sm_rows_text(const SmRows *rows, uint64 row, int col)
{
	bool isnull;
	Datum value = sm_rows_datum(rows, row, col, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* A text[] value as a list of strings; NIL for NULL */
List *
sm_rows_text_list(const SmRows *rows, uint64 row, int col)
{
	bool isnull;
	Datum value = sm_rows_datum(rows, row, col, &isnull);

	return isnull ? NIL : sm_text_array_to_list(value);
}

/* A bigint or int value; 0 for NULL */
int64
sm_rows_int64(const SmRows *rows, uint64 row, int col)
{
	bool isnull;
	Datum value = sm_rows_datum(rows, row, col, &isnull);

	if (isnull)
		return 0;
	if (TupleDescAttr(rows->desc, col - 1)->atttypid == INT4OID)
		return DatumGetInt32(value);
	return DatumGetInt64(value);
}

/* A boolean value; false for NULL */
bool
sm_rows_bool(const SmRows *rows, uint64 row, int col)
{
	bool isnull;
	Datum value = sm_rows_datum(rows, row, col, &isnull);

	return !isnull && DatumGetBool(value);
}

/* The elements of a text[] as strings; a null element is an error */
List *
sm_text_array_to_list(Datum array)
{
	Datum *elems;
	bool *nulls;
	int n;
	List *result = NIL;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false,
					  TYPALIGN_INT, &elems, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("array must not contain nulls")));
		result = lappend(result, TextDatumGetCString(elems[i]));
	}
	return result;
}

/* A list of strings as a text[] */
Datum
sm_list_to_text_array(const List *list)
{
	Datum *elems = palloc_array(Datum, list_length(list) + 1);
	int n = 0;
	ListCell *lc;

	foreach (lc, list)
		elems[n++] = CStringGetTextDatum(lfirst(lc));
	return PointerGetDatum(
		construct_array(elems, n, TEXTOID, -1, false, TYPALIGN_INT));
}
