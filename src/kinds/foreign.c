/*-------------------------------------------------------------------------
 *
 * foreign.c
 *	  Options of what has to do with foreign data, as in OPTIONS (...).
 *
 * As an attribute they are lines "name 'value'", in the order of the names,
 * since the server makes no difference.  Options that are secrets are another
 * attribute, with checksums in place of the values.  A script can drop these;
 * what sets them stands there with '...' for the value, to be run by hand.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "kinds/foreign.h"

/* A line, without its end */
typedef struct Line
{
	const char *text;
	int length;
	int name_length; /* of the name, which is quoted */
} Line;

static bool
next_line(const char **next, Line *line)
{
	const char *c = *next;

	if (c == NULL || *c == '\0')
		return false;
	line->text = c;
	line->length = (int) strcspn(c, "\n");
	if (*c == '"')
	{
		for (c++; *c && (c[0] != '"' || c[1] == '"'); c++)
			if (c[0] == '"')
				c++;
		c++;
	}
	else
		c += strcspn(c, " ");
	line->name_length = (int) (c - line->text);
	*next = line->text + line->length;
	if (**next)
		(*next)++;
	return true;
}

/* Finds the option of the same name */
static bool
find_line(const char *options, const Line *wanted, Line *line)
{
	while (next_line(&options, line))
		if (line->name_length == wanted->name_length &&
			strncmp(line->text, wanted->text, wanted->name_length) == 0)
			return true;
	return false;
}

static bool
is_same(const Line *a, const Line *b)
{
	return a->length == b->length && strncmp(a->text, b->text, a->length) == 0;
}

static void
append(StringInfo buf, const char *verb, const char *text, int length)
{
	appendStringInfo(buf, "%s%s%.*s", buf->len > 0 ? ", " : "", verb, length,
					 text);
}

/* The same as SM_SQL_ONE_LINE() */
static void
append_one_line(StringInfo buf, const char *value)
{
	if (strpbrk(value, "\n\r") == NULL)
	{
		char *literal = quote_literal_cstr(value);

		appendStringInfoString(buf, literal + (literal[0] == ' '));
		return;
	}
	appendStringInfoString(buf, "E'");
	for (; *value; value++)
		if (*value == '\n' || *value == '\r')
			appendStringInfoString(buf, *value == '\n' ? "\\n" : "\\r");
		else
			appendStringInfo(buf, "%s%c",
							 *value == '\\'	  ? "\\"
							 : *value == '\'' ? "'"
											  : "",
							 *value);
	appendStringInfoChar(buf, '\'');
}

static int
compare_options(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst_node(DefElem, a)->defname,
				  lfirst_node(DefElem, b)->defname);
}

/* The same as SM_SQL_FOREIGN_OPTIONS() without a condition; options is text[] */
char *
sm_foreign_lines(Datum options)
{
	List *list = untransformRelOptions(options);
	StringInfoData buf;
	ListCell *lc;

	initStringInfo(&buf);
	list_sort(list, compare_options);
	foreach (lc, list)
	{
		DefElem *option = lfirst_node(DefElem, lc);

		appendStringInfo(&buf, "%s%s ", buf.len > 0 ? "\n" : "",
						 quote_identifier(option->defname));
		append_one_line(&buf, option->arg ? defGetString(option) : "");
	}
	return buf.data;
}

/* What stands in OPTIONS (...) for these; NULL if there are none */
char *
sm_foreign_options(const char *options)
{
	StringInfoData buf;
	Line line;

	initStringInfo(&buf);
	while (next_line(&options, &line))
		append(&buf, "", line.text, line.length);
	return buf.len > 0 ? buf.data : NULL;
}

static void
append_dropped(StringInfo buf, const char *from, const char *to)
{
	Line line;
	Line other;

	while (next_line(&from, &line))
		if (!find_line(to, &line, &other))
			append(buf, "DROP ", line.text, line.name_length);
}

/*
 * What stands in the OPTIONS (...) of an ALTER statement to get from some
 * options to others, and to be rid of secrets that are none any more; NULL if
 * there is nothing to do.
 */
char *
sm_foreign_change(const char *from, const char *to, const char *from_secrets,
				  const char *to_secrets)
{
	StringInfoData buf;
	Line line;
	Line other;

	initStringInfo(&buf);
	append_dropped(&buf, from_secrets, to_secrets);
	append_dropped(&buf, from, to);
	while (next_line(&to, &line))
		if (!find_line(from, &line, &other))
			append(&buf, "ADD ", line.text, line.length);
		else if (!is_same(&line, &other))
			append(&buf, "SET ", line.text, line.length);
	return buf.len > 0 ? buf.data : NULL;
}

/*
 * The same for the secrets that a script cannot set, with '...' in place of
 * each.
 */
char *
sm_foreign_by_hand(const char *from, const char *to)
{
	StringInfoData buf;
	Line line;
	Line other;

	initStringInfo(&buf);
	while (next_line(&to, &line))
	{
		bool found = find_line(from, &line, &other);

		if (found && is_same(&line, &other))
			continue;
		append(&buf, found ? "SET " : "ADD ", line.text, line.name_length);
		appendStringInfoString(&buf, " '...'");
	}
	return buf.len > 0 ? buf.data : NULL;
}
