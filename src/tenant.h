/*-------------------------------------------------------------------------
 *
 * tenant.h
 *	  Tenants: schemas with an applied set of their own.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_TENANT_H
#define SM_TENANT_H

/* A tenant, or the database itself */
typedef struct SmTenant
{
	const char *name;	/* "" for the database itself */
	const char *schema; /* NULL for the database itself */
	Oid schema_oid;		/* InvalidOid for the database itself */
} SmTenant;

extern SmTenant sm_tenant_known(const char *name);
extern SmTenant sm_tenant_lookup(const char *name, Oid role);
extern void sm_tenant_check(const SmTenant *tenant, Oid role);
extern void sm_tenant_register(const SmTenant *tenant, const char *role);

#endif /* SM_TENANT_H */
