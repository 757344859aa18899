/*-------------------------------------------------------------------------
 *
 * descent.h
 *	  The order of what is done about columns and checks that tables inherit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_DESCENT_H
#define SM_DESCENT_H

#include "delta.h"

extern void sm_descent_order_check(const SmObject *check);
extern void sm_descent_order_old(const SmObject *column);
extern void sm_descent_order_new(const SmObject *column);
extern bool
sm_descent_joins(const SmObject *table, const SmObject *parent);
extern void sm_descent_order_table(const SmObject *to);
extern List *sm_descent_mark(SmDelta *delta);
extern void sm_descent_follow(const SmObject *column, SmAction *action);
extern void sm_descent_precede(SmAction *drop, const SmObject *column);

#endif /* SM_DESCENT_H */
