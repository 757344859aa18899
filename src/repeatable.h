/*-------------------------------------------------------------------------
 *
 * repeatable.h
 *	  Writing repeatable scripts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_REPEATABLE_H
#define SM_REPEATABLE_H

#include "nodes/pg_list.h"

extern const char *
sm_repeatable_set(const char *name, const char *text, const List *depends_on);
extern void sm_repeatable_check_order(void);

#endif /* SM_REPEATABLE_H */
