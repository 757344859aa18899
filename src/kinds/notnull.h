/*-------------------------------------------------------------------------
 *
 * notnull.h
 *	  That a column of a table is not null.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_NOTNULL_H
#define SM_NOTNULL_H

#include "catalog/pg_constraint.h"

#include "delta.h"
#include "kinds/inherited_notnull.h"

extern void sm_not_null_read(SmSnapshot *snapshot, SmObject *column,
							 Form_pg_constraint form);
extern void sm_not_null_loaded(SmObject *column);
extern void sm_not_null_drop(SmDelta *delta, const SmObject *from);
extern void
sm_not_null_take_over(SmDelta *delta, const SmObject *to, SmPhase phase);
extern char *sm_not_null_clause(const SmObject *column);
extern char *sm_not_null_constraint(const SmObject *column);
extern void sm_not_null_comment(SmDelta *delta, const SmObject *to);
extern void sm_not_null_created(SmDelta *delta, const SmObject *to);
extern void sm_not_null_add_online(SmDelta *delta, const SmObject *to,
								   SmPhase look, SmPhase set);
extern void sm_not_null_change(SmDelta *delta, const SmObject *from,
							   const SmObject *to, bool type_changes);

#endif /* SM_NOTNULL_H */
