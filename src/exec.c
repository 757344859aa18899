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
 * What the server refuses inside a transaction block runs through a portal, as
 * a client's statements do.
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
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "env.h"
#include "exec.h"
#include "inblock.h"
#include "progress.h"
#include "watch.h"

/* A receiver that throws rows away, but looks for a false among them */
typedef struct VerifyReceiver
{
	DestReceiver pub;
	bool is_boolean; /* is there one column, and is it boolean? */
} VerifyReceiver;

/* Name of the portal of the last statement at top level */
static char toplevel_portal[NAMEDATALEN];

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

/* Runs one query; returns how many rows it has returned or changed */
static uint64
run_query(PlannedStmt *plan, const char *sql, ParamListInfo params,
		  DestReceiver *dest)
{
	QueryDesc *desc = CreateQueryDesc(plan, sql, GetActiveSnapshot(), NULL,
									  dest, params, NULL, 0);
	uint64 rows;

	ExecutorStart(desc, 0);
	sm_executor_run(desc, ForwardScanDirection, 0);
	rows = desc->estate->es_processed;
	ExecutorFinish(desc);
	ExecutorEnd(desc);
	FreeQueryDesc(desc);
	return rows;
}

/*
 * Runs what a statement has been planned as.  Returns how many rows the
 * statement itself, not a rule, has returned or changed.
 */
static uint64
run_plans(List *plans, const char *sql, ParamListInfo params,
		  DestReceiver *dest)
{
	uint64 result = 0;
	ListCell *lc;

	foreach (lc, plans)
	{
		PlannedStmt *plan = lfirst_node(PlannedStmt, lc);
		uint64 rows = 0;

		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
		if (plan->utilityStmt == NULL)
			rows = run_query(plan, sql, params, dest);
		else
			ProcessUtility(plan, sql, false, PROCESS_UTILITY_QUERY, params,
						   NULL, dest, NULL);
		PopActiveSnapshot();
		if (plan->canSetTag)
			result = rows;
	}
	CommandCounterIncrement();
	return result;
}

/* Runs a statement that is parsed */
static void
run_raw(RawStmt *raw, const char *sql, DestReceiver *dest)
{
	bool need_snapshot = analyze_requires_snapshot(raw);
	List *plans;

	CommandCounterIncrement();
	if (need_snapshot)
		PushActiveSnapshot(GetTransactionSnapshot());
	plans = pg_analyze_and_rewrite_fixedparams(raw, sql, NULL, 0, NULL);
	plans = pg_plan_queries(plans, sql, CURSOR_OPT_PARALLEL_OK, NULL);
	if (need_snapshot)
		PopActiveSnapshot();
	(void) run_plans(plans, sql, NULL, dest);
}

/* Runs one statement from its text */
static void
run_statement(const char *sql, SmScriptKind kind)
{
	RawStmt *raw = linitial_node(RawStmt, sm_script_parse_statement(sql));

	run_raw(raw, sql, create_receiver(kind));
}

/*
 * Runs one statement, whose parse tree may have been changed since it was made
 * of the text, in the current memory context and with the rights and settings
 * that are in force.  Its rows are thrown away.
 */
void
sm_exec_raw(RawStmt *raw, const char *sql)
{
	run_raw(raw, sql, None_Receiver);
}

/* Decides before a statement whether a series of them ends there */
typedef bool (*StopBefore)(const SmScript *script, int i, int from);

/*
 * Runs the statements of a script up to its end, or to where stop_before says,
 * in the current transaction and with the rights and settings that are in
 * force.  Returns the index of the first one that was not run.  An error tells
 * its statement, line and column.
 */
static int
run_statements(const SmScript *script, int from, StopBefore stop_before)
{
	SmScriptContext error_context;
	MemoryContext old = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(old, "schemamig statement",
												  ALLOCSET_DEFAULT_SIZES);
	int i;

	sm_script_push_context(&error_context, script);
	for (i = from; i < script->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		error_context.stmt = i;
		MemoryContextSwitchTo(context);
		if (stop_before && stop_before(script, i, from))
			break;
		if (script->kind != SM_SCRIPT_VERIFY)
			sm_progress_statement(i + 1);
		if (stop_before)
			sm_env_restart_statement_timer(true);
		sm_watch_statement(sm_script_statement_text(script, i));
		run_statement(sm_script_statement_text(script, i), script->kind);
		sm_watch_statement_done();
		MemoryContextSwitchTo(old);
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(old);
	sm_script_pop_context(&error_context);
	MemoryContextDelete(context);
	return i;
}

/*
 * Runs the statements of a script from the given one, counted from 0, to the
 * end.  Their rows are thrown away; in a verify script, a single boolean column
 * that is not true is an error.
 */
void
sm_exec_script(const SmScript *script, int from)
{
	(void) run_statements(script, from, NULL);
}

/*
 * A piece ends before a statement that the server refuses inside a transaction
 * block, where the script says so, and before a statement that could use what
 * those before it have made but must have been committed.
 */
static bool
piece_ends(const SmScript *script, int i, int from)
{
	const SmStatement *s = &script->stmt[i];

	if (s->outside ||
		(i > from && (script->stmt[i - 1].commit_after ||
					  (!s->needs_commit && script->stmt[i - 1].needs_commit))))
		return true;
	return s->maybe_outside &&
		   sm_inblock_refused(sm_script_statement_text(script, i)) != NULL;
}

/*
 * Runs as many statements of a script as belong into one transaction,
 * beginning with the given one.  Returns the index of the first one that was
 * not run: the number of statements, if all the rest were.  If that is the one
 * that it was to begin with, that one has to run at top level.
 */
int
sm_exec_piece(const SmScript *script, int from)
{
	return run_statements(script, from, piece_ends);
}

/*
 * The first statement whose settings are still in force at the given one: the
 * one after the last DISCARD ALL before that.
 */
int
sm_exec_settings_from(const SmScript *script, int upto)
{
	int from = upto;

	while (from > 0 && !script->stmt[from - 1].discards_all)
		from--;
	return from;
}

/*
 * Sets again what the statements before the given one have set, for a piece
 * that goes on with that one.
 */
void
sm_exec_settings(const SmScript *script, int upto)
{
	SmScriptContext error_context;

	sm_script_push_context(&error_context, script);
	for (int i = sm_exec_settings_from(script, upto); i < upto; i++)
	{
		const SmSettingChange *set = &script->stmt[i].set;

		error_context.stmt = i;
		if (set->name && !set->is_local)
			run_statement(sm_script_statement_text(script, i), script->kind);
	}
	sm_script_pop_context(&error_context);
}

/* Plans a query, in the way that is best for one along a key */
static List *
plan_keyset_query(const char *sql, ParamListInfo params)
{
	RawStmt *raw = linitial_node(RawStmt, sm_script_parse_statement(sql));
	Oid *types = palloc_array(Oid, params->numParams + 1);
	List *plans;
	SmEnv env;

	for (int i = 0; i < params->numParams; i++)
		types[i] = params->params[i].ptype;
	PushActiveSnapshot(GetTransactionSnapshot());
	plans = pg_analyze_and_rewrite_fixedparams(raw, sql, types,
											   params->numParams, NULL);
	sm_env_enter_keyset_planner(&env);
	plans = pg_plan_queries(plans, sql, 0, params);
	sm_env_leave(&env);
	PopActiveSnapshot();
	return plans;
}

/*
 * Has the errors come that a query along a key would end with whatever rows
 * there are: what it names does not exist, a right is missing.
 */
void
sm_exec_keyset_check(const char *sql, ParamListInfo params)
{
	ErrorContextCallback context;
	ListCell *lc;

	sm_script_push_text(&context, sql);
	foreach (lc, plan_keyset_query(sql, params))
	{
		PlannedStmt *plan = lfirst_node(PlannedStmt, lc);
		QueryDesc *desc;

		if (plan->utilityStmt)
			continue;
		PushActiveSnapshot(GetTransactionSnapshot());
		desc = CreateQueryDesc(plan, sql, GetActiveSnapshot(), NULL,
							   None_Receiver, params, NULL, 0);
		ExecutorStart(desc, EXEC_FLAG_EXPLAIN_ONLY);
		ExecutorEnd(desc);
		FreeQueryDesc(desc);
		PopActiveSnapshot();
	}
	error_context_stack = context.previous;
}

/*
 * Runs a query along a key, with the rights and settings that are in force.
 * Returns how many rows it has returned or changed.
 *
 * Not through SPI: that has no way to plan with other settings than those that
 * what is called meanwhile, such as triggers, is planned with, and keeps the
 * plan of.
 */
uint64
sm_exec_keyset_query(const char *sql, ParamListInfo params, DestReceiver *dest)
{
	ErrorContextCallback context;
	uint64 rows;

	sm_script_push_text(&context, sql);
	CommandCounterIncrement();
	rows = run_plans(plan_keyset_query(sql, params), sql, params, dest);
	error_context_stack = context.previous;
	return rows;
}

/*
 * Runs one statement at top level, as if a client had sent it: it may commit
 * by itself.  The caller has a transaction without a snapshot, and nothing
 * that a commit would end; when this returns there is a transaction again, in
 * which the statement has ended.
 *
 * A portal is what such a statement expects around it: that has the snapshot
 * which an event trigger needs after the statement has committed, and
 * PortalContext, where VACUUM keeps its memory over its commits.
 */
void
sm_exec_toplevel(const char *sql)
{
	Portal portal = CreateNewPortal();
	MemoryContext old = MemoryContextSwitchTo(portal->portalContext);
	char *text = pstrdup(sql);
	RawStmt *raw;
	List *plans;

	snprintf(toplevel_portal, sizeof(toplevel_portal), "%s", portal->name);
	portal->visible = false;
	raw = linitial_node(RawStmt, sm_script_parse_statement(text));
	if (analyze_requires_snapshot(raw))
		PushActiveSnapshot(GetTransactionSnapshot());
	plans = pg_analyze_and_rewrite_fixedparams(raw, text, NULL, 0, NULL);
	plans = pg_plan_queries(plans, text, 0, NULL);
	if (ActiveSnapshotSet())
		PopActiveSnapshot();
	PortalDefineQuery(portal, NULL, text, CreateCommandTag(raw->stmt), plans,
					  NULL);
	PortalStart(portal, NULL, 0, InvalidSnapshot);
	MemoryContextSwitchTo(old);
	sm_portal_run(portal);
	PortalDrop(portal, false);
}

/*
 * To be called after an error in sm_exec_toplevel(), when it has been rolled
 * back: where the statement had committed before, its portal stays.
 */
void
sm_exec_toplevel_failed(void)
{
	Portal portal = GetPortalByName(toplevel_portal);

	if (PortalIsValid(portal))
		PortalDrop(portal, false);
}
