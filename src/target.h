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

/* A target, parsed but not resolved */
typedef struct SmTarget
{
	const char *text; /* as written */
	char *label;	  /* before the @, or NULL */
	char *symbol;	  /* NULL: only +N or -N */
	int steps;		  /* +N or -N, else 0 */
	bool relative;
} SmTarget;

/* What a target is resolved against */
typedef struct SmScope
{
	const SmGraph *g;
	const Bitmapset *applied; /* what "current" means */
	const Bitmapset *origin;  /* what +N and -N count from; empty: base */
} SmScope;

extern SmScope sm_target_scope(const SmGraph *g, const Bitmapset *applied);
extern SmTarget sm_target_parse(const SmGraph *g, const char *text);
extern List *sm_target_resolve(const SmScope *s, const SmTarget *t);
extern int sm_target_walk(const SmScope *s, const SmTarget *t, int from,
						  const Bitmapset *line);
extern int
sm_target_only_one(const SmScope *s, const char *text, const List *revs);
extern void sm_target_past_the_end(const char *text, bool up, bool from_base);
extern Bitmapset *sm_target_set(const List *revs);

extern List *sm_target_revisions(const SmGraph *g, const char *text,
								 const Bitmapset *applied);
extern List *
sm_target_show(const SmGraph *g, const char *text, const Bitmapset *applied);
extern int
sm_target_single(const SmGraph *g, const char *text, const Bitmapset *applied);

#endif /* SM_TARGET_H */
