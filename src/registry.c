/*-------------------------------------------------------------------------
 *
 * registry.c
 *	  Tenants whose schema was renamed or dropped.
 *
 * A tenant is on record by the name of its schema, so that a dump can carry
 * it.  ALTER SCHEMA ... RENAME and DROP SCHEMA know nothing of that; these
 * functions bring the record after them.  They take the graph lock, so that
 * there is one of them at a time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "compat.h"
#include "env.h"
#include "journal.h"
#include "locks.h"
#include "plan.h"
#include "query.h"
#include "repeat.h"
#include "revision.h"
#include "tenant.h"
#include "unfinished.h"

static SmQuery find_tenant = {
	.sql = "SELECT true FROM schemamig.tenant WHERE tenant = $1",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery delete_tenant = {
	.sql = "DELETE FROM schemamig.tenant WHERE tenant = $1",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

/* The log follows, since it is what validate() compares the state with */
static SmQuery rename_tenant = {
	.sql =
		"WITH t AS (UPDATE schemamig.tenant SET tenant = $2 WHERE tenant = $1), "
		"r AS (UPDATE schemamig.run SET tenant = $2 WHERE tenant = $1), "
		"u AS (UPDATE schemamig.unfinished SET tenant = $2 WHERE tenant = $1), "
		"p AS (UPDATE schemamig.repeatable_applied SET tenant = $2 WHERE tenant = $1) "
		"UPDATE schemamig.applied SET tenant = $2 WHERE tenant = $1",
	.mode = SM_WRITE,
	.nargs = 2,
	.argtypes = { TEXTOID, TEXTOID }
};

PG_FUNCTION_INFO_V1(schemamig_rename_tenant);
PG_FUNCTION_INFO_V1(schemamig_drop_tenant);

static bool
is_tenant(const char *name)
{
	Datum args[] = { CStringGetTextDatum(name) };

	return sm_query(&find_tenant, args, NULL)->n > 0;
}

/* The tenant that an argument names, which must be on record */
static SmTenant
registered_tenant(FunctionCallInfo fcinfo, int n)
{
	SmTenant tenant = sm_tenant_known(NameStr(*PG_GETARG_NAME(n)));

	if (!is_tenant(tenant.name))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("tenant \"%s\" does not exist", tenant.name),
				 errhint("SELECT * FROM schemamig.tenants lists them.")));
	return tenant;
}

/* SQL function rename_tenant(tenant name, new_name name) */
Datum
schemamig_rename_tenant(PG_FUNCTION_ARGS)
{
	SmTenant old;
	SmTenant new;
	const char *self = sm_env_role_name(GetUserId());
	Datum args[2];

	PreventCommandIfReadOnly("schemamig.rename_tenant()");
	sm_locks_graph();
	new = sm_tenant_lookup(NameStr(*PG_GETARG_NAME(1)), GetUserId());
	sm_locks_run(&new);
	old = registered_tenant(fcinfo, 0);
	if (OidIsValid(old.schema_oid))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("schema \"%s\" of the tenant still exists", old.name),
				 errhint(
					 "Rename the schema first, with ALTER SCHEMA ... RENAME.")));
	if (is_tenant(new.name))
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
						errmsg("tenant \"%s\" already exists", new.name)));
	sm_revision_check_snapshot(old.name);
	args[0] = CStringGetTextDatum(old.name);
	args[1] = CStringGetTextDatum(new.name);
	(void) sm_query(&rename_tenant, args, NULL);
	sm_journal_end(sm_journal_begin(&new, "rename_tenant", old.name, self));
	PG_RETURN_VOID();
}

/*
 * SQL function drop_tenant(tenant name).  What was applied goes from the
 * record step by step, as in a stamp, so that the log tells what happened.
 */
Datum
schemamig_drop_tenant(PG_FUNCTION_ARGS)
{
	SmTenant tenant;
	SmGraph *g;
	Bitmapset *applied;
	SmPlan plan;
	SmUnfinished *unfinished;
	SmJournalStep step = { .direction = "unstamp" };
	Datum args[1];

	PreventCommandIfReadOnly("schemamig.drop_tenant()");
	sm_locks_graph();
	tenant = registered_tenant(fcinfo, 0);
	/* without a schema nobody can run it */
	if (OidIsValid(tenant.schema_oid))
		sm_locks_run(&tenant);
	sm_revision_check_snapshot(tenant.name);
	sm_revision_state(tenant.name, &g, &applied);
	plan = sm_plan_set(g, SM_DOWNGRADE, applied);
	unfinished = sm_unfinished_read(tenant.name);
	if ((plan.n > 0 || unfinished) && OidIsValid(tenant.schema_oid))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 plan.n > 0
					 ? errmsg("tenant \"%s\" has revisions applied",
							  tenant.name)
					 : errmsg("tenant \"%s\" has half of revision \"%s\"",
							  tenant.name, unfinished->revision),
				 errhint("Downgrade it to base first, or drop its schema.")));

	step.run = sm_journal_begin(&tenant, "drop_tenant", NULL,
								sm_env_role_name(GetUserId()));
	for (int i = 0; i < plan.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		step.step = i + 1;
		step.revision = g->node[plan.idx[i]].id;
		step.message = g->node[plan.idx[i]].message;
		step.started_at = GetCurrentTimestamp();
		sm_journal_unapply(&tenant, step.revision);
		sm_journal_step(&step);
	}
	sm_journal_end(step.run);
	sm_unfinished_forget(tenant.name);
	sm_repeat_forget(tenant.name);
	args[0] = CStringGetTextDatum(tenant.name);
	(void) sm_query(&delete_tenant, args, NULL);
	PG_RETURN_VOID();
}
