/*-------------------------------------------------------------------------
 *
 * revision.h
 *	  Revisions and applied sets in their tables.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_REVISION_H
#define SM_REVISION_H

#include "graph.h"
#include "query.h"
#include "utils/timestamp.h"

/* A row of schemamig.revision */
typedef struct SmRevision
{
	char *id;
	char *message;
	List *labels; /* of char * */
	char *upgrade;
	char *downgrade; /* NULL: irreversible */
	char *verify;	 /* NULL: none */
	char *checksum;	 /* of upgrade */
	char *token_checksum;
	List *authors;	   /* of char *: role names */
	char *approved_by; /* NULL: nobody */
	TimestampTz created_at;
	TimestampTz edited_at; /* 0: never */
} SmRevision;

/* Who applied a revision, and when; one of an array by index in the graph */
typedef struct SmApplied
{
	TimestampTz at; /* 0: not applied */
	char *by;
} SmApplied;

/* How to lock the rows of revisions until the end of the transaction */
typedef enum SmRowLock
{
	SM_NO_LOCK,
	SM_LOCK_SHARE, /* nobody may edit or drop them */
	SM_LOCK_UPDATE /* nobody may apply them either */
} SmRowLock;

extern SmGraphRows sm_revision_graph_rows(void);
extern SmGraph *sm_revision_graph(SmQueryMode mode);
extern Bitmapset *
sm_revision_applied(const SmGraph *g, const char *tenant, SmQueryMode mode);
extern void
sm_revision_state(const char *tenant, SmGraph **g, Bitmapset **applied);
extern void sm_revision_check_snapshot(const char *tenant);
extern Bitmapset *
sm_revision_applied_details(const SmGraph *g, const char *tenant,
							SmApplied **details);
extern SmRevision **
sm_revision_fetch(const SmGraph *g, const int *idx, int n, SmRowLock lock);
extern SmRevision **
sm_revision_fetch_unchanged(const SmGraph *g, const int *idx, int n);
extern SmRevision *sm_revision_fetch_same(const SmGraph *g, int idx);
extern void sm_revision_insert(const SmRevision *rev, const List *down,
							   const List *depends);
extern void sm_revision_update(const SmRevision *rev, const List *down,
							   const List *depends);
extern void sm_revision_delete(const char *id);
extern void sm_revision_approve(const char *id, const char *role);

#endif /* SM_REVISION_H */
