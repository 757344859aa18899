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
#include "object.h"

/* Attributes of columns, behind the type and the collation */
enum
{
	SM_NOT_NULL = SM_FIRST_ATTR + 2, /* as it stands in the definition */
	SM_NOT_NULL_NAME,
	SM_NOT_NULL_INHERITED, /* it is that of the parent only */
	SM_NOT_NULL_COMMENT
};

extern void sm_not_null_read(SmSnapshot *snapshot, SmObject *column,
							 Form_pg_constraint form);
extern bool sm_not_null_waits(const SmObject *column);
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
