/*-------------------------------------------------------------------------
 *
 * online.h
 *	  The form of a change that keeps others from waiting.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ONLINE_H
#define SM_ONLINE_H

#include "delta.h"

extern bool sm_online_table(const SmDelta *delta, const SmObject *table);
extern bool sm_online_aside(const SmDelta *delta, const SmObject *to);
extern char *sm_online_aside_name(const SmObject *to);
extern void
sm_online_validate(SmDelta *delta, const SmObject *object, SmPhase phase,
				   const char *table, const char *constraint);
extern void sm_online_add_check(SmDelta *delta, const SmObject *object,
								SmPhase phase, const char *table,
								const char *constraint, const char *condition);
extern void
sm_online_drop_check(SmDelta *delta, const SmObject *object, SmPhase phase,
					 const char *table, const char *constraint);

#endif /* SM_ONLINE_H */
