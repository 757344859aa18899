/*-------------------------------------------------------------------------
 *
 * emit.h
 *	  A delta as a script, and as rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_EMIT_H
#define SM_EMIT_H

#include "delta.h"
#include "storage/lockdefs.h"

/* What is done about an object; a row of diff() */
typedef struct SmChange
{
	const char *kind;
	const char *identity;
	const char *change;
	char *upgrade;		 /* NULL: nothing */
	char *downgrade;	 /* NULL: nothing */
	LOCKMODE lock_mode;	 /* the strongest of the upgrade */
	bool rewrites;		 /* the upgrade writes tables anew */
	char *hazard;		 /* of the upgrade; NULL: none */
	const char *refused; /* reason, NULL if it can be done */
	bool data_loss;		 /* refused, unless the caller allows it */
	bool drops_data;
} SmChange;

/* What a statement begins with that somebody who knows a secret has to run */
#define SM_EMIT_BY_HAND "-- set by hand: "

extern char *sm_emit_script(const SmDelta *delta);
extern List *
sm_emit_changes(const SmDelta *delta, List *changes, bool is_upgrade);

#endif /* SM_EMIT_H */
