/*-------------------------------------------------------------------------
 *
 * caches.h
 *	  What the server's caches of its catalogs hold, kept small.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_CACHES_H
#define SM_CACHES_H

#include "locks.h"

extern void sm_caches_drop_created(const SmCreated *created, int n);
extern void sm_caches_drop(void);
extern void sm_caches_give_back(int objects);

#endif /* SM_CACHES_H */
