/*-------------------------------------------------------------------------
 *
 * lockmode.h
 *	  How a statement locks the relations that it changes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_LOCKMODE_H
#define SM_LOCKMODE_H

#include "storage/lockdefs.h"

extern LOCKMODE sm_lockmode_of(const char *sql, bool in_use);
extern const char *sm_lockmode_name(LOCKMODE mode);

#endif /* SM_LOCKMODE_H */
