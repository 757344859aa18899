/*-------------------------------------------------------------------------
 *
 * step.h
 *	  Taking a step: one revision, in one direction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_STEP_H
#define SM_STEP_H

#include "progress.h"
#include "run.h"

/* A step that is under way */
typedef struct SmTaking
{
	SmRun *run;
	SmStep *step;
	SmStepReport report;
	TimestampTz started_at;
	int next; /* first statement that is not done, from 0 */
} SmTaking;

extern SmTaking sm_step_begin(SmRun *run, int i);
extern void sm_step_take(SmTaking *taking);
extern bool sm_step_take_piece(SmTaking *taking, int *reached);
extern void sm_step_note(const SmTaking *taking, int done, bool outside);
extern void sm_step_fail(const SmTaking *taking, const ErrorData *error);

#endif /* SM_STEP_H */
