/*-------------------------------------------------------------------------
 *
 * scratch.h
 *	  A model, run for real next to the live objects, and rolled back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_SCRATCH_H
#define SM_SCRATCH_H

#include "ddl.h"
#include "nodes/pg_list.h"

typedef struct SmScratch SmScratch;

typedef struct SmScratchSpec
{
	List *texts;	  /* of SmModelText, in order */
	const SmDdl *ddl; /* the same, if they are parsed already; else NULL */
	List *schemas;	  /* char *: managed schemas, besides those that the model
					   * makes objects in */
	char *schema;	  /* where names without a schema are */
	bool heap;		  /* with storage from the beginning */
} SmScratchSpec;

typedef void (*SmScratchInside)(SmScratch *scratch, void *arg);

extern void
sm_scratch(const SmScratchSpec *spec, SmScratchInside inside, void *arg);
extern void
sm_scratch_run(SmScratch *scratch, const char *name, const char *text);
extern Oid sm_scratch_owner(const SmScratch *scratch);

#endif /* SM_SCRATCH_H */
