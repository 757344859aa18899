/*-------------------------------------------------------------------------
 *
 * unfinished.h
 *	  The revision that a tenant is in the middle of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_UNFINISHED_H
#define SM_UNFINISHED_H

#include "plan.h"
#include "tenant.h"
#include "utils/jsonb.h"

/* A row of schemamig.unfinished */
typedef struct SmUnfinished
{
	char *revision;
	SmDirection direction;
	int64 run;
	int step;
	int done; /* statements that are committed */
	int total;
	char *done_checksum;	/* of their tokens */
	int outside;			/* statement in doubt, from 1; 0: none */
	char *outside_checksum; /* of its tokens */
	List *made;				/* of OIDs: indexes that it has made */
} SmUnfinished;

extern SmUnfinished *sm_unfinished_read(const char *tenant);
extern void
sm_unfinished_write(const char *tenant, const SmUnfinished *unfinished);
extern void sm_unfinished_made(const char *tenant, Oid index);
extern void sm_unfinished_forget(const char *tenant);
extern void sm_unfinished_forget_untouched(const char *tenant);
extern void
sm_unfinished_check(const SmTenant *tenant, const SmUnfinished *unfinished,
					const SmGraph *g, SmPlan *plan);
extern Jsonb *sm_unfinished_cursor(const char *tenant, int64 *rows_done);
extern void
sm_unfinished_set_cursor(const char *tenant, Jsonb *cursor, int64 rows_done);
extern char *sm_unfinished_revision(const char *tenant, bool *alive);
extern List *sm_unfinished_tenants(const char *revision);

#endif /* SM_UNFINISHED_H */
