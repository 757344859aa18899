/*-------------------------------------------------------------------------
 *
 * move.h
 *	  What a call with targets moves: upgrade, downgrade, stamp.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_MOVE_H
#define SM_MOVE_H

#include "graph.h"

extern Bitmapset *
sm_move_upgrade(const SmGraph *g, const List *texts, const Bitmapset *applied);
extern Bitmapset *sm_move_downgrade(const SmGraph *g, const List *texts,
									const Bitmapset *applied);
extern Bitmapset *
sm_move_downgrade_one(const SmGraph *g, const char *text,
					  const Bitmapset *applied, const char *range);
extern Bitmapset *
sm_move_stamp(const SmGraph *g, const List *texts, const Bitmapset *applied);

#endif /* SM_MOVE_H */
