/*-------------------------------------------------------------------------
 *
 * range.h
 *	  Ranges start:end of revisions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RANGE_H
#define SM_RANGE_H

#include "graph.h"

/* A range, resolved */
typedef struct SmRange
{
	Bitmapset *lower;  /* what start names; empty: base */
	Bitmapset *upper;  /* what end names */
	Bitmapset *before; /* what start needs, itself included */
	Bitmapset *set;	   /* what lies between, start not included */
} SmRange;

extern Bitmapset *
sm_range_history(const SmGraph *g, const char *text, const Bitmapset *applied);
extern void sm_range_upgrade(const SmGraph *g, const char *text,
							 const Bitmapset *applied, SmRange *range);
extern void sm_range_downgrade(const SmGraph *g, const char *text,
							   const Bitmapset *applied, SmRange *range);

#endif /* SM_RANGE_H */
