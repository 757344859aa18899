/*-------------------------------------------------------------------------
 *
 * touch.h
 *	  Which objects a statement names.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_TOUCH_H
#define SM_TOUCH_H

#include "nodes/parsenodes.h"

typedef enum SmTouchKind
{
	SM_TOUCH_MAKES,	 /* creates it */
	SM_TOUCH_SCHEMA, /* creates it, and it is a schema */
	SM_TOUCH_CHANGES,
	SM_TOUCH_CHANGES_SCHEMA, /* something of the schema itself */
	SM_TOUCH_LOCKS			 /* a relation, more than a reader does */
} SmTouchKind;

/*
 * An object that a statement names.  schema is NULL if the name says none, and
 * name is NULL if the object is the schema.
 */
typedef struct SmTouch
{
	SmTouchKind kind;
	const char *schema;
	const char *name;
	bool temporary; /* makes it for the session only */
} SmTouch;

extern List *sm_touch_names(Node *stmt);

#endif /* SM_TOUCH_H */
