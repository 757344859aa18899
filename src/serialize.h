/*-------------------------------------------------------------------------
 *
 * serialize.h
 *	  Snapshots as bytes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_SERIALIZE_H
#define SM_SERIALIZE_H

#include "object.h"

extern const char *sm_serialized_form(void);
extern bytea *sm_serialize(const SmSnapshot *snapshot);
extern SmSnapshot *sm_deserialize(const bytea *bytes);

#endif /* SM_SERIALIZE_H */
