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
#include "utils/acl.h"
#include "utils/builtins.h"

#include "compat.h"
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
 * A tenant to run scripts for or to stamp; NULL is the database itself.  Its
 * schema must exist, and the caller must have USAGE on it.
 */
SmTenant
sm_tenant_lookup(const char *name)
{
	SmTenant tenant = sm_tenant_known(name);

	if (tenant.schema == NULL)
		return tenant;
	if (strcmp(name, "$user") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("schema \"%s\" cannot be a tenant", name),
				 errdetail(
					 "In search_path the name stands for the current user's schema.")));
	if (!OidIsValid(tenant.schema_oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("schema \"%s\" of the tenant does not exist", name),
				 errhint("Create it first: a tenant is a schema.")));
	if (object_aclcheck(NamespaceRelationId, tenant.schema_oid, GetUserId(),
						ACL_USAGE) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_SCHEMA, name);
	return tenant;
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
