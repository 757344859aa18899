/*-------------------------------------------------------------------------
 *
 * watch.h
 *	  Watching the locks of a statement while it runs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_WATCH_H
#define SM_WATCH_H

#include "storage/lock.h"

extern void sm_watch_begin(MemoryContext context);
extern void sm_watch_end(void);
extern const LOCKTAG *sm_watch_awaited(LOCKMODE *mode);
extern void sm_watch_statement(const char *sql);
extern void sm_watch_statement_done(void);
extern void sm_watch_error(void);

#endif /* SM_WATCH_H */
