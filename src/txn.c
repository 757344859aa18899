/*-------------------------------------------------------------------------
 *
 * txn.c
 *	  Transactions of a procedure.
 *
 * The procedures of schemamig commit between pieces of work, as PL/pgSQL's
 * COMMIT does, and go on after an error.  They own no SPI connection meanwhile:
 * a statement that commits by itself, such as CREATE INDEX CONCURRENTLY, would
 * close it.  And they hold no snapshot between pieces, because that statement
 * would wait for it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "pgstat.h"
#include "tcop/pquery.h"
#include "utils/memutils.h"

#include "txn.h"

/*
 * Refuses to go on where the caller cannot commit: in a transaction block, in
 * a function, in a function called by a procedure.  Below another procedure
 * COMMIT would work, but not a statement that commits by itself, as that one
 * has a snapshot and SPI open.  name is the procedure's, for the message,
 * and instead the hint.
 */
void
sm_txn_check_procedure(FunctionCallInfo fcinfo, const char *name,
					   const char *instead)
{
	bool atomic = fcinfo->context == NULL ||
				  !IsA(fcinfo->context, CallContext) ||
				  castNode(CallContext, fcinfo->context)->atomic;

	if (atomic)
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("%s cannot run inside a transaction block", name),
				 errdetail("It commits its work piece by piece."),
				 errhint("%s", instead)));
	if (SPI_inside_nonatomic_context())
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("%s cannot be called from a procedure or DO", name),
				 errdetail("It has to be a statement of its own."),
				 errhint("%s", instead)));
}

/*
 * Commits, and begins the next transaction with the session's default
 * characteristics and without a snapshot.  If the commit fails, that is an
 * error in the next transaction.
 */
void
sm_txn_commit(void)
{
	(void) SPI_connect_ext(SPI_OPT_NONATOMIC);
	SPI_commit();
	(void) SPI_finish();
}

/*
 * To be called in a transaction that has not done anything yet: has the
 * cumulative statistics know what earlier ones have done.  Else autovacuum
 * would only learn it when the procedure is over.
 */
void
sm_txn_report(void)
{
	MemoryContext old = CurrentMemoryContext;

	CommitTransactionCommand();
	(void) pgstat_report_stat(true);
	StartTransactionCommand();
	MemoryContextSwitchTo(old);
}

/*
 * To be called in PG_CATCH: ends the error, rolls back, and begins the next
 * transaction.  Returns the error, in the given context, which is made the
 * current one and must outlive the transaction.
 */
ErrorData *
sm_txn_rollback(MemoryContext context)
{
	ErrorData *error;

	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	AbortCurrentTransaction();
	/* the abort has popped the portal's snapshot, but not told the portal */
	if (ActivePortal)
		ActivePortal->portalSnapshot = NULL;
	StartTransactionCommand();
	MemoryContextSwitchTo(context);
	return error;
}
