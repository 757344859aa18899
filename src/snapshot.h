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

extern SmSnapshot *
sm_snapshot_read(const List *schemas, Oid nobody, const char *self);

#endif /* SM_SNAPSHOT_H */
