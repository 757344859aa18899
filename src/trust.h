/*-------------------------------------------------------------------------
 *
 * trust.h
 *	  Whose scripts may run with whose rights.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_TRUST_H
#define SM_TRUST_H

#include "revision.h"

extern bool sm_trust_role(const char *name, Oid run_as);
extern void sm_trust_check_revision(const SmRevision *rev, Oid run_as);

#endif /* SM_TRUST_H */
