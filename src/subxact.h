/*-------------------------------------------------------------------------
 *
 * subxact.h
 *	  Work in a subtransaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_SUBXACT_H
#define SM_SUBXACT_H

#include "utils/elog.h"

typedef void (*SmSubxactBody)(void *arg);

extern ErrorData *sm_subxact_undo(SmSubxactBody body, void *arg);
extern ErrorData *sm_subxact_try(SmSubxactBody body, void *arg);

#endif /* SM_SUBXACT_H */
