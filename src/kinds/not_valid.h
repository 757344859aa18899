/*-------------------------------------------------------------------------
 *
 * not_valid.h
 *	  Constraints that are added first and validated later.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_NOT_VALID_H
#define SM_NOT_VALID_H

#include "delta.h"

extern bool sm_not_valid_can_add(const SmDelta *delta, const SmObject *to);
extern void sm_not_valid_add(SmDelta *delta, const SmObject *to);

#endif /* SM_NOT_VALID_H */
