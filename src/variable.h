/*-------------------------------------------------------------------------
 *
 * variable.h
 *	  psql's variables in scripts: :'name' and :"name".
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_VARIABLE_H
#define SM_VARIABLE_H

#include "utils/jsonb.h"

extern char *sm_variable_blank(const char *script);
extern char *sm_variable_replace(const char *script, Jsonb *variables);
extern void sm_variable_check(Jsonb *variables);

#endif /* SM_VARIABLE_H */
