/*-------------------------------------------------------------------------
 *
 * aside.h
 *	  Schemas put aside, and empty ones in their place.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ASIDE_H
#define SM_ASIDE_H

#include "nodes/parsenodes.h"

typedef struct SmAside SmAside;

extern void sm_aside_check(const char *schema);
extern SmAside *sm_aside(const List *schemas, const List *created, Oid owner);
extern bool sm_aside_take(SmAside *aside, const char *schema);
extern void sm_aside_give(SmAside *aside, const char *schema);
extern bool sm_aside_is_pending(const SmAside *aside, const char *schema);
extern bool sm_aside_drop(SmAside *aside, const char *schema);
extern void sm_aside_rename_schema(Oid schema, const char *name);

#endif /* SM_ASIDE_H */
