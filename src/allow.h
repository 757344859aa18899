/*-------------------------------------------------------------------------
 *
 * allow.h
 *	  What a model may contain.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ALLOW_H
#define SM_ALLOW_H

#include "nodes/parsenodes.h"

/* What is to be done with a statement of a model */
typedef enum SmAllow
{
	SM_ALLOW_REFUSE,
	SM_ALLOW_RUN,
	SM_ALLOW_SET,		/* it changes a setting */
	SM_ALLOW_BODIES,	/* it changes check_function_bodies */
	SM_ALLOW_ROLE,		/* it changes the current role */
	SM_ALLOW_SCHEMA,	/* it creates a schema */
	SM_ALLOW_EXTENSION, /* it creates, changes or drops an extension */
	SM_ALLOW_ENUM,		/* it changes the values of an enum */
	SM_ALLOW_SKIP		/* it means nothing to a model */
} SmAllow;

/* A setting that a statement changes; value is NULL where that is RESET */
typedef struct SmAllowSetting
{
	const char *name;
	const char *value;
	bool reset_all;
} SmAllowSetting;

extern bool sm_allow_setting(Node *stmt, SmAllowSetting *setting);
extern SmAllow sm_allow_in_model(Node *stmt, const char **hint);
extern SmAllow sm_allow_in_replay(Node *stmt, const char **hint);
extern bool sm_allow_does_more(Node *stmt, bool with_rows);
extern bool sm_allow_is_temporary(Node *stmt);
extern bool sm_allow_schema(const char *schema);
extern void sm_allow_strip_concurrently(Node *stmt);

#endif /* SM_ALLOW_H */
