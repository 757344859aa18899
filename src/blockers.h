/*-------------------------------------------------------------------------
 *
 * blockers.h
 *	  Which sessions others have to wait for.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_BLOCKERS_H
#define SM_BLOCKERS_H

#include "storage/lock.h"

extern char *sm_blockers_of_lock(const LOCKTAG *tag, LOCKMODE mode);
extern char *sm_blockers_of_snapshot(void);

#endif /* SM_BLOCKERS_H */
