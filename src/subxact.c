/*-------------------------------------------------------------------------
 *
 * subxact.c
 *	  Work in a subtransaction.
 *
 * The one place that begins a subtransaction, and that catches an error and
 * goes on in the same transaction.
 *
 * Whatever the work allocates for its own use belongs into the
 * subtransaction's memory, which CurTransactionContext is there; what is to
 * be left of it must be copied into a context that the caller gave.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "subxact.h"

/*
 * Runs the body in a subtransaction, which is then kept or undone; after an
 * error it is undone in any case, and the error returned, in the current
 * memory context.  Either way the memory context, the resource owner, the
 * user and the settings are what they were.
 */
static ErrorData *
run(SmSubxactBody body, void *arg, bool keep)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		MemoryContextSwitchTo(CurTransactionContext);
		body(arg);
		if (keep)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return error;
}

/*
 * Runs the body in a subtransaction that is rolled back, whatever happens.
 * Returns NULL, or the error that has ended it early.
 */
ErrorData *
sm_subxact_undo(SmSubxactBody body, void *arg)
{
	return run(body, arg, false);
}

/*
 * Runs the body in a subtransaction that stays part of the transaction, unless
 * an error ends it: then that is returned, and nothing else is left of it.
 */
ErrorData *
sm_subxact_try(SmSubxactBody body, void *arg)
{
	return run(body, arg, true);
}
