/*-------------------------------------------------------------------------
 *
 * author.h
 *	  Creating revisions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_AUTHOR_H
#define SM_AUTHOR_H

#include "nodes/pg_list.h"

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

extern char *sm_author_create(const SmNewRevision *new);

#endif /* SM_AUTHOR_H */
