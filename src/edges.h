/*-------------------------------------------------------------------------
 *
 * edges.h
 *	  Which actions of a plan must come before which others.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_EDGES_H
#define SM_EDGES_H

#include "delta.h"

extern bool sm_edges_make(SmDelta *delta);

#endif /* SM_EDGES_H */
