/*-------------------------------------------------------------------------
 *
 * vtable.h
 *	  Tables in which other tools keep what they have run.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_VTABLE_H
#define SM_VTABLE_H

#include "query.h"
#include "utils/acl.h"

/* A version table, and whose it is */
typedef struct SmVtable
{
	Oid relid;
	Oid owner;
	const char *name; /* for SQL, with its schema */
} SmVtable;

extern SmVtable sm_vtable_open(Oid relid, Oid role, AclMode rights);
extern SmRows *sm_vtable_query(const SmVtable *table, const char *sql,
							   const List *texts, bool changes);

#endif /* SM_VTABLE_H */
