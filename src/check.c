/*-------------------------------------------------------------------------
 *
 * check.c
 *	  How the database differs from a model, and from what its revisions have
 *	  made: diff, check, drift.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "caches.h"
#include "compat.h"
#include "ddl.h"
#include "errcodes.h"
#include "lockmode.h"
#include "plan.h"
#include "repeat.h"
#include "request.h"
#include "revision.h"
#include "scratch.h"
#include "trust.h"

/* Columns of diff(), check() and drift() */
#define COLUMNS 8

/* Changes that an error message shows */
#define MAX_SHOWN 5

PG_FUNCTION_INFO_V1(schemamig_diff);
PG_FUNCTION_INFO_V1(schemamig_check);
PG_FUNCTION_INFO_V1(schemamig_drift);

/* ------------------------------------------------------------------------
 * Rows
 * ------------------------------------------------------------------------ */

static Datum
text_or_null(const char *value, bool *isnull)
{
	*isnull = value == NULL;
	return value ? CStringGetTextDatum(value) : (Datum) 0;
}

static void
put_change(ReturnSetInfo *rsinfo, const SmChange *change)
{
	Datum values[COLUMNS];
	bool nulls[COLUMNS] = { false };
	const char *hazard = change->hazard;

	if (change->refused)
		hazard = psprintf("refused: %s", change->refused);
	values[0] = CStringGetTextDatum(change->kind);
	values[1] = CStringGetTextDatum(change->identity);
	values[2] = CStringGetTextDatum(change->change);
	values[3] = text_or_null(change->upgrade, &nulls[3]);
	values[4] = text_or_null(change->downgrade, &nulls[4]);
	values[5] = text_or_null(sm_lockmode_name(change->lock_mode), &nulls[5]);
	values[6] = BoolGetDatum(change->rewrites);
	values[7] = text_or_null(hazard, &nulls[7]);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
put_changes(FunctionCallInfo fcinfo, const SmComparison *comparison)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell *lc;

	foreach (lc, comparison->changes)
	{
		CHECK_FOR_INTERRUPTS();
		put_change(rsinfo, lfirst(lc));
	}
}

/* The first few changes, for a message */
static char *
list_changes(const List *changes)
{
	StringInfoData text;
	int n = 0;
	ListCell *lc;

	initStringInfo(&text);
	foreach (lc, changes)
	{
		SmChange *change = lfirst(lc);

		if (n++ == MAX_SHOWN)
		{
			appendStringInfo(&text, ", and %d more",
							 list_length(changes) - MAX_SHOWN);
			break;
		}
		appendStringInfo(&text, "%s%s %s (%s)", n > 1 ? ", " : "", change->kind,
						 change->identity, change->change);
	}
	return text.data;
}

static void
raise_changes(const SmComparison *comparison, const char *what)
{
	if (comparison->changes)
		ereport(ERROR, (errcode(ERRCODE_SM_DRIFT),
						errmsg("the database differs from %s", what),
						errdetail("%s.", list_changes(comparison->changes))));
}

/*
 * Compares, and returns the changes as rows; if what is not NULL and there are
 * any, an error that says from what the database differs.
 */
static Datum
compare(FunctionCallInfo fcinfo, SmComparison *comparison, const char *what)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "schemamig comparison",
							  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	int objects;

	sm_request_compare(comparison);
	if (what)
		raise_changes(comparison, what);
	put_changes(fcinfo, comparison);
	objects = comparison->live->objects.n + comparison->desired->objects.n;
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	sm_caches_give_back(objects);
	return (Datum) 0;
}

/* SQL function diff(model, from_schema, schemas, include, exclude, renames,
 * online) */
Datum
schemamig_diff(PG_FUNCTION_ARGS)
{
	SmComparison *comparison = sm_request_read(fcinfo, 0, "schemamig.diff()");

	sm_request_online(fcinfo, 6, comparison);
	InitMaterializedSRF(fcinfo, 0);
	return compare(fcinfo, comparison, NULL);
}

/* SQL function check(), with the arguments of diff(), and raise before online */
Datum
schemamig_check(PG_FUNCTION_ARGS)
{
	SmComparison *comparison = sm_request_read(fcinfo, 0, "schemamig.check()");

	sm_request_online(fcinfo, 7, comparison);
	InitMaterializedSRF(fcinfo, 0);
	return compare(fcinfo, comparison,
				   sm_arg_bool(fcinfo, 6) ? "the model" : NULL);
}

/* ------------------------------------------------------------------------
 * Drift
 * ------------------------------------------------------------------------ */

/*
 * The upgrade scripts of the applied revisions, in the order of the graph, and
 * the repeatable scripts that were run as they are
 */
static List *
applied_scripts(void)
{
	SmGraph *g = sm_revision_graph(SM_READ_LATEST);
	Bitmapset *applied = sm_revision_applied(g, "", SM_READ_LATEST);
	SmPlan plan = sm_plan_set(g, SM_UPGRADE, applied);
	SmRevision **revs = sm_revision_fetch(g, plan.idx, plan.n, SM_NO_LOCK);
	List *texts = NIL;
	ListCell *lc;

	for (int i = 0; i < plan.n; i++)
	{
		SmModelText *text = palloc0_object(SmModelText);

		sm_trust_check_revision(revs[i], GetUserId());
		text->name = revs[i]->id;
		text->text = revs[i]->upgrade;
		text->replay = true;
		texts = lappend(texts, text);
	}
	foreach (lc, sm_repeat_load(""))
	{
		const SmRepeat *repeat = lfirst(lc);
		SmModelText *text = palloc0_object(SmModelText);

		if (repeat->pending)
			continue;
		sm_repeat_check_trust(repeat, GetUserId());
		text->name = repeat->name;
		text->text = repeat->text;
		text->replay = true;
		texts = lappend(texts, text);
	}
	return texts;
}

/* SQL function drift(schemas, include, exclude, raise) */
Datum
schemamig_drift(PG_FUNCTION_ARGS)
{
	SmComparison *comparison = palloc0_object(SmComparison);

	InitMaterializedSRF(fcinfo, 0);
	comparison->command = "schemamig.drift()";
	comparison->schemas = sm_request_schemas(fcinfo, 0);
	sm_request_filter(fcinfo, 1, comparison);
	comparison->texts = applied_scripts();
	return compare(fcinfo, comparison,
				   sm_arg_bool(fcinfo, 3) ? "what its revisions have made"
										  : NULL);
}
