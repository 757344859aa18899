/*-------------------------------------------------------------------------
 *
 * author.h
 *	  Creating revisions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_AUTHOR_H
#define SM_AUTHOR_H

#include "revision.h"
#include "script.h"
#include "squash.h"

/* A revision to be created */
typedef struct SmNewRevision
{
	const char *command; /* SQL function that does, for messages */
	const char *message;
	const char *upgrade;
	const char *downgrade; /* NULL: irreversible */
	const char *rev_id;	   /* NULL: a random one */
	List *head;			   /* char *: targets, its down revisions */
	List *branch_labels;   /* char * */
	List *depends_on;	   /* char *: targets */
} SmNewRevision;

extern SmGraph *sm_author_lock_graph(const char *command);
extern SmSquash *sm_author_squash(const SmGraph *g, const char *id);
extern char *sm_author_generate_id(const SmGraph *g);
extern void sm_author_check_id(const SmGraph *g, const char *id);
extern List *sm_author_check_labels(const SmGraph *g, const List *labels,
									const char *rev_id, int owner);
extern void
sm_author_check_script(SmScriptKind kind, const char *rev_id, const char *text);
extern void sm_author_check_scripts(SmRevision *rev);
extern void sm_author_sign(SmRevision *rev);
extern void sm_author_check_finished(const SmRevision *rev, bool force);
extern char *sm_author_create(const SmNewRevision *new);

#endif /* SM_AUTHOR_H */
