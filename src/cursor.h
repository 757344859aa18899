/*-------------------------------------------------------------------------
 *
 * cursor.h
 *	  How far a walk along a primary key has come, as it is kept in the journal.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_CURSOR_H
#define SM_CURSOR_H

#include "keyset.h"
#include "utils/jsonb.h"

extern Jsonb *
sm_cursor_make(const SmKeyset *keys, const char *call, const Datum *key);
extern Datum *
sm_cursor_read(const SmKeyset *keys, const char *call, Jsonb *cursor);

#endif /* SM_CURSOR_H */
