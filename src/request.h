/*-------------------------------------------------------------------------
 *
 * request.h
 *	  What the caller wants to have compared, from the arguments of SQL
 *	  functions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_REQUEST_H
#define SM_REQUEST_H

#include "compare.h"
#include "fmgr.h"

extern List *sm_request_schemas(FunctionCallInfo fcinfo, int n);
extern void
sm_request_filter(FunctionCallInfo fcinfo, int n, SmComparison *comparison);
extern SmComparison *
sm_request_read(FunctionCallInfo fcinfo, int n, const char *command);
extern void
sm_request_online(FunctionCallInfo fcinfo, int n, SmComparison *comparison);
extern void sm_request_warn(const SmComparison *comparison);
extern void sm_request_compare(SmComparison *comparison);
extern void sm_request_check_possible(const SmComparison *comparison);

#endif /* SM_REQUEST_H */
