/*-------------------------------------------------------------------------
 *
 * rename_order.h
 *	  The steps in which objects get their new names.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RENAME_ORDER_H
#define SM_RENAME_ORDER_H

#include "rename_set.h"

/* One statement that renames an object, or moves it to another schema */
typedef struct SmRenameStep
{
	const SmKind *kind;
	const char *from; /* identity before it ... */
	const char *to;	  /* ... and after it */
	char *upgrade;	  /* SQL, without semicolon */
	char *downgrade;
	const char *hazard;		/* what to think of before; NULL: nothing */
	SmAddress address;		/* of what is changed */
	const char *new_name;	/* NULL: it keeps its name */
	const char *new_schema; /* NULL: it stays where it is */
	const char *created;	/* NULL, or a schema that is made */
	List *followers;		/* of SmAddress: what is renamed along with it */
} SmRenameStep;

extern List *sm_rename_order(SmRenameSet *set);

#endif /* SM_RENAME_ORDER_H */
