/*-------------------------------------------------------------------------
 *
 * enumval.h
 *	  Values of an enum that can be used at once.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ENUMVAL_H
#define SM_ENUMVAL_H

#include "nodes/parsenodes.h"

extern void sm_enumval_settle(const AlterEnumStmt *stmt);

#endif /* SM_ENUMVAL_H */
