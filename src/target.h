/*-------------------------------------------------------------------------
 *
 * target.h
 *	  Targets: the language in which revisions are named.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_TARGET_H
#define SM_TARGET_H

#include "graph.h"

/* A range start:end, resolved */
typedef struct SmRange
{
	Bitmapset *lower;  /* what start names; empty: base */
	Bitmapset *upper;  /* what end names */
	Bitmapset *before; /* what start needs, itself included */
	Bitmapset *set;	   /* what lies between, start not included */
} SmRange;

extern List *sm_target_revisions(const SmGraph *g, const char *text,
								 const Bitmapset *applied);
extern List *
sm_target_show(const SmGraph *g, const char *text, const Bitmapset *applied);
extern int
sm_target_single(const SmGraph *g, const char *text, const Bitmapset *applied);
extern Bitmapset *
sm_target_stamp(const SmGraph *g, const List *texts, const Bitmapset *applied);
extern Bitmapset *sm_target_upgrade(const SmGraph *g, const List *texts,
									const Bitmapset *applied);
extern Bitmapset *sm_target_downgrade(const SmGraph *g, const List *texts,
									  const Bitmapset *applied);
extern Bitmapset *
sm_target_history(const SmGraph *g, const char *text, const Bitmapset *applied);
extern void sm_target_upgrade_range(const SmGraph *g, const char *text,
									const Bitmapset *applied, SmRange *range);
extern void sm_target_downgrade_range(const SmGraph *g, const char *text,
									  const Bitmapset *applied, SmRange *range);
extern const char *sm_target_name_problem(const char *name, bool label);

#endif /* SM_TARGET_H */
