/*-------------------------------------------------------------------------
 *
 * journal.h
 *	  The journal: what was run, and what is applied because of it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_JOURNAL_H
#define SM_JOURNAL_H

#include "revision.h"
#include "tenant.h"

/* A step, as it is journaled once it is done */
typedef struct SmJournalStep
{
	int64 run;
	int step; /* from 1 */
	const char *revision;
	const char *direction;
	const char *message;
	TimestampTz started_at;
	int statements;
	const char *checksum; /* of the script; NULL: none was run */
} SmJournalStep;

extern int64 sm_journal_begin(const SmTenant *tenant, const char *command,
							  const char *target, const char *role);
extern void sm_journal_end(int64 run);
extern void sm_journal_step(const SmJournalStep *step);
extern void sm_journal_apply(const SmTenant *tenant, const SmRevision *rev,
							 int64 run, const char *role);
extern void sm_journal_purge_unknown(const SmTenant *tenant);
extern void sm_journal_unapply(const SmTenant *tenant, const char *revision);
extern void
sm_journal_log(const char *command, const char *target, const char *role,
			   const char *direction, const SmRevision *rev);
extern List *sm_journal_tenants(const char *revision);

#endif /* SM_JOURNAL_H */
