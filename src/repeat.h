/*-------------------------------------------------------------------------
 *
 * repeat.h
 *	  Repeatable scripts: run after an upgrade, whenever they have changed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_REPEAT_H
#define SM_REPEAT_H

#include "env.h"
#include "script.h"
#include "tenant.h"
#include "utils/jsonb.h"

/* A repeatable script */
typedef struct SmRepeat
{
	char *name;
	char *text;
	char *checksum;
	char *token_checksum;
	char *author;	  /* role that wrote it last */
	List *depends_on; /* char *: names of others that come before */
	bool pending;	  /* it has changed since it was run in the tenant */
	SmScript *script; /* NULL: not prepared */
} SmRepeat;

/* The run that they are part of */
typedef struct SmRepeatRun
{
	const SmTenant *tenant;
	SmRunAs run_as;
	const char *role;
	int64 number;
} SmRepeatRun;

extern List *sm_repeat_load(const char *tenant);
extern List *sm_repeat_pending(const char *tenant);
extern void sm_repeat_check_trust(const SmRepeat *repeat, Oid run_as);
extern void
sm_repeat_parse(SmRepeat *repeat, Jsonb *variables, bool leave_variables);
extern void
sm_repeat_prepare(const List *repeats, Jsonb *variables, SmRunAs run_as);
extern void sm_repeat_take(const SmRepeatRun *run, const SmRepeat *repeat,
						   int step, int steps);
extern void sm_repeat_forget(const char *tenant);

#endif /* SM_REPEAT_H */
