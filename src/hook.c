/*-------------------------------------------------------------------------
 *
 * hook.c
 *	  Functions that users register to be called by every run.
 *
 * A hook runs with the rights of the scripts, so the same trust is asked of
 * whoever registered it and of whoever owns the function, as he can change
 * what it does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "compat.h"
#include "hook.h"
#include "query.h"
#include "trust.h"

typedef struct Hook
{
	SmHookEvent event;
	const char *name; /* with its schema */
	Oid function;
} Hook;

static const char *const event_names[] = { [SM_HOOK_BEFORE_STEP] =
											   "before_step",
										   [SM_HOOK_AFTER_STEP] = "after_step",
										   [SM_HOOK_AFTER_RUN] = "after_run" };

static SmQuery insert_hook = {
	.sql =
		"INSERT INTO schemamig.hook (event, function, registered_at, registered_by) "
		"VALUES ($1, $2, pg_catalog.clock_timestamp(), $3)",
	.mode = SM_WRITE,
	.nargs = 3,
	.argtypes = { TEXTOID, TEXTOID, TEXTOID }
};

static SmQuery delete_hook = {
	.sql =
		"DELETE FROM schemamig.hook WHERE event = $1 "
		"AND function = pg_catalog.regexp_replace($2, '\\((pg_catalog\\.)?jsonb\\)$', '')",
	.mode = SM_WRITE,
	.nargs = 2,
	.argtypes = { TEXTOID, TEXTOID }
};

static SmQuery find_hook = {
	.sql = "SELECT true FROM schemamig.hook WHERE event = $1 AND function = $2",
	.mode = SM_READ_LATEST,
	.nargs = 2,
	.argtypes = { TEXTOID, TEXTOID }
};

static SmQuery all_hooks = {
	.sql =
		"SELECT event, function, registered_by, "
		"pg_catalog.to_regprocedure(function || '(pg_catalog.jsonb)')::oid::int8 "
		"FROM schemamig.hook ORDER BY registered_at, function",
	.mode = SM_READ_LATEST
};

PG_FUNCTION_INFO_V1(schemamig_register_hook);
PG_FUNCTION_INFO_V1(schemamig_unregister_hook);

static SmHookEvent
event_by_name(const char *name)
{
	for (size_t i = 0; i < lengthof(event_names); i++)
	{
		if (strcmp(name, event_names[i]) == 0)
			return (SmHookEvent) i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid hook event \"%s\"", name),
			 errhint(
				 "The events are \"before_step\", \"after_step\" and \"after_run\".")));
	return SM_HOOK_AFTER_RUN; /* keep compiler quiet */
}

/*
 * Checks that a function can be a hook.  Returns its owner, and its name with
 * its schema if that is wanted.
 */
static Oid
check_function(Oid function, char **name)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc proc;
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function with OID %u does not exist", function)));
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	if (proc->prokind != PROKIND_FUNCTION || proc->pronargs != 1 ||
		proc->proargtypes.values[0] != JSONBOID || proc->proretset ||
		isAnyTempNamespace(proc->pronamespace))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("function %s cannot be a hook",
						format_procedure(function)),
				 errhint(
					 "A hook is a permanent function with one argument of type jsonb, such as CREATE FUNCTION f(jsonb) RETURNS void.")));
	owner = proc->proowner;
	if (name)
		*name =
			quote_qualified_identifier(get_namespace_name(proc->pronamespace),
									   NameStr(proc->proname));
	ReleaseSysCache(tuple);
	return owner;
}

/* SQL function register_hook(event text, function regprocedure) */
Datum
schemamig_register_hook(PG_FUNCTION_ARGS)
{
	char *event = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid function = PG_GETARG_OID(1);
	char *name;
	Datum args[3];

	PreventCommandIfReadOnly("schemamig.register_hook()");
	(void) event_by_name(event);
	(void) check_function(function, &name);
	args[0] = CStringGetTextDatum(event);
	args[1] = CStringGetTextDatum(name);
	args[2] = CStringGetTextDatum(sm_env_role_name(GetUserId()));
	if (sm_query(&find_hook, args, NULL)->n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("function %s is registered for event \"%s\" already",
						name, event)));
	(void) sm_query(&insert_hook, args, NULL);
	PG_RETURN_VOID();
}

/* SQL function unregister_hook(event text, function text) */
Datum
schemamig_unregister_hook(PG_FUNCTION_ARGS)
{
	char *event = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Datum args[2];

	PreventCommandIfReadOnly("schemamig.unregister_hook()");
	(void) event_by_name(event);
	args[0] = PG_GETARG_DATUM(0);
	args[1] = PG_GETARG_DATUM(1);
	PG_RETURN_BOOL(sm_query(&delete_hook, args, NULL)->n > 0);
}

/* Refuses a hook that a role has to do with who is not trusted */
static void
check_trust(const char *name, const char *role, Oid run_as)
{
	if (!sm_trust_role(role, run_as))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("hook %s belongs to role \"%s\", who does not have the rights of role \"%s\"",
						name, role, sm_env_role_name(run_as)),
				 errhint(
					 "Remove it with schemamig.unregister_hook(), or list the role in schemamig.trusted_authors.")));
}

/*
 * Loads the hooks of a run, whose other fields must be filled in.  A hook
 * that is gone or not trusted is an error, before anything runs.
 */
void
sm_hook_load(SmHooks *hooks)
{
	SmRows *rows = sm_query(&all_hooks, NULL, NULL);

	hooks->hooks = NIL;
	for (uint64 i = 0; i < rows->n; i++)
	{
		Hook *hook = palloc0_object(Hook);
		Oid owner;

		hook->event = event_by_name(sm_rows_text(rows, i, 1));
		hook->name = sm_rows_text(rows, i, 2);
		hook->function = (Oid) sm_rows_int64(rows, i, 4);
		if (!OidIsValid(hook->function))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FUNCTION),
					 errmsg("hook function %s does not exist", hook->name),
					 errhint("Remove it with SELECT schemamig.unregister_hook('%s', %s).",
							 event_names[hook->event],
							 quote_literal_cstr(hook->name))));
		owner = check_function(hook->function, NULL);
		check_trust(hook->name, sm_rows_text(rows, i, 3), hooks->run_as.role);
		check_trust(hook->name, sm_env_role_name(owner), hooks->run_as.role);
		hooks->hooks = lappend(hooks->hooks, hook);
	}
}

/* The argument of a hook */
static Datum
hook_argument(const SmHooks *hooks, SmHookEvent event, const SmStepReport *step)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf,
					 "{\"event\": \"%s\", \"run\": " INT64_FORMAT
					 ", \"tenant\": ",
					 event_names[event], hooks->run);
	escape_json(&buf, hooks->tenant->name);
	appendStringInfo(&buf, ", \"direction\": \"%s\", \"steps\": %d",
					 step->direction, step->steps);
	if (event != SM_HOOK_AFTER_RUN)
	{
		appendStringInfo(&buf, ", \"step\": %d, \"revision\": ", step->step);
		escape_json(&buf, step->revision);
		appendStringInfoString(&buf, ", \"message\": ");
		escape_json(&buf, step->message);
	}
	appendStringInfoChar(&buf, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data));
}

static void
hook_error_callback(void *arg)
{
	const Hook *hook = arg;

	errcontext("schemamig hook %s for event \"%s\"", hook->name,
			   event_names[hook->event]);
}

static void
call_one(const SmHooks *hooks, Hook *hook, Datum argument)
{
	ErrorContextCallback callback;
	FmgrInfo flinfo;
	LOCAL_FCINFO(fcinfo, 1);
	SmEnv env;

	callback.callback = hook_error_callback;
	callback.arg = hook;
	callback.previous = error_context_stack;
	error_context_stack = &callback;

	sm_env_enter_script(&env, hooks->run_as, hooks->tenant->schema);
	if (object_aclcheck(ProcedureRelationId, hook->function, GetUserId(),
						ACL_EXECUTE) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, hook->name);
	fmgr_info(hook->function, &flinfo);
	InitFunctionCallInfoData(*fcinfo, &flinfo, 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = argument;
	fcinfo->args[0].isnull = false;
	PushActiveSnapshot(GetTransactionSnapshot());
	/* its result, null or not, means nothing */
	(void) FunctionCallInvoke(fcinfo);
	PopActiveSnapshot();
	sm_env_leave(&env);

	error_context_stack = callback.previous;
}

/* Calls the hooks of an event.  An error in one ends the run. */
void
sm_hook_call(const SmHooks *hooks, SmHookEvent event, const SmStepReport *step)
{
	ListCell *lc;

	foreach (lc, hooks->hooks)
	{
		Hook *hook = lfirst(lc);

		if (hook->event == event)
			call_one(hooks, hook, hook_argument(hooks, event, step));
	}
}
