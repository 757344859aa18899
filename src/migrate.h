/*-------------------------------------------------------------------------
 *
 * migrate.h
 *	  Moving a tenant in many transactions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_MIGRATE_H
#define SM_MIGRATE_H

#include "fmgr.h"
#include "plan.h"

extern void
sm_migrate_as_run(int64 run, const char *client_addr, void (*begun)(void));
extern SmDirection sm_migrate_direction(FunctionCallInfo fcinfo, int n);

#endif /* SM_MIGRATE_H */
