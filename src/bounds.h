/*-------------------------------------------------------------------------
 *
 * bounds.h
 *	  Whether the statements of a model keep to the objects of the model.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_BOUNDS_H
#define SM_BOUNDS_H

#include "nodes/parsenodes.h"

typedef struct SmBounds
{
	const List *schemas; /* char *: those that it may make objects in */
	int checked;		 /* of the created objects, as sm_locks_all_created()
						  * counts them */
	bool refused;		 /* by one of these checks */
	bool lazily;		 /* look at the locks of several statements at once */
	bool gave_sequences; /* back, the locks on those that it has made */
	int unsettled;		 /* statements whose locks were not looked at */
} SmBounds;

extern void sm_bounds_before(SmBounds *b, Node *stmt);
extern void sm_bounds_after(SmBounds *b, bool is_extension);
extern void sm_bounds_settle(SmBounds *b);

#endif /* SM_BOUNDS_H */
