/*-------------------------------------------------------------------------
 *
 * rename_name.h
 *	  Names of objects as callers write them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RENAME_NAME_H
#define SM_RENAME_NAME_H

#include "kinds.h"

/*
 * schema, schema.object or schema.object.part; none of them quoted.
 */
typedef struct SmRenameName
{
	const char *text;	/* as it was given, for messages */
	const SmKind *kind; /* NULL: not said */
	int n;				/* number of parts */
	const char *part[3];
	const char *args; /* types of a function's arguments; NULL: not said */
} SmRenameName;

extern SmRenameName *sm_rename_name(const char *text);

#endif /* SM_RENAME_NAME_H */
