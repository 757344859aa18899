/*-------------------------------------------------------------------------
 *
 * type.h
 *	  What types have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_TYPE_H
#define SM_TYPE_H

#include "kinds.h"

/* SQL for a collation, quoted, unless it is that of the type */
#define SM_SQL_COLLATION(column, of_type)                                      \
	"CASE WHEN " column " <> " of_type " THEN " column                         \
	"::regcollation::text END"

extern bool sm_type_is_refused(const SmDelta *delta, const SmObject *from);
extern bool sm_type_has_columns(const SmObject *from);
extern void sm_type_make_room(SmDelta *delta, const SmObject *to);
extern const char *sm_type_name_to_drop(const SmObject *from);
extern void
sm_type_drop_with_functions(SmDelta *delta, const SmObject *from);
extern const SmObject *sm_type_stored_in(const SmObject *from);
extern const SmObject *sm_type_stored_within(const SmObject *from);

#endif /* SM_TYPE_H */
