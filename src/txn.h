/*-------------------------------------------------------------------------
 *
 * txn.h
 *	  Transactions of a procedure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_TXN_H
#define SM_TXN_H

#include "fmgr.h"

extern void sm_txn_check_procedure(FunctionCallInfo fcinfo, const char *name,
								   const char *instead);
extern void sm_txn_commit(void);
extern void sm_txn_report(void);
extern ErrorData *sm_txn_rollback(MemoryContext context);

#endif /* SM_TXN_H */
