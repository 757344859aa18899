/*-------------------------------------------------------------------------
 *
 * launch.h
 *	  Starting a run in a background worker.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_LAUNCH_H
#define SM_LAUNCH_H

#include "c.h"

/*
 * What a worker is told lies in a segment of dynamic shared memory, as a table
 * of contents with these parts.  Settings are pairs of strings, the last one
 * followed by an empty string.
 */
#define SM_LAUNCH_MAGIC 0x736d6967

typedef enum SmLaunchPart
{
	SM_LAUNCH_ORDER,			/* a SmLaunchOrder */
	SM_LAUNCH_CLIENT_SETTINGS,	/* set when the client connected */
	SM_LAUNCH_SESSION_SETTINGS, /* set in the session since */
	SM_LAUNCH_CALL,				/* the statement to run */
	SM_LAUNCH_QUEUE				/* back, until the run has begun */
} SmLaunchPart;

/* In whose name the worker is to run what */
typedef struct SmLaunchOrder
{
	int64 run;
	Oid database;
	Oid authenticated_user;
	NameData session_user;
	NameData role; /* "none": none */
	int client_encoding;
	char client_addr[64]; /* as text; "": local */
} SmLaunchOrder;

/*
 * The worker sends errors and notices, as a server sends them to a client, and
 * then a message of this type.
 */
#define SM_LAUNCH_BEGUN 'B'

#endif /* SM_LAUNCH_H */
