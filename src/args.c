/*-------------------------------------------------------------------------
 *
 * args.c
 *	  Arguments of SQL functions.  None of our functions is strict, because
 *	  most arguments may be left out; arguments count from 0.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "args.h"
#include "query.h"

/* A text argument, or NULL */
char *
sm_arg_text(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

static void
refuse_null(FunctionCallInfo fcinfo, int n, const char *name)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("%s must not be null", name)));
}

/* A text argument that must not be null */
char *
sm_arg_text_required(FunctionCallInfo fcinfo, int n, const char *name)
{
	refuse_null(fcinfo, n, name);
	return sm_arg_text(fcinfo, n);
}

/* A text[] argument as a list of strings; must not be or contain null */
List *
sm_arg_text_list(FunctionCallInfo fcinfo, int n, const char *name)
{
	refuse_null(fcinfo, n, name);
	return sm_text_array_to_list(PG_GETARG_DATUM(n));
}

/* A name argument, or NULL */
char *
sm_arg_name(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : pstrdup(NameStr(*PG_GETARG_NAME(n)));
}

/* A boolean argument; null is false */
bool
sm_arg_bool(FunctionCallInfo fcinfo, int n)
{
	return !PG_ARGISNULL(n) && PG_GETARG_BOOL(n);
}

/* Strings separated by commas, for the journal and for messages */
char *
sm_args_join(const List *strings)
{
	StringInfoData buf;
	ListCell *lc;

	initStringInfo(&buf);
	foreach (lc, strings)
		appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "",
						 (const char *) lfirst(lc));
	return buf.data;
}
