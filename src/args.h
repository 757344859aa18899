/*-------------------------------------------------------------------------
 *
 * args.h
 *	  Arguments of SQL functions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ARGS_H
#define SM_ARGS_H

#include "fmgr.h"
#include "nodes/pg_list.h"

extern char *sm_arg_text(FunctionCallInfo fcinfo, int n);
extern char *
sm_arg_text_required(FunctionCallInfo fcinfo, int n, const char *name);
extern List *sm_arg_text_list(FunctionCallInfo fcinfo, int n, const char *name);
extern char *sm_arg_name(FunctionCallInfo fcinfo, int n);
extern bool sm_arg_bool(FunctionCallInfo fcinfo, int n);
extern char *sm_args_join(const List *strings);

#endif /* SM_ARGS_H */
