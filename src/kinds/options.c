/*-------------------------------------------------------------------------
 *
 * options.c
 *	  Options of relations and columns, as in WITH (...).
 *
 * As an attribute they are lines name=value.  Their order means nothing, and is
 * no difference (SM_ATTR_LINES); but where options change, they come to stand
 * in the order of the new state, in which pg_dump shows them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "kinds/options.h"
#include "query.h"

/* The options in a text[], as SM_SQL_OPTIONS has them; NULL: none */
char *
sm_options_lines(Datum options)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	foreach (lc, sm_text_array_to_list(options))
		if (strncmp(lfirst(lc), "pg_attver=", strlen("pg_attver=")) != 0)
			appendStringInfo(&text, "%s%s", text.len > 0 ? "\n" : "",
							 (char *) lfirst(lc));
	return text.len > 0 ? text.data : NULL;
}

/* The line at *next, NULL behind the last one; moves *next on */
static char *
next_line(const char **next)
{
	const char *line = *next;
	size_t length;

	if (line == NULL || *line == '\0')
		return NULL;
	length = strcspn(line, "\n");
	*next = line + length + (line[length] ? 1 : 0);
	return pnstrdup(line, length);
}

/* Length of the name in a line */
static int
name_length(const char *line)
{
	return (int) strcspn(line, "=");
}

/* The line with the same name, or NULL */
static char *
find_line(const char *options, const char *line)
{
	int length = name_length(line) + 1;
	char *found;

	while ((found = next_line(&options)) != NULL)
		if (strncmp(found, line, length) == 0)
			break;
	return found;
}

/* Appends a name, perhaps with that of the part it is for: toast.name */
static void
append_name(StringInfo buf, const char *line)
{
	char *name = pnstrdup(line, name_length(line));
	char *dot = strchr(name, '.');

	if (buf->len > 0)
		appendStringInfoString(buf, ", ");
	if (dot)
	{
		*dot = '\0';
		appendStringInfo(buf, "%s.", quote_identifier(name));
		name = dot + 1;
	}
	appendStringInfoString(buf, quote_identifier(name));
}

static void
append_option(StringInfo buf, const char *line)
{
	int length = name_length(line);

	append_name(buf, line);
	if (line[length] == '=')
		appendStringInfo(buf, "=%s", quote_literal_cstr(line + length + 1));
}

/* What stands in WITH (...) for these options; NULL if there are none */
char *
sm_options_text(const char *options)
{
	return sm_options_set(NULL, options);
}

/*
 * What stands in SET (...) to get from some options to others, or NULL.  SET
 * moves the options that it names to the end; so once there is one that must
 * be set, or that stands before another one of these by now, all that follow
 * are set, too.
 */
char *
sm_options_set(const char *from, const char *to)
{
	StringInfoData buf;
	const char *rest = from;
	bool in_order = true;
	char *line;

	initStringInfo(&buf);
	while ((line = next_line(&to)) != NULL)
	{
		char *old = NULL;

		while (in_order && (old = next_line(&rest)) != NULL)
			if (strcmp(old, line) == 0)
				break;
		in_order = in_order && old != NULL;
		if (!in_order)
			append_option(&buf, line);
	}
	return buf.len > 0 ? buf.data : NULL;
}

/* What stands in RESET (...) to get from some options to others, or NULL */
char *
sm_options_reset(const char *from, const char *to)
{
	StringInfoData buf;
	char *line;

	initStringInfo(&buf);
	while ((line = next_line(&from)) != NULL)
		if (find_line(to, line) == NULL)
			append_name(&buf, line);
	return buf.len > 0 ? buf.data : NULL;
}
