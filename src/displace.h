/*-------------------------------------------------------------------------
 *
 * displace.h
 *	  Live objects that are in no schema, put out of a model's way.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_DISPLACE_H
#define SM_DISPLACE_H

#include "nodes/parsenodes.h"

extern void sm_displace(Node *stmt);

#endif /* SM_DISPLACE_H */
