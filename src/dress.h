/*-------------------------------------------------------------------------
 *
 * dress.h
 *	  What all kinds of objects have: owner, privileges, comment.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_DRESS_H
#define SM_DRESS_H

#include "delta.h"

extern void sm_dress(SmDelta *delta, SmObject *from, SmObject *to);

#endif /* SM_DRESS_H */
