/*-------------------------------------------------------------------------
 *
 * mark.c
 *	  Comments of a script that are meant for schemamig.
 *
 * A comment survives every tool that a script may pass through, and means
 * nothing to a server without schemamig.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "parser/scansup.h"

#include "mark.h"

/* Where a block comment ends; it may contain others */
static const char *
skip_block(const char *at, const char *end)
{
	int depth = 0;

	while (at + 1 < end)
	{
		if (at[0] == '/' && at[1] == '*')
			depth++;
		else if (at[0] == '*' && at[1] == '/')
			depth--;
		else
		{
			at++;
			continue;
		}
		at += 2;
		if (depth == 0)
			return at;
	}
	return end;
}

/* Passes over white space and the word, if that is what comes next */
static bool
skip_word(const char **at, const char *end, const char *word)
{
	size_t length = strlen(word);

	while (*at < end && scanner_isspace(**at))
		(*at)++;
	if ((size_t) (end - *at) < length || strncmp(*at, word, length) != 0)
		return false;
	*at += length;
	return true;
}

static bool
is_commit(const char *line, const char *end)
{
	if (!skip_word(&line, end, "--") || !skip_word(&line, end, "schemamig:") ||
		!skip_word(&line, end, "commit"))
		return false;
	while (line < end && scanner_isspace(*line))
		line++;
	return line == end;
}

/*
 * Is there SM_MARK_COMMIT, on a line of its own or behind a statement, in what
 * stands between two statements?  That is comments, white space and semicolons.
 */
bool
sm_mark_is_commit(const char *gap, int length)
{
	const char *end = gap + length;

	while (gap + 1 < end)
	{
		const char *line_end = gap;

		if (gap[0] == '/' && gap[1] == '*')
			gap = skip_block(gap, end);
		else if (gap[0] == '-' && gap[1] == '-')
		{
			while (line_end < end && *line_end != '\n' && *line_end != '\r')
				line_end++;
			if (is_commit(gap, line_end))
				return true;
			gap = line_end;
		}
		else
			gap++;
	}
	return false;
}
