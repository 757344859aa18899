/*-------------------------------------------------------------------------
 *
 * variable.c
 *	  psql's variables in scripts: :'name' and :"name".
 *
 * The lexer finds the colons, so that a colon in a string, a comment or a
 * function body is left alone, and the server quotes what is put in their
 * place.  The plain form :name is not known here: it would paste text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "scan.h"
#include "variable.h"

/* What may be part of a variable's name, as in psql */
static bool
is_name_char(char c)
{
	return IS_HIGHBIT_SET(c) || c == '_' || (c >= '0' && c <= '9') ||
		   (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/*
 * Length of the variable, colon and quotes included, that stands there; 0 if
 * there is none.
 */
static int
variable_length(const char *text)
{
	int len = 2;

	if (text[0] != ':' || (text[1] != '\'' && text[1] != '"'))
		return 0;
	while (is_name_char(text[len]))
		len++;
	return len > 2 && text[len] == text[1] ? len + 1 : 0;
}

/*
 * Positions of the variables of a script, as a list of int.  The lexer is
 * done before anything else happens, because it holds pinned settings.
 */
static List *
find_variables(const char *script)
{
	List *found = NIL;
	SmScanner *scanner;
	SmToken token;

	/* most scripts have none, and need no lexer to see that */
	if (strstr(script, ":'") == NULL && strstr(script, ":\"") == NULL)
		return NIL;
	scanner = sm_scan_begin(script);
	while (sm_scan_next(scanner, &token))
	{
		if (token.length == 1 && variable_length(script + token.start) > 0)
			found = lappend_int(found, token.start);
	}
	sm_scan_end(scanner);
	return found;
}

/*
 * The script with each variable's colon replaced by a space, which leaves a
 * literal or an identifier: good enough to parse, and every position in it is
 * as it was.
 */
char *
sm_variable_blank(const char *script)
{
	char *copy = pstrdup(script);
	ListCell *lc;

	foreach (lc, find_variables(script))
		copy[lfirst_int(lc)] = ' ';
	return copy;
}

/* An error at a position of the script, for the script's error context */
static void
variable_error_position(const char *script, int location)
{
	errposition(pg_mbstrlen_with_len(script, location) + 1);
}

static void
append_value(StringInfo buf, const char *script, int location, Jsonb *variables)
{
	int len = variable_length(script + location);
	bool identifier = (script[location + 1] == '"');
	char *name = pnstrdup(script + location + 2, len - 3);
	JsonbValue value_buf;
	JsonbValue *value = NULL;

	if (variables)
		value = getKeyJsonValueFromContainer(&variables->root, name,
											 strlen(name), &value_buf);
	if (value == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("variable \"%s\" is not defined", name),
				 variable_error_position(script, location),
				 errhint("Pass it as in variables => '{\"%s\": \"value\"}'.",
						 name)));
	if (value->type == jbvNull && !identifier)
		appendStringInfoString(buf, "NULL");
	else if (value->type == jbvNull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("variable \"%s\" is null and cannot be an identifier",
						name),
				 variable_error_position(script, location)));
	else
	{
		Jsonb *json = JsonbValueToJsonb(value);
		char *text =
			value->type == jbvString
				? pnstrdup(value->val.string.val, value->val.string.len)
				: JsonbToCString(NULL, &json->root, VARSIZE(json));

		appendStringInfoString(buf, identifier ? quote_identifier(text)
											   : quote_literal_cstr(text));
	}
}

/*
 * The script with its variables replaced: strings as they are, other JSON
 * values as their text, null as NULL.  A variable that is not defined is an
 * error.
 */
char *
sm_variable_replace(const char *script, Jsonb *variables)
{
	StringInfoData buf;
	List *found = find_variables(script);
	int done = 0;
	ListCell *lc;

	if (found == NIL)
		return pstrdup(script);
	initStringInfo(&buf);
	foreach (lc, found)
	{
		int location = lfirst_int(lc);

		appendBinaryStringInfo(&buf, script + done, location - done);
		append_value(&buf, script, location, variables);
		done = location + variable_length(script + location);
	}
	appendStringInfoString(&buf, script + done);
	return buf.data;
}

/* The variables of a call must be a JSON object, if there are any */
void
sm_variable_check(Jsonb *variables)
{
	if (variables && !JB_ROOT_IS_OBJECT(variables))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("variables must be a JSON object"),
						errhint("Write them as in '{\"name\": \"value\"}'.")));
}
