/*-------------------------------------------------------------------------
 *
 * script.c
 *	  A script: its text, cut into statements, and where in it an error is.
 *
 * A script is parsed as a whole by the server's raw parser before anything of
 * it runs.  That finds syntax errors, the boundaries of the statements, and
 * what kind each of them is; the parse trees are not kept.  Each statement
 * is then run from its own slice of the text (exec.c), because extensions
 * that log or count statements take the query string to be the statement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "parser/parser.h"
#include "parser/scansup.h"
#include "tcop/pquery.h"
#include "utils/memutils.h"
#include "utils/portal.h"

#include "classify.h"
#include "compat.h"
#include "env.h"
#include "mark.h"
#include "scan.h"
#include "script.h"

/* What a script is called in messages */
static const char *
script_name(const SmScript *script)
{
	const char *of = script->revision;

	switch (script->kind)
	{
		case SM_SCRIPT_UPGRADE:
			return psprintf("the upgrade script of revision \"%s\"", of);
		case SM_SCRIPT_DOWNGRADE:
			return psprintf("the downgrade script of revision \"%s\"", of);
		case SM_SCRIPT_VERIFY:
			return psprintf("the verify script of revision \"%s\"", of);
		case SM_SCRIPT_FILE:
			return of[0] == '\0' ? "the text" : psprintf("file \"%s\"", of);
		case SM_SCRIPT_MODEL:
			return of[0] == '\0' ? "the model" : psprintf("model \"%s\"", of);
		case SM_SCRIPT_REPLAY:
			return psprintf("script \"%s\"", of);
	}
	return NULL; /* keep compiler quiet */
}

/* Byte offset of a character position, which counts from 1 */
static int
byte_offset(const char *text, int position)
{
	const char *at = text;

	while (--position > 0 && *at != '\0')
		at += pg_mblen(at);
	return at - text;
}

/*
 * The line of a place in the script, and its column: both from 1, the column in
 * characters.
 */
int
sm_script_line(const SmScript *script, int offset, int *column)
{
	const char *start = script->text;
	int line = 1 + script->lines_before;

	for (const char *p = script->text; p < script->text + offset; p++)
	{
		if (*p == '\n')
		{
			line++;
			start = p + 1;
		}
	}
	*column = pg_mbstrlen_with_len(start, script->text + offset - start) + 1;
	return line;
}

/*
 * Adds the place in the script to the error context.  Returns the start of the
 * line.
 */
static const char *
add_place(const SmScript *script, int stmt, int offset)
{
	const char *line_start = script->text + offset;
	int column;
	int line = sm_script_line(script, offset, &column);

	while (line_start > script->text && line_start[-1] != '\n')
		line_start--;
	if (stmt < 0)
		errcontext("line %d, column %d of %s", line, column,
				   script_name(script));
	else
		errcontext("statement %d of %d, line %d, column %d of %s", stmt + 1,
				   script->n, line, column, script_name(script));
	return line_start;
}

/*
 * While the script is parsed, a position is one in its whole text: the error
 * is shown with the failing line only.
 */
static void
show_parse_error(const SmScript *script)
{
	int position = geterrposition();
	int offset;
	const char *line;
	int length;

	if (position <= 0)
	{
		errcontext("%s", script_name(script));
		return;
	}
	offset = byte_offset(script->text, position);
	line = add_place(script, -1, offset);
	length = strcspn(line, "\r\n");
	errposition(0);
	internalerrposition(
		pg_mbstrlen_with_len(line, script->text + offset - line) + 1);
	internalerrquery(pnstrdup(line, length));
	if (geterrcode() != ERRCODE_SYNTAX_ERROR)
		return;
	if (line[0] == '\\')
		errhint(
			"psql's backslash commands are not SQL: a script is run by the server.");
	else if (script->text[offset] == ':' && script->kind < SM_SCRIPT_MODEL)
		errhint(
			"A variable is written as :'name' for a value and :\"name\" for an identifier.");
}

/*
 * While a statement runs, a position is one in its own text, unless it is in
 * a function body or the like, which has set an internal position already.
 */
static void
show_statement_error(const SmScript *script, int stmt)
{
	const SmStatement *s = &script->stmt[stmt];
	char *sql = pnstrdup(script->text + s->start, s->length);
	int position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(sql);
		add_place(script, stmt, s->start + byte_offset(sql, position));
	}
	else
		add_place(script, stmt, s->start);
}

/*
 * While the body of a function is checked, a position is one in the query that
 * the client has sent, if the server has found the body there.  That is in the
 * statement only if the query has the statement as it is.
 */
static void
show_body_error(const SmScript *script, int stmt)
{
	const char *query = ActivePortal ? ActivePortal->sourceText : NULL;
	char *sql = sm_script_statement_text(script, stmt);
	const char *found = query ? strstr(query, sql) : NULL;
	int position = geterrposition();

	if (position > 0)
	{
		if (found)
			position -= pg_mbstrlen_with_len(query, found - query);
		if (!found || position > pg_mbstrlen(sql))
			position = 0;
		errposition(Max(position, 0));
	}
	show_statement_error(script, stmt);
}

static void
script_error_callback(void *arg)
{
	const SmScriptContext *context = arg;

	if (context->stmt < 0)
		show_parse_error(context->script);
	else if (context->in_body)
		show_body_error(context->script, context->stmt);
	else
		show_statement_error(context->script, context->stmt);
}

/*
 * Has errors say where in the script they are, until the context is popped.
 * NB: an error leaves it pushed, like any error context, so it must be a
 * local variable of a function that does not catch errors.
 */
void
sm_script_push_context(SmScriptContext *context, const SmScript *script)
{
	context->script = script;
	context->stmt = -1;
	context->in_body = false;
	context->callback.callback = script_error_callback;
	context->callback.arg = context;
	context->callback.previous = error_context_stack;
	error_context_stack = &context->callback;
}

/* Undoes sm_script_push_context() */
void
sm_script_pop_context(SmScriptContext *context)
{
	error_context_stack = context->callback.previous;
}

static void
text_error_callback(void *arg)
{
	const char *sql = arg;
	int position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(sql);
	}
	else
		errcontext("SQL statement \"%s\"", sql);
}

/*
 * Has errors in SQL that is not the client's show where in it they are, until
 * the caller sets error_context_stack to context->previous.  What is said of
 * sm_script_push_context() is true here, too.
 */
void
sm_script_push_text(ErrorContextCallback *context, const char *sql)
{
	context->callback = text_error_callback;
	context->arg = (void *) sql;
	context->previous = error_context_stack;
	error_context_stack = context;
}

static List *
parse(const char *sql, RawParseMode mode)
{
	SmEnv env;
	List *raw;

	sm_env_enter_parser(&env);
	raw = raw_parser(sql, mode);
	sm_env_leave(&env);
	return raw;
}

/*
 * Narrows a raw statement down to its tokens: some versions of the server
 * count comments and white space before it as part of it, and all do so with
 * those behind it.
 */
static void
find_tokens(const char *text, const RawStmt *raw, SmStatement *s)
{
	const char *start = text + raw->stmt_location;
	int length = raw->stmt_len > 0 ? raw->stmt_len : (int) strlen(start);
	char *slice;
	SmScanner *scanner;
	SmToken token = { 0 };

	while (length > 0 && scanner_isspace(start[length - 1]))
		length--;
	slice = pnstrdup(start, length);
	s->start = raw->stmt_location;
	s->length = length;

	/* without comments there is no need for the lexer */
	if (scanner_isspace(slice[0]) || strstr(slice, "--") || strstr(slice, "/*"))
	{
		scanner = sm_scan_begin(slice);
		if (sm_scan_next(scanner, &token))
			s->start += token.start;
		while (sm_scan_next(scanner, &token))
			;
		s->length = raw->stmt_location + token.start + token.length - s->start;
		sm_scan_end(scanner);
	}
	pfree(slice);
}

/*
 * Notes behind which statements the script wants a commit.  Behind the last
 * one that parts it from the verify script.
 */
static void
find_marks(SmScript *script)
{
	if (strstr(script->text, "schemamig:") == NULL)
		return;
	for (int i = 0; i < script->n; i++)
	{
		const SmStatement *s = &script->stmt[i];
		int from = s->start + s->length;
		int to = i + 1 < script->n ? s[1].start : (int) strlen(script->text);

		script->stmt[i].commit_after =
			sm_mark_is_commit(script->text + from, to - from);
	}
}

/* For ereport() while a script is parsed: where in it the error is, in bytes */
int
sm_script_errposition(const SmScript *script, int offset)
{
	return errposition(pg_mbstrlen_with_len(script->text, offset) + 1);
}

static void
refuse_statement(const SmScript *script, int start, const char *what,
				 const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					errmsg("%s is not allowed in a revision", what),
					sm_script_errposition(script, start), errhint("%s", hint)));
}

/* A visitor that only looks whether the statement may be in a revision */
void
sm_script_refuse_statement(const SmScript *script, RawStmt *raw, void *arg)
{
	const char *hint = NULL;
	const char *refused = sm_classify_refused(raw->stmt, &hint);

	if (refused)
		refuse_statement(script, script->stmt[script->n - 1].start, refused,
						 hint);
}

/* For a script of a revision */
static void
describe_statement(const SmScript *script, RawStmt *raw, void *arg)
{
	SmStatement *s = &script->stmt[script->n - 1];

	sm_script_refuse_statement(script, raw, NULL);
	s->is_select = sm_classify_plain_select(raw->stmt);
	s->outside = sm_classify_outside(raw->stmt);
	s->maybe_outside =
		s->outside == NULL && sm_classify_maybe_outside(raw->stmt);
	s->concurrently = sm_classify_concurrently(raw->stmt);
	s->makes_index = sm_classify_makes_index(raw->stmt);
	s->discards_all = IsA(raw->stmt, DiscardStmt) && s->outside != NULL;
	s->needs_commit = sm_classify_needs_commit(raw->stmt);
	s->set = sm_classify_setting(raw->stmt);
	if (s->set.name)
		s->set.name = pstrdup(s->set.name);
}

/*
 * Parses a script and has the visitor called with each statement, in order: it
 * is the last one of the script then.  The result refers to name and text, and
 * is made in the current memory context; the parse trees are not.
 */
static SmScript *
parse_script(SmScriptKind kind, const char *name, int lines_before,
			 const char *text, SmScriptVisitor visitor, void *arg)
{
	MemoryContext result_context = CurrentMemoryContext;
	MemoryContext parse_context;
	SmScript *script = palloc0_object(SmScript);
	SmScriptContext error_context;
	List *raw;
	ListCell *lc;

	script->kind = kind;
	script->revision = name;
	script->text = text;
	script->lines_before = lines_before;
	sm_script_push_context(&error_context, script);

	parse_context =
		AllocSetContextCreate(result_context, "schemamig script parsing",
							  ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(parse_context);
	raw = parse(text, RAW_PARSE_DEFAULT);
	MemoryContextSwitchTo(result_context);
	script->stmt = palloc0_array(SmStatement, list_length(raw) + 1);
	foreach (lc, raw)
	{
		CHECK_FOR_INTERRUPTS();
		find_tokens(text, lfirst_node(RawStmt, lc), &script->stmt[script->n++]);
		visitor(script, lfirst_node(RawStmt, lc), arg);
	}
	MemoryContextDelete(parse_context);
	find_marks(script);

	sm_script_pop_context(&error_context);
	return script;
}

/*
 * Parses a script of a revision.  Syntax errors, and statements that no script
 * may contain, are errors that tell the line and column and show the line.
 */
SmScript *
sm_script_parse(SmScriptKind kind, const char *revision, const char *text)
{
	return parse_script(kind, revision, 0, text, describe_statement, NULL);
}

/*
 * Parses the text of a model, with a name or "", or a script that is run like
 * one.  What it may contain is up to
 * the visitor; an error of its own says where with sm_script_errposition().
 * Only the places of the statements are set in the result.
 */
SmScript *
sm_script_parse_model(SmScriptKind kind, const char *name, const char *text,
					  SmScriptVisitor visitor, void *arg)
{
	return parse_script(kind, name, 0, text, visitor, arg);
}

/*
 * Parses what comes in a file behind so many lines.  As with a model, only the
 * places of the statements are set in the result, and what they may be is up
 * to the visitor.
 */
SmScript *
sm_script_parse_file(const char *name, int lines_before, const char *text,
					 SmScriptVisitor visitor, void *arg)
{
	return parse_script(SM_SCRIPT_FILE, name, lines_before, text, visitor, arg);
}

/* The text of a statement */
char *
sm_script_statement_text(const SmScript *script, int i)
{
	const SmStatement *s = &script->stmt[i];

	return pnstrdup(script->text + s->start, s->length);
}

/* The raw parse tree of the text of one statement, as a list of one */
List *
sm_script_parse_statement(const char *sql)
{
	return parse(sql, RAW_PARSE_DEFAULT);
}

/*
 * The raw parse tree of the text of an expression; NULL if it is more than
 * one, or has more of a query than that.
 */
Node *
sm_script_parse_expression(const char *sql)
{
	List *raw = parse(sql, RAW_PARSE_PLPGSQL_EXPR);
	SelectStmt *select =
		castNode(SelectStmt, linitial_node(RawStmt, raw)->stmt);
	ResTarget *target;

	if (list_length(select->targetList) != 1 || select->distinctClause ||
		select->fromClause || select->whereClause || select->groupClause ||
		select->havingClause || select->windowClause || select->sortClause ||
		select->limitOffset || select->limitCount || select->lockingClause)
		return NULL;
	target = linitial_node(ResTarget, select->targetList);
	return target->name ? NULL : target->val;
}
