/*-------------------------------------------------------------------------
 *
 * source.c
 *	  Files of migrations, and the scripts that are part of them.
 *
 * Other tools find their sections line by line, so that is done here, too.
 * What is in a section is left to the server's lexer and parser.  They are
 * given the lines of the file with everything else blanked out, so an error is
 * one in the file: with its name, line and column, and a caret.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/scansup.h"

#include "compat.h"
#include "scan.h"
#include "source.h"
#include "variable.h"

/* ------------------------------------------------------------------------
 * Files
 * ------------------------------------------------------------------------ */

/* A file, cut into lines.  It refers to name and text. */
SmSource *
sm_source(const char *name, const char *text)
{
	SmSource *source = palloc0_object(SmSource);
	int room = 64;

	source->name = name;
	source->text = text;
	source->length = (int) strlen(text);
	source->line = palloc_array(int, room);
	for (int at = 0; at < source->length;)
	{
		const char *newline = strchr(text + at, '\n');

		if (source->n_lines + 2 > room)
		{
			room *= 2;
			source->line = repalloc_array(source->line, int, room);
		}
		source->line[source->n_lines++] = at;
		at = newline ? (int) (newline - text) + 1 : source->length;
	}
	source->line[source->n_lines] = source->length;
	return source;
}

/* Its name without folders */
const char *
sm_source_base_name(const SmSource *source)
{
	const char *slash = strrchr(source->name, '/');

	return slash ? slash + 1 : source->name;
}

/* Whether it is in a folder inside of the one that is read */
bool
sm_source_is_nested(const SmSource *source)
{
	return source->name[0] != '/' && strchr(source->name, '/') != NULL;
}

/* What a file is called in messages */
char *
sm_source_called(const SmSource *source)
{
	return source->name[0] == '\0' ? pstrdup("the text")
								   : psprintf("file \"%s\"", source->name);
}

/* A copy without white space at both ends */
char *
sm_trim(const char *text)
{
	int length;

	while (scanner_isspace(*text))
		text++;
	length = (int) strlen(text);
	while (length > 0 && scanner_isspace(text[length - 1]))
		length--;
	return pnstrdup(text, length);
}

/* The trimmed pieces between separators, of one character each, but empty ones */
List *
sm_split(const char *text, const char *separators)
{
	List *pieces = NIL;

	while (*text)
	{
		int length = (int) strcspn(text, separators);
		char *piece = sm_trim(pnstrdup(text, length));

		if (*piece)
			pieces = lappend(pieces, piece);
		text += length;
		if (*text)
			text++;
	}
	return pieces;
}

/* A line, counted from 0, without its end */
char *
sm_source_line(const SmSource *source, int i)
{
	int start = source->line[i];
	int length = source->line[i + 1] - start;

	while (length > 0 && (source->text[start + length - 1] == '\n' ||
						  source->text[start + length - 1] == '\r'))
		length--;
	return pnstrdup(source->text + start, length);
}

/*
 * What a line says that is nothing but a comment with two dashes, trimmed; NULL
 * if it is something else.
 */
char *
sm_source_comment(const SmSource *source, int i)
{
	const char *p = source->text + source->line[i];

	while (*p == ' ' || *p == '\t')
		p++;
	if (p[0] != '-' || p[1] != '-')
		return NULL;
	return sm_trim(pnstrdup(p + 2, source->text + source->line[i + 1] - p - 2));
}

/* The first line, from the given one on, with that comment; -1 if none has it */
int
sm_source_find(const SmSource *source, const char *comment, int from)
{
	for (int i = from; i < source->n_lines; i++)
	{
		char *text = sm_source_comment(source, i);

		if (text && strcmp(text, comment) == 0)
			return i;
	}
	return -1;
}

/*
 * For ereport(): where in the file the error is, with a caret below the line.
 */
int
sm_source_place(const SmSource *source, int offset)
{
	const char *line = source->text + offset;
	int number = 1;
	int column;

	while (line > source->text && line[-1] != '\n')
		line--;
	for (const char *p = source->text; p < line; p++)
		number += *p == '\n';
	column = pg_mbstrlen_with_len(line, source->text + offset - line) + 1;
	internalerrposition(column);
	internalerrquery(pnstrdup(line, strcspn(line, "\r\n")));
	return errcontext("line %d, column %d of %s", number, column,
					  sm_source_called(source));
}

static void
line_error_callback(void *arg)
{
	const SmSourceContext *context = arg;

	/* an error of its own place has it already */
	if (getinternalerrposition() <= 0)
		sm_source_place(context->source, context->source->line[context->line]);
}

/*
 * Has errors say on which line of a file they are, until the context is popped.
 * What is said of sm_script_push_context() is true here, too.
 */
void
sm_source_push_context(SmSourceContext *context, const SmSource *source,
					   int line)
{
	context->source = source;
	context->line = line;
	context->callback.callback = line_error_callback;
	context->callback.arg = context;
	context->callback.previous = error_context_stack;
	error_context_stack = &context->callback;
}

/* Undoes sm_source_push_context() */
void
sm_source_pop_context(SmSourceContext *context)
{
	error_context_stack = context->callback.previous;
}

/* ------------------------------------------------------------------------
 * Parts
 * ------------------------------------------------------------------------ */

/* The script from start to end, less the white space around it */
SmPart *
sm_part(const SmSource *source, int start, int end)
{
	SmPart *part = palloc0_object(SmPart);

	part->source = source;
	part->start = start;
	part->end = end;
	return part;
}

/* The same, of whole lines; the last one is not part of it */
SmPart *
sm_part_lines(const SmSource *source, int from, int to)
{
	return sm_part(source, source->line[from], source->line[to]);
}

/*
 * Replaces a piece of the script.  The parser is given another text, which is
 * not longer than the piece, so that all places stay what they are.  From the
 * beginning to the end: no edit comes before an earlier one.
 */
void
sm_part_replace(SmPart *part, int start, int end, const char *by,
				const char *parsed)
{
	SmEdit *edit = palloc_object(SmEdit);

	Assert((int) strlen(parsed) <= end - start);
	edit->start = start;
	edit->end = end;
	edit->by = by;
	edit->parsed = parsed;
	part->edits = lappend(part->edits, edit);
}

/* The script, with its edits made */
char *
sm_part_text(const SmPart *part)
{
	const char *text = part->source->text;
	StringInfoData buf;
	int done = part->start;
	char *start;
	ListCell *lc;

	initStringInfo(&buf);
	foreach (lc, part->edits)
	{
		const SmEdit *edit = lfirst(lc);

		appendBinaryStringInfo(&buf, text + done, edit->start - done);
		appendStringInfoString(&buf, edit->by);
		done = edit->end;
	}
	appendBinaryStringInfo(&buf, text + done, part->end - done);
	if (part->exact)
		return buf.data;

	/* indentation of the first line stays */
	while (buf.len > 0 && scanner_isspace(buf.data[buf.len - 1]))
		buf.data[--buf.len] = '\0';
	start = buf.data;
	for (char *p = start; scanner_isspace(*p); p++)
		if (*p == '\n')
			start = p + 1;
	return start;
}

static void
blank_out(char *text, int from, int to)
{
	for (int i = from; i < to; i++)
		if (text[i] != '\n')
			text[i] = ' ';
}

/*
 * The lines of the file in which the part is, with all that is not part of it
 * blanked out.  *base is where they begin.
 */
static char *
blanked(const SmPart *part, int *base)
{
	const char *text = part->source->text;
	char *copy;
	ListCell *lc;

	*base = part->start;
	while (*base > 0 && text[*base - 1] != '\n')
		(*base)--;
	copy = pnstrdup(text + *base, part->end - *base);
	blank_out(copy, 0, part->start - *base);
	foreach (lc, part->edits)
	{
		const SmEdit *edit = lfirst(lc);

		blank_out(copy, edit->start - *base, edit->end - *base);
		memcpy(copy + edit->start - *base, edit->parsed, strlen(edit->parsed));
	}
	return copy;
}

/* How many lines come before an offset, which is that of the start of a line */
static int
lines_before(const SmSource *source, int offset)
{
	int low = 0;
	int high = source->n_lines;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (source->line[middle] < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
token_is(const char *text, const SmToken *token, const char *word)
{
	return token->length == (int) strlen(word) &&
		   pg_strncasecmp(text + token->start, word, token->length) == 0;
}

/*
 * Where in the script something stands that only psql can do: -1 if there is
 * nothing.  *copy says whether it is COPY with its data, which the parser would
 * take for SQL, or a command with a backslash.
 */
static int
find_psql(const char *text, bool *copy)
{
	SmScanner *scanner = sm_scan_begin(text);
	SmToken token;
	SmToken prev = { 0 };
	int statement = -1;
	int found = -1;

	*copy = false;
	while (found < 0 && sm_scan_next(scanner, &token))
	{
		if (statement < 0)
		{
			statement = token.start;
			*copy = token_is(text, &token, "copy");
		}
		if (text[token.start] == '\\')
		{
			*copy = false;
			found = token.start;
		}
		else if (*copy && token_is(text, &token, "stdin") &&
				 token_is(text, &prev, "from"))
			found = statement;
		else if (text[token.start] == ';')
			statement = -1;
		prev = token;
	}
	sm_scan_end(scanner);
	return found;
}

static void
refuse_psql(const SmScript *script)
{
	bool copy;
	int found = find_psql(script->text, &copy);

	if (found >= 0 && copy)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s is not allowed in a revision", "COPY FROM STDIN"),
				 sm_script_errposition(script, found),
				 errhint(
					 "Write the rows as INSERT: the data of COPY is sent by a client.")));
	else if (found >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("psql's command %s is not allowed in a revision",
						pnstrdup(script->text + found,
								 1 + strcspn(script->text + found + 1,
											 " \t\r\n;\\"))),
				 sm_script_errposition(script, found),
				 errhint(
					 "psql's backslash commands are not SQL: a script is run by the server.")));
}

/*
 * Parses a part; the visitor is called with each statement.  Returns where the
 * text begins that the places of the statements are offsets into.
 */
static int
parse_part(const SmPart *part, SmScriptVisitor visitor, void *arg)
{
	int base;
	SmScript raw = { .kind = SM_SCRIPT_FILE, .revision = part->source->name };
	SmScriptContext context;
	char *blank;

	CHECK_FOR_INTERRUPTS();
	raw.text = blanked(part, &base);
	raw.lines_before = lines_before(part->source, base);
	sm_script_push_context(&context, &raw);
	refuse_psql(&raw);
	blank = sm_variable_blank(raw.text);
	sm_script_pop_context(&context);
	(void) sm_script_parse_file(part->source->name, raw.lines_before, blank,
								visitor, arg);
	return base;
}

/*
 * Refuses what does not parse, or what no revision may contain, with its place
 * in the file.
 */
void
sm_part_check(SmPart *part)
{
	(void) parse_part(part, sm_script_refuse_statement, NULL);
}

/*
 * The tokens of a script, by their places in the file.  What the lexer refuses
 * is an error with its place.
 */
SmToken *
sm_part_tokens(const SmPart *part, int *n)
{
	int base;
	SmScript raw = { .kind = SM_SCRIPT_FILE, .revision = part->source->name };
	SmScriptContext context;
	SmScanner *scanner;
	int room = 256;
	SmToken *tokens = palloc_array(SmToken, room);

	*n = 0;
	raw.text = blanked(part, &base);
	raw.lines_before = lines_before(part->source, base);
	sm_script_push_context(&context, &raw);
	scanner = sm_scan_begin(raw.text);
	while (sm_scan_next(scanner, &tokens[*n]))
	{
		tokens[(*n)++].start += base;
		if (*n == room)
		{
			room *= 2;
			tokens = repalloc_array(tokens, SmToken, room);
		}
	}
	sm_scan_end(scanner);
	sm_script_pop_context(&context);
	return tokens;
}

/* Statements that are to be left out */
typedef struct Dropping
{
	SmUnwanted unwanted;
	void *arg;
	List *starts; /* of int: in the text that is parsed */
	List *ends;
} Dropping;

static void
note_unwanted(const SmScript *script, RawStmt *raw, void *arg)
{
	Dropping *dropping = arg;

	if (!dropping->unwanted(raw->stmt, dropping->arg))
		return;
	dropping->starts =
		lappend_int(dropping->starts, script->stmt[script->n - 1].start);
	/* the length of all but the last one is up to its semicolon */
	dropping->ends =
		lappend_int(dropping->ends, raw->stmt_len > 0
										? raw->stmt_location + raw->stmt_len + 1
										: (int) strlen(script->text));
}

/*
 * Leaves statements out of a script that has not been edited before, each with
 * its semicolon and what is empty of its last line.
 */
void
sm_part_drop_statements(SmPart *part, SmUnwanted unwanted, void *arg)
{
	Dropping dropping = { .unwanted = unwanted, .arg = arg };
	const char *text = part->source->text;
	int base = parse_part(part, note_unwanted, &dropping);
	ListCell *start;
	ListCell *end;

	Assert(part->edits == NIL);
	forboth (start, dropping.starts, end, dropping.ends)
	{
		int to = base + lfirst_int(end);
		int rest = to;

		while (rest < part->end && strchr(" \t\r\n", text[rest]))
		{
			if (text[rest++] == '\n')
				to = rest;
		}
		if (rest == part->end)
			to = rest;
		sm_part_replace(part, base + lfirst_int(start), to, "", "");
	}
}

static bool
begins_or_commits(Node *stmt, void *arg)
{
	TransactionStmtKind kind;

	if (!IsA(stmt, TransactionStmt))
		return false;
	kind = ((TransactionStmt *) stmt)->kind;
	return kind == TRANS_STMT_BEGIN || kind == TRANS_STMT_START ||
		   kind == TRANS_STMT_COMMIT;
}

/*
 * Leaves out what begins and commits transactions: a run does that.  What rolls
 * back stays, and is refused.
 */
void
sm_part_drop_transactions(SmPart *part)
{
	sm_part_drop_statements(part, begins_or_commits, NULL);
}
