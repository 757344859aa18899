/*-------------------------------------------------------------------------
 *
 * squash.h
 *	  Squashes: one script in place of those of many revisions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_SQUASH_H
#define SM_SQUASH_H

#include "plan.h"
#include "revision.h"

/* A row of schemamig.squash */
typedef struct SmSquash
{
	SmRevision rev; /* what is run.  If it was only listed: id and message */
	bool reversible;
	List *replaces; /* char *: identifiers of its members */
	char *replaced_checksum;
	Bitmapset *members; /* in the graph; NULL: not all of them are there */
	Bitmapset *parents; /* down revisions of members that are none */
	SmRevision **revs;	/* rows of the members, by index in the graph, those of
						 * the lowest first; set by sm_squash_fetch() */
} SmSquash;

/* Who asks for a plan */
typedef struct SmSquashUse
{
	SmQueryMode mode;
	const char *tenant;	  /* "": the database itself */
	const char *half_run; /* revision or squash that is half run; or NULL */
} SmSquashUse;

extern List *sm_squash_list(const SmGraph *g, SmQueryMode mode);
extern SmSquash *sm_squash_read(const SmGraph *g, const char *id);
extern char *sm_squash_of(const char *revision);
extern bool sm_squash_is_closed(const SmGraph *g, const Bitmapset *members);
extern char *sm_squash_checksum(const SmGraph *g, const Bitmapset *members,
								SmQueryMode mode);
extern const char *
sm_squash_problem(const SmGraph *g, const SmSquash *squash, SmQueryMode mode);
extern void sm_squash_insert(const SmSquash *squash);
extern void sm_squash_update(const SmSquash *squash);
extern void sm_squash_delete(const char *id);
extern void sm_squash_approve(const char *id, const char *role);
extern List *sm_squash_usable(const SmGraph *g);
extern void sm_squash_warn(const List *usable);

extern void
sm_squash_plan(const SmGraph *g, SmPlan *plan, const SmSquashUse *use);
extern const char *
sm_squash_step_id(const SmGraph *g, const SmPlan *plan, int i);
extern SmRevision **
sm_squash_fetch(const SmGraph *g, const SmPlan *plan, bool lock);
extern SmRevision *
sm_squash_fetch_same(const SmGraph *g, const SmSquash *squash);

/* What moves several revisions in a step; NULL: it moves one */
static inline SmSquash *
sm_squash_at(const SmPlan *plan, int i)
{
	return plan->squash ? plan->squash[i] : NULL;
}

#endif /* SM_SQUASH_H */
