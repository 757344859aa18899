/*-------------------------------------------------------------------------
 *
 * tenant.c
 *	  Tenants: schemas with an applied set of their own.
 *
 * A schema becomes a tenant by its first run or stamp.  Until then it is one
 * that has applied nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "compat.h"
#include "env.h"
#include "query.h"
#include "tenant.h"

static SmQuery register_tenant = {
	.sql =
		"INSERT INTO schemamig.tenant (tenant, created_at, created_by) "
		"VALUES ($1, pg_catalog.clock_timestamp(), $2) ON CONFLICT DO NOTHING",
	.mode = SM_WRITE,
	.nargs = 2,
	.argtypes = { TEXTOID, TEXTOID }
};

/*
 * A tenant whose state is to be read; NULL is the database itself.  Its
 * schema need not exist any more: what was applied there is still on record.
 */
SmTenant
sm_tenant_known(const char *name)
{
	SmTenant tenant = { .name = "" };

	if (name)
	{
		tenant.name = name;
		tenant.schema = name;
		tenant.schema_oid = get_namespace_oid(name, true);
	}
	return tenant;
}

/*
 * Locks a schema by name, so that nobody drops it until the transaction ends.
 * As when a table is looked up, what has the name after the wait may not be
 * what had it before.
 */
static Oid
lock_schema(const char *name)
{
	SmEnv env;
	Oid locked = InvalidOid;
	Oid oid;

	sm_env_enter_wait(&env);
	while (OidIsValid(oid = get_namespace_oid(name, true)) && oid != locked)
	{
		CHECK_FOR_INTERRUPTS();
		LockDatabaseObject(NamespaceRelationId, oid, 0, AccessShareLock);
		locked = oid;
	}
	sm_env_leave(&env);
	return oid;
}

/*
 * A tenant to run scripts for as that role, or to stamp; NULL is the database
 * itself.  Its schema must exist, and the role must have USAGE on it: what is
 * not there, or closed to the role, search_path passes over without a word,
 * and the scripts would act on schema public.
 */
SmTenant
sm_tenant_lookup(const char *name, Oid role)
{
	SmTenant tenant = { .name = "" };

	if (name == NULL)
		return tenant;
	tenant.name = name;
	tenant.schema = name;
	if (strcmp(name, "$user") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("schema \"%s\" cannot be a tenant", name),
				 errdetail(
					 "In search_path the name stands for the current user's schema.")));
	tenant.schema_oid = lock_schema(name);
	if (!OidIsValid(tenant.schema_oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("schema \"%s\" of the tenant does not exist", name),
				 errhint("Create it first: a tenant is a schema.")));
	sm_tenant_check(&tenant, role);
	return tenant;
}

/*
 * Refuses to go on where the schema is not that of the tenant any more: not
 * all versions of the server have ALTER SCHEMA ... RENAME wait for our lock,
 * and a script may do it, or take away the right to use it.
 */
void
sm_tenant_check(const SmTenant *tenant, Oid role)
{
	if (tenant->schema == NULL)
		return;
	if (get_namespace_oid(tenant->schema, true) != tenant->schema_oid)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("schema \"%s\" of the tenant has been renamed or dropped",
						tenant->name)));
	if (object_aclcheck(NamespaceRelationId, tenant->schema_oid, role,
						ACL_USAGE) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for schema %s", tenant->name),
				 errdetail("Role \"%s\" needs USAGE on the schema of the tenant.",
						   sm_env_role_name(role))));
}

/* Notes that a schema is a tenant; nothing to do for the database itself */
void
sm_tenant_register(const SmTenant *tenant, const char *role)
{
	Datum args[2];

	if (tenant->schema == NULL)
		return;
	args[0] = CStringGetTextDatum(tenant->name);
	args[1] = CStringGetTextDatum(role);
	(void) sm_query(&register_tenant, args, NULL);
}
