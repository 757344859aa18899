/*-------------------------------------------------------------------------
 *
 * unenforced.h
 *	  Foreign keys without triggers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_UNENFORCED_H
#define SM_UNENFORCED_H

#include "nodes/parsenodes.h"

/* A statement that adds such foreign keys */
typedef struct SmUnenforced
{
	bool any;
	bool valid;	 /* do they count as validated? */
	int created; /* how many objects there were before it */
} SmUnenforced;

extern void sm_unenforced_begin(SmUnenforced *u, const AlterTableStmt *stmt);
extern void sm_unenforced_end(const SmUnenforced *u);

#endif /* SM_UNENFORCED_H */
