/*-------------------------------------------------------------------------
 *
 * relocate.h
 *	  Moving objects to another schema in the catalogs, without taking locks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RELOCATE_H
#define SM_RELOCATE_H

#include "catalog/dependency.h"
#include "nodes/pg_list.h"

extern List *sm_relocate_members(Oid extension);
extern Oid sm_relocate_schema(const ObjectAddress *object);
extern void
sm_relocate(const ObjectAddress *object, Oid to, ObjectAddresses *moved);
extern void sm_relocate_extension_row(Oid extension, Oid to);
extern bool sm_relocate_is_possible(Oid extension);
extern void sm_relocate_extension(Oid extension, Oid to);

#endif /* SM_RELOCATE_H */
