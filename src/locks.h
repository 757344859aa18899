/*-------------------------------------------------------------------------
 *
 * locks.h
 *	  The locks of schemamig, and those that scripts leave behind.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_LOCKS_H
#define SM_LOCKS_H

#include "storage/lock.h"
#include "tenant.h"

/* An object that was created since sm_locks_observe() */
typedef struct SmCreated
{
	Oid class_id;
	Oid object_id;
} SmCreated;

extern void sm_locks_run(const SmTenant *tenant);
extern void sm_locks_run_session(const SmTenant *tenant);
extern void sm_locks_run_again(const SmTenant *tenant);
extern void sm_locks_run_release(const SmTenant *tenant);
extern void sm_locks_alive(int64 run);
extern void sm_locks_alive_release(int64 run);
extern int sm_locks_alive_pid(int64 run);
extern void sm_locks_refuse_within_run(void);
extern void sm_locks_graph(void);
extern void sm_locks_backfill(void);
extern LOCKTAG sm_locks_relation_tag(Oid relation);
extern void sm_locks_observe(MemoryContext context);
extern void sm_locks_release_created(void);
extern bool sm_locks_created(Oid class_id, Oid object_id);
extern const SmCreated *sm_locks_all_created(int *n);
extern void sm_locks_scratch(void);
extern void sm_locks_release_read(void);
extern bool sm_locks_settle(bool sequences, Oid *relation, LOCKMODE *mode);

#endif /* SM_LOCKS_H */
