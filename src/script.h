/*-------------------------------------------------------------------------
 *
 * script.h
 *	  A script: its text, cut into statements.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_SCRIPT_H
#define SM_SCRIPT_H

#include "classify.h"
#include "nodes/parsenodes.h"
#include "utils/elog.h"

typedef enum SmScriptKind
{
	SM_SCRIPT_UPGRADE,
	SM_SCRIPT_DOWNGRADE,
	SM_SCRIPT_VERIFY,
	SM_SCRIPT_FILE,
	SM_SCRIPT_MODEL,
	SM_SCRIPT_REPLAY
} SmScriptKind;

/* One statement, by its place in the text, in bytes */
typedef struct SmStatement
{
	int start;			 /* of its first token */
	int length;			 /* without a closing semicolon */
	bool is_select;		 /* could stand in a WITH clause */
	bool maybe_outside;	 /* outside of a transaction, or not: the catalogs
						  * know */
	bool needs_commit;	 /* what it makes is of use only afterwards */
	bool commit_after;	 /* the script says so: SM_MARK_COMMIT */
	bool concurrently;	 /* commits in between: must not time out */
	bool makes_index;	 /* leaves behind nothing else */
	bool discards_all;	 /* DISCARD ALL */
	const char *outside; /* what must run outside of a transaction */
	SmSettingChange set; /* what it does to the settings */
} SmStatement;

typedef struct SmScript
{
	SmScriptKind kind;
	const char *revision; /* identifier, for messages; of a file or model its
						   * name, "" if it has none */
	const char *text;
	int lines_before; /* of a file, of which the text is the rest */
	int n;
	SmStatement *stmt;
} SmScript;

/* What the error context of a script needs to know */
typedef struct SmScriptContext
{
	const SmScript *script;
	int stmt;	  /* index of the statement; -1: still parsing */
	bool in_body; /* it is the body of a function that is checked */
	ErrorContextCallback callback;
} SmScriptContext;

extern SmScript *
sm_script_parse(SmScriptKind kind, const char *revision, const char *text);
typedef void (*SmScriptVisitor)(const SmScript *script, RawStmt *raw,
								void *arg);
extern SmScript *
sm_script_parse_model(SmScriptKind kind, const char *name, const char *text,
					  SmScriptVisitor visitor, void *arg);
extern SmScript *
sm_script_parse_file(const char *name, int lines_before, const char *text,
					 SmScriptVisitor visitor, void *arg);
extern void
sm_script_refuse_statement(const SmScript *script, RawStmt *raw, void *arg);
extern char *sm_script_statement_text(const SmScript *script, int i);
extern int sm_script_line(const SmScript *script, int offset, int *column);
extern int sm_script_errposition(const SmScript *script, int offset);
extern List *sm_script_parse_statement(const char *sql);
extern Node *sm_script_parse_expression(const char *sql);
extern void sm_script_push_text(ErrorContextCallback *context, const char *sql);
extern void
sm_script_push_context(SmScriptContext *context, const SmScript *script);
extern void sm_script_pop_context(SmScriptContext *context);

#endif /* SM_SCRIPT_H */
