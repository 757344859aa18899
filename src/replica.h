/*-------------------------------------------------------------------------
 *
 * replica.h
 *	  Waiting for replicas.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_REPLICA_H
#define SM_REPLICA_H

#include "access/xlogdefs.h"
#include "datatype/timestamp.h"

/* A transaction of this session that all replicas are to replay */
typedef struct SmPace
{
	XLogRecPtr lsn; /* its end; invalid: there is none */
	TimestampTz at; /* when it was committed */
} SmPace;

extern void sm_replica_keep_pace(SmPace *pace, const char *what);

#endif /* SM_REPLICA_H */
