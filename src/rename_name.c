/*-------------------------------------------------------------------------
 *
 * rename_name.c
 *	  Names of objects as callers write them.
 *
 * They follow the rules of SQL: what is not quoted is folded to lower case.
 *
 *		schema
 *		schema.object			a function may have (its argument types) behind
 *		schema.object.part		a column, a constraint, a trigger, ...
 *		part ON schema.object	the same, as diff() shows it
 *		part ON DOMAIN schema.object
 *		schema.type.'label'		a value of an enum, which can be quoted like a
 *								string as well
 *
 * Before each of them may stand what kind of object it is, and a colon.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "parser/scansup.h"

#include "compat.h"
#include "rename_name.h"

static void
refuse(const char *text)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is not the name of an object", text),
			 errhint(
				 "Write schema.object, or schema.table.column, quoted as in SQL.")));
}

static const char *
skip_space(const char *at)
{
	while (scanner_isspace(*at))
		at++;
	return at;
}

/* What stands in quotes, which are doubled inside */
static const char *
read_quoted(const char *at, const char **part)
{
	char quote = *at++;
	StringInfoData buf;

	initStringInfo(&buf);
	while (*at && (*at != quote || at[1] == quote))
	{
		appendStringInfoChar(&buf, *at);
		at += *at == quote ? 2 : 1;
	}
	*part = buf.len > 0 ? buf.data : NULL;
	return *at ? at + 1 : at;
}

/* Reads an identifier; *part is NULL if there is none.  Returns what follows */
static const char *
read_part(const char *at, const char **part)
{
	size_t length;

	at = skip_space(at);
	if (*at == '"' || *at == '\'')
		at = read_quoted(at, part);
	else
	{
		length = strcspn(at, ".(\"' \t\r\n");
		*part = length > 0
					? downcase_truncate_identifier(at, (int) length, false)
					: NULL;
		at += length;
	}
	return skip_space(at);
}

/* Reads identifiers with dots between them */
static const char *
read_parts(const char *at, SmRenameName *name)
{
	for (;;)
	{
		if (name->n == lengthof(name->part))
			refuse(name->text);
		at = read_part(at, &name->part[name->n]);
		if (name->part[name->n++] == NULL)
			refuse(name->text);
		if (*at != '.')
			return at;
		at++;
	}
}

/* Skips a word, if it stands there; else returns NULL */
static const char *
skip_word(const char *at, const char *word)
{
	size_t length = strlen(word);

	if (pg_strncasecmp(at, word, length) != 0 || !scanner_isspace(at[length]))
		return NULL;
	return at + length;
}

/* A kind and a colon, which no name without quotes can have */
static const char *
read_kind(const char *at, SmRenameName *name)
{
	size_t length = strcspn(at, ":\"'");
	char *kind;

	if (at[length] != ':')
		return at;
	kind = pnstrdup(at, length);
	name->kind = sm_kind_find(kind);
	if (name->kind == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no kind of object called \"%s\"", kind),
				 errhint(
					 "Kinds are called as in the column kind of schemamig.diff().")));
	return at + length + 1;
}

/* The arguments of a function, up to the end of the text */
static const char *
read_args(const char *at, SmRenameName *name)
{
	const char *end = at + strlen(at);

	while (scanner_isspace(end[-1]))
		end--;
	if (end[-1] != ')')
		refuse(name->text);
	at = skip_space(at + 1);
	name->args = pnstrdup(at, Max(end - 1 - at, 0));
	return "";
}

/* Takes the name of an object apart.  An error if it is none */
SmRenameName *
sm_rename_name(const char *text)
{
	SmRenameName *name = palloc0_object(SmRenameName);
	const char *at = skip_space(text);
	const char *object;

	name->text = text;
	at = read_parts(skip_space(read_kind(at, name)), name);
	object = name->n == 1 ? skip_word(at, "ON") : NULL;
	if (object)
	{
		const char *part = name->part[0];
		const char *domain = skip_word(skip_space(object), "DOMAIN");

		name->n = 0;
		at = read_parts(domain ? domain : object, name);
		if (name->n != 2)
			refuse(text);
		name->part[name->n++] = part;
	}
	else if (*at == '(' && name->n == 2)
		at = read_args(at, name);
	if (*at != '\0')
		refuse(text);
	return name;
}
