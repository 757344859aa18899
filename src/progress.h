/*-------------------------------------------------------------------------
 *
 * progress.h
 *	  Telling what a run is doing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_PROGRESS_H
#define SM_PROGRESS_H

#include "squash.h"

/* A step, as it is reported */
typedef struct SmStepReport
{
	int step; /* from 1 */
	int steps;
	const char *direction;
	const char *revision;
	const char *from; /* what the arrow points from and to */
	const char *to;
	const char *message;
	int statements;
	int done; /* of them, by an earlier run */
} SmStepReport;

extern bool sm_progress_active(void);
extern void sm_progress_begin(MemoryContext context);
extern void sm_progress_step(const SmStepReport *report);
extern void sm_progress_repeat(const SmStepReport *report);
extern void sm_progress_statement(int statement);
extern void sm_progress_end(void);
extern void sm_progress_query(const char *sql);
extern void sm_progress_notify(const SmStepReport *report, const char *tenant);
extern const char *
sm_progress_parents(const SmGraph *g, int idx, const SmSquash *squash);

#endif /* SM_PROGRESS_H */
