/*-------------------------------------------------------------------------
 *
 * acl.h
 *	  Privileges: as text, and as GRANT and REVOKE.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ACL_H
#define SM_ACL_H

#include "delta.h"
#include "utils/acl.h"

extern char *sm_acl_lines(const Acl *acl, int first, Oid owner);
extern const char *sm_acl_default(char type);
extern List *sm_acl_at_creation(void);
extern void
sm_acl_change(SmDelta *delta, const SmObject *from, const SmObject *to);

#endif /* SM_ACL_H */
