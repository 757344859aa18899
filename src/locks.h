/*-------------------------------------------------------------------------
 *
 * locks.h
 *	  The locks of schemamig, and those that scripts leave behind.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_LOCKS_H
#define SM_LOCKS_H

#include "tenant.h"

extern void sm_locks_run(const SmTenant *tenant);
extern void sm_locks_graph(void);
extern void sm_locks_observe(MemoryContext context);
extern void sm_locks_release_created(void);

#endif /* SM_LOCKS_H */
