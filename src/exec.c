/*-------------------------------------------------------------------------
 *
 * exec.c
 *	  Running the statements of a script.
 *
 * Not through SPI: SPI reports no place in a script, keeps the memory of all
 * statements until the last one, and runs nothing between two of them.  The
 * loop here is the one that CREATE EXTENSION has for its scripts: every
 * statement is analyzed and planned when its turn comes, so that it sees what
 * the ones before it have made.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/execdesc.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "parser/analyze.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "exec.h"
#include "progress.h"

/* A receiver that throws rows away, but looks for a false among them */
typedef struct VerifyReceiver
{
	DestReceiver pub;
	bool is_boolean; /* is there one column, and is it boolean? */
} VerifyReceiver;

static void
verify_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	VerifyReceiver *receiver = (VerifyReceiver *) self;

	receiver->is_boolean =
		(desc->natts == 1 && TupleDescAttr(desc, 0)->atttypid == BOOLOID);
}

static bool
verify_receive(TupleTableSlot *slot, DestReceiver *self)
{
	VerifyReceiver *receiver = (VerifyReceiver *) self;
	bool isnull;
	Datum value;

	if (!receiver->is_boolean)
		return true;
	value = slot_getattr(slot, 1, &isnull);
	if (isnull || !DatumGetBool(value))
		ereport(ERROR,
				(errcode(ERRCODE_ASSERT_FAILURE), errmsg("verification failed"),
				 errdetail("The statement returned %s.",
						   isnull ? "null" : "false")));
	return true;
}

static void
verify_nothing(DestReceiver *self)
{
}

static DestReceiver *
create_receiver(SmScriptKind kind)
{
	VerifyReceiver *receiver;

	if (kind != SM_SCRIPT_VERIFY)
		return None_Receiver;
	receiver = palloc0_object(VerifyReceiver);
	receiver->pub.receiveSlot = verify_receive;
	receiver->pub.rStartup = verify_startup;
	receiver->pub.rShutdown = verify_nothing;
	receiver->pub.rDestroy = verify_nothing;
	receiver->pub.mydest = DestNone;
	return &receiver->pub;
}

static void
run_query(PlannedStmt *plan, const char *sql, DestReceiver *dest)
{
	QueryDesc *desc = CreateQueryDesc(plan, sql, GetActiveSnapshot(), NULL,
									  dest, NULL, NULL, 0);

	ExecutorStart(desc, 0);
	sm_executor_run(desc, ForwardScanDirection, 0);
	ExecutorFinish(desc);
	ExecutorEnd(desc);
	FreeQueryDesc(desc);
}

/* Runs one statement from its text */
static void
run_statement(const char *sql, SmScriptKind kind)
{
	RawStmt *raw = linitial_node(RawStmt, sm_script_parse_statement(sql));
	bool need_snapshot = analyze_requires_snapshot(raw);
	DestReceiver *dest = create_receiver(kind);
	List *plans;
	ListCell *lc;

	CommandCounterIncrement();
	if (need_snapshot)
		PushActiveSnapshot(GetTransactionSnapshot());
	plans = pg_analyze_and_rewrite_fixedparams(raw, sql, NULL, 0, NULL);
	plans = pg_plan_queries(plans, sql, CURSOR_OPT_PARALLEL_OK, NULL);
	if (need_snapshot)
		PopActiveSnapshot();

	foreach (lc, plans)
	{
		PlannedStmt *plan = lfirst_node(PlannedStmt, lc);

		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
		if (plan->utilityStmt == NULL)
			run_query(plan, sql, dest);
		else
			ProcessUtility(plan, sql, false, PROCESS_UTILITY_QUERY, NULL, NULL,
						   dest, NULL);
		PopActiveSnapshot();
	}
	CommandCounterIncrement();
}

/*
 * Runs all statements of a script, in the current transaction and with the
 * rights and settings that are in force.  Their rows are thrown away; in a
 * verify script, a single boolean column that is not true is an error.
 * An error tells its statement, line and column.
 */
void
sm_exec_script(const SmScript *script)
{
	SmScriptContext error_context;
	MemoryContext old = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(old, "schemamig statement",
												  ALLOCSET_DEFAULT_SIZES);

	sm_script_push_context(&error_context, script);
	for (int i = 0; i < script->n; i++)
	{
		const SmStatement *s = &script->stmt[i];

		CHECK_FOR_INTERRUPTS();
		error_context.stmt = i;
		MemoryContextSwitchTo(context);
		if (script->kind != SM_SCRIPT_VERIFY)
			sm_progress_statement(i + 1);
		run_statement(pnstrdup(script->text + s->start, s->length),
					  script->kind);
		MemoryContextSwitchTo(old);
		MemoryContextReset(context);
	}
	sm_script_pop_context(&error_context);
	MemoryContextDelete(context);
}
