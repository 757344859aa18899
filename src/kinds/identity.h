/*-------------------------------------------------------------------------
 *
 * identity.h
 *	  Identity columns, and their sequences.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_IDENTITY_H
#define SM_IDENTITY_H

#include "delta.h"
#include "kinds/notnull.h"

/* Attributes of columns, behind those of notnull.h */
enum
{
	SM_IDENTITY = SM_NOT_NULL_COMMENT + 1, /* ALWAYS, BY DEFAULT */
	SM_IDENTITY_SEQUENCE,
	SM_IDENTITY_PERSISTENCE, /* LOGGED, UNLOGGED: of the sequence, unlike the
								table's */
	SM_IDENTITY_START,
	SM_IDENTITY_INCREMENT,
	SM_IDENTITY_MIN,
	SM_IDENTITY_MAX,
	SM_IDENTITY_CACHE,
	SM_IDENTITY_CYCLE,
	SM_BEHIND_IDENTITY
};

extern const char *sm_identity_words(char identity);
extern void
sm_identity_aliased(SmSnapshot *snapshot, SmObject *column, SmAddress alias);
extern char *sm_identity_clause(const SmObject *column);
extern void
sm_identity_created(SmDelta *delta, const SmObject *to, SmPhase phase);
extern bool sm_identity_can_wait(const SmObject *column);
extern char *sm_identity_early_value(const SmObject *column);
extern void
sm_identity_begin(SmDelta *delta, const SmObject *to, SmPhase phase);
extern void sm_identity_end(SmDelta *delta, const SmObject *to, SmPhase phase);
extern void
sm_identity_drop(SmDelta *delta, const SmObject *from, const SmObject *to);
extern void sm_identity_change(SmDelta *delta, const SmObject *from,
							   const SmObject *to, uint64 changed);

#endif /* SM_IDENTITY_H */
