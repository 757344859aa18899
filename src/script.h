/*-------------------------------------------------------------------------
 *
 * script.h
 *	  A script: its text, cut into statements.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_SCRIPT_H
#define SM_SCRIPT_H

#include "nodes/parsenodes.h"
#include "utils/elog.h"

typedef enum SmScriptKind
{
	SM_SCRIPT_UPGRADE,
	SM_SCRIPT_DOWNGRADE,
	SM_SCRIPT_VERIFY
} SmScriptKind;

/* One statement, by its place in the text, in bytes */
typedef struct SmStatement
{
	int start;			  /* of its first token */
	int length;			  /* without a closing semicolon */
	bool sets_role;		  /* SET or RESET of role, session authorization */
	bool is_select;		  /* could stand in a WITH clause */
	const char *set_name; /* setting that it changes, if any */
	const char *outside;  /* what must run outside of a transaction */
} SmStatement;

typedef struct SmScript
{
	SmScriptKind kind;
	const char *revision; /* identifier, for messages */
	const char *text;
	int n;
	SmStatement *stmt;
} SmScript;

/* What the error context of a script needs to know */
typedef struct SmScriptContext
{
	const SmScript *script;
	int stmt; /* index of the statement; -1: still parsing */
	ErrorContextCallback callback;
} SmScriptContext;

extern SmScript *
sm_script_parse(SmScriptKind kind, const char *revision, const char *text);
extern List *sm_script_parse_statement(const char *sql);
extern void
sm_script_push_context(SmScriptContext *context, const SmScript *script);
extern void sm_script_pop_context(SmScriptContext *context);

#endif /* SM_SCRIPT_H */
