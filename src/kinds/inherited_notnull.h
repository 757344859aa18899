/*-------------------------------------------------------------------------
 *
 * inherited_notnull.h
 *	  What columns have from their parents of NOT NULL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_INHERITED_NOTNULL_H
#define SM_INHERITED_NOTNULL_H

#include "delta.h"
#include "object.h"

/* Attributes of columns, behind the type and the collation */
enum
{
	SM_NOT_NULL = SM_FIRST_ATTR + 2, /* as it stands in the definition */
	SM_NOT_NULL_NAME,
	SM_NOT_NULL_INHERITED, /* it is that of the parent only ... */
	SM_NOT_NULL_ONLY_INHERITED, /* ... and is not dumped with the table */
	SM_NOT_NULL_COMMENT
};

extern const char *sm_not_null_unnamed(const SmObject *column);
extern bool sm_not_null_is_not_valid(const SmObject *column);
extern bool sm_not_null_is_remade(const SmObject *column);
extern bool sm_not_null_goes_along(const SmObject *column);
extern const SmObject *sm_not_null_bringer(const SmObject *column);
extern bool sm_not_null_is_validated_apart(const SmObject *column);
extern bool sm_not_null_is_taken_over(const SmObject *column,
									  const SmObject *parent);
extern bool
sm_not_null_may_be_own(const SmDelta *delta, const SmObject *column);
extern bool sm_not_null_waits(const SmObject *column);
extern bool sm_not_null_can_stay(const SmObject *column);
extern bool sm_not_null_is_inherited(const SmObject *column);
extern bool sm_not_null_is_renamed_apart(const SmObject *column);

#endif /* SM_INHERITED_NOTNULL_H */
