/*-------------------------------------------------------------------------
 *
 * prepare.h
 *	  Everything that is checked before a plan runs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_PREPARE_H
#define SM_PREPARE_H

#include "env.h"
#include "plan.h"
#include "revision.h"
#include "script.h"
#include "squash.h"
#include "tenant.h"
#include "unfinished.h"
#include "utils/jsonb.h"

/* One step, ready to run */
typedef struct SmStep
{
	int idx; /* revision in the graph */
	SmRevision *rev;
	SmSquash *squash; /* it is the script of this one; NULL: of the revision */
	const char *text; /* script as stored */
	SmScript *script;
	SmScript *verify; /* NULL: none */
	int done;		  /* statements that an earlier run has committed */
} SmStep;

extern SmStep *
sm_prepare_scripts(const SmGraph *g, const SmPlan *plan, SmRevision **revs,
				   Jsonb *variables, bool leave_variables);
extern SmScript *
sm_prepare_script(SmScriptKind kind, const char *revision, const char *text,
				  Jsonb *variables, bool leave_variables);
extern void sm_prepare_check_role(const SmScript *script);
extern void
sm_prepare_check_transactional(const SmStep *steps, int n, bool in_pieces);
extern char *
sm_prepare_statements_checksum(const SmStep *step, int from, int upto);
extern void sm_prepare_check_done(SmStep *step, const SmUnfinished *unfinished);
extern void sm_prepare_check_rights(const SmStep *steps, int n, SmRunAs run_as);
extern void sm_prepare_check_applied(const SmTenant *tenant, const SmPlan *plan,
									 const SmStep *steps);

#endif /* SM_PREPARE_H */
