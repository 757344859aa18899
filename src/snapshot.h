/*-------------------------------------------------------------------------
 *
 * snapshot.h
 *	  Reading a state of the managed schemas from the catalogs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_SNAPSHOT_H
#define SM_SNAPSHOT_H

#include "object.h"
#include "utils/acl.h"

extern SmSnapshot *
sm_snapshot_read(const List *schemas, Oid nobody, const char *self);

extern SmSnapshot *sm_reader_snapshot(const SmReader *reader);
extern SmObject *sm_reader_add(SmReader *reader, SmObject *parent, Oid objid,
							   int32 subid, const char *name);
extern void sm_reader_set_acl(const SmReader *reader, SmObject *object,
							  const Acl *acl, int first, Oid owner);

#endif /* SM_SNAPSHOT_H */
