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
extern char *sm_acl_before_owner(const SmObject *object, const char *owner);
extern bool sm_acl_has_grantee(const SmObject *object, const char *role);
extern void sm_acl_settle_owner(SmObject *desired, const char *owner);
extern List *sm_acl_at_creation_in(List *live, const SmSnapshot *state);
extern void
sm_acl_change(SmDelta *delta, const SmObject *from, const SmObject *to);
extern void
sm_acl_change_default(SmDelta *delta, const SmObject *object, SmPhase phase,
					  const char *from, const char *to, const char *prefix,
					  const char *what, const char *owner);

#endif /* SM_ACL_H */
