/*-------------------------------------------------------------------------
 *
 * compare.h
 *	  The live schemas and the desired ones, and what leads from one to the
 *	  other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_COMPARE_H
#define SM_COMPARE_H

#include "ddl.h"
#include "diff.h"
#include "emit.h"

/* What is compared */
typedef struct SmComparison
{
	/* set by the caller */
	const char *command;	 /* SQL function, for messages */
	List *texts;			 /* of SmModelText: what is desired ... */
	const char *from_schema; /* ... or this schema, or nothing at all */
	bool stored;			 /* the texts are the stored model */
	List *schemas;			 /* char *: managed; NIL: what the model says */
	List *hints;			 /* of SmRename */
	SmDiffOptions options;

	bool replays; /* the texts are scripts of revisions, for
				   * sm_compare_replay() */
	List *before; /* of SmModelText: the first of them */

	/* set by sm_compare_read() or sm_compare_replay() */
	const char *self;	/* name of the current user */
	bool given;			/* the caller has named the schemas */
	const char *schema; /* where unqualified names of the model belong */
	char *text_key;		/* of the stored model ... */
	char *key;			/* ... and of its snapshot */
	char *state;		/* of what is live, to be compared as a whole */
	SmSnapshot *live;
	SmSnapshot *desired; /* live itself if it is known not to differ */
	SmSnapshot *renamed; /* live, after the renames */
	List *renames;		 /* of SmRenameStep */

	/* set by sm_compare_plan() */
	List *changes; /* of SmChange */
	List *likely;  /* of char *: renames that are not hinted at */
	char *upgrade;
	char *downgrade;		  /* NULL: there is no way back */
	const char *irreversible; /* why */
} SmComparison;

extern SmSnapshot *sm_compare_live(SmComparison *comparison);
extern void sm_compare_read(SmComparison *comparison);
extern void sm_compare_replay(SmComparison *comparison);
extern SmDdl *sm_compare_before(const SmComparison *comparison);
extern void sm_compare_plan(SmComparison *comparison);

#endif /* SM_COMPARE_H */
