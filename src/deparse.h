/*-------------------------------------------------------------------------
 *
 * deparse.h
 *	  The text of expressions and queries in the catalogs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_DEPARSE_H
#define SM_DEPARSE_H

#include "object.h"

extern char *
sm_deparse(const SmSnapshot *snapshot, Oid relation, const char *tree);
extern char *sm_deparse_view(Oid view);

#endif /* SM_DEPARSE_H */
