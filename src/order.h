/*-------------------------------------------------------------------------
 *
 * order.h
 *	  The order in which the statements of a plan can be run.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ORDER_H
#define SM_ORDER_H

#include "delta.h"

extern bool sm_order(SmDelta *delta);

#endif /* SM_ORDER_H */
