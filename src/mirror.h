/*-------------------------------------------------------------------------
 *
 * mirror.h
 *	  Alembic's version table, kept in step.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_MIRROR_H
#define SM_MIRROR_H

#include "tenant.h"

extern void sm_mirror_check(const SmTenant *tenant, Oid role);
extern void sm_mirror_write(const SmTenant *tenant, Oid role);

#endif /* SM_MIRROR_H */
