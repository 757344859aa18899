/*-------------------------------------------------------------------------
 *
 * bodies.h
 *	  Bodies of the functions that a model makes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_BODIES_H
#define SM_BODIES_H

#include "bounds.h"
#include "ddl.h"

/* A function whose body is to be checked */
typedef struct SmBody
{
	Oid function;
	const SmScript *script;
	int stmt;		/* of the script, which has made it */
	List *settings; /* of SmSetting: under which it did */
} SmBody;

extern void
sm_bodies_check(const List *bodies, const SmDdl *ddl, SmBounds *bounds);

#endif /* SM_BODIES_H */
