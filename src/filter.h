/*-------------------------------------------------------------------------
 *
 * filter.h
 *	  Which objects the caller wants to have compared.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_FILTER_H
#define SM_FILTER_H

#include "object.h"

typedef struct SmFilter
{
	List *include; /* of char *: patterns; NIL: everything */
	List *exclude; /* of char * */
} SmFilter;

extern void sm_filter_check(const SmFilter *filter);
extern bool sm_filter_ignores(const SmFilter *filter, const SmObject *object);
extern uint64
sm_filter_attributes(const SmFilter *filter, const SmObject *object);

#endif /* SM_FILTER_H */
