/*-------------------------------------------------------------------------
 *
 * graphile_migrate.c
 *	  graphile-migrate: committed/NUMBER.sql or NUMBER-MESSAGE.sql, with a
 *	  header of comments that begin with "--!".
 *
 * The migrations are a chain: each header names the hash of the one before.
 * There is no way back in them.  Placeholders such as :DATABASE_OWNER become
 * variables.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "formats.h"

/* The header of a file */
typedef struct Header
{
	int lines;
	char *previous; /* NULL: not there */
	char *hash;
	char *message;
} Header;

/* What a line of the header says behind a key, or NULL */
static char *
header_value(const SmSource *source, int i, const char *key)
{
	char *comment = sm_source_comment(source, i);
	size_t length = strlen(key);
	char *text;

	if (comment == NULL || comment[0] != '!')
		return NULL;
	text = sm_trim(comment + 1);
	return strncmp(text, key, length) == 0 && text[length] == ':'
			   ? sm_trim(text + length + 1)
			   : NULL;
}

static Header
read_header(const SmSource *source)
{
	Header header = { 0 };

	while (header.lines < source->n_lines)
	{
		char *comment = sm_source_comment(source, header.lines);
		char *value;

		if (comment == NULL || comment[0] != '!')
			break;
		if ((value = header_value(source, header.lines, "Previous")) != NULL)
			header.previous = value;
		else if ((value = header_value(source, header.lines, "Hash")) != NULL)
			header.hash = value;
		else if ((value = header_value(source, header.lines, "Message")) !=
				 NULL)
			header.message = value;
		header.lines++;
	}
	return header;
}

static bool
recognises(const SmSource *source)
{
	Header header = read_header(source);

	return header.previous != NULL && header.hash != NULL;
}

/* Length of the placeholder that stands there, of the form :NAME; or 0 */
static int
placeholder_length(const char *text, int room)
{
	int length = 1;

	if (room < 2 || text[0] != ':' || text[1] < 'A' || text[1] > 'Z')
		return 0;
	while (length < room && (text[length] == '_' ||
							 (text[length] >= 'A' && text[length] <= 'Z') ||
							 (text[length] >= '0' && text[length] <= '9')))
		length++;
	return length;
}

static void
refuse_placeholder(const SmSource *source, int offset)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("a placeholder inside of a string is not supported"),
			 sm_source_place(source, offset),
			 errhint(
				 "A variable stands for a whole value, as :'name', or a whole identifier, as :\"name\".")));
}

/*
 * Where one of the placeholders that there always are stands inside of a token;
 * or -1.  Others cannot be told from a string such as 'HH24:MI:SS'.
 */
static int
find_placeholder(const char *text, const SmToken *token, int *length)
{
	static const char *const names[] = { ":DATABASE_NAME", ":DATABASE_OWNER" };
	char *copy = pnstrdup(text + token->start, token->length);

	for (size_t i = 0; i < lengthof(names); i++)
	{
		const char *found = strstr(copy, names[i]);

		*length = (int) strlen(names[i]);
		if (found)
			return token->start + (int) (found - copy);
	}
	return -1;
}

/* Makes variables of the placeholders :NAME and ':NAME' */
static void
replace_placeholders(SmPart *part)
{
	const SmSource *source = part->source;
	int n;
	SmToken *tokens = sm_part_tokens(part, &n);

	for (int i = 0; i < n; i++)
	{
		const char *at = source->text + tokens[i].start;
		int length = tokens[i].length;
		int name = placeholder_length(at, part->end - tokens[i].start);
		int inside;

		if (length == 1 && name > 0)
		{
			char *by = psprintf(":\"%.*s\"", name - 1, at + 1);
			char *parsed = psprintf(" %.*s", name - 1, at + 1);

			sm_part_replace(part, tokens[i].start, tokens[i].start + name, by,
							parsed);
			continue;
		}
		inside = find_placeholder(source->text, &tokens[i], &name);
		if (inside < 0)
			continue;
		if ((at[0] != '\'' && at[0] != '"') || name + 2 != length)
			refuse_placeholder(source, inside);
		sm_part_replace(part, tokens[i].start, tokens[i].start + length,
						psprintf(":%c%.*s%c", at[0], name - 1, at + 2, at[0]),
						psprintf(" %c%.*s%c", at[0], name - 1, at + 2, at[0]));
	}
}

static void
read_file(SmReading *reading, const SmSource *source)
{
	const char *name = sm_source_base_name(source);
	size_t digits = strspn(name, "0123456789");
	Header header = read_header(source);
	char *id = pnstrdup(name, digits);
	SmImport *import = sm_import_find(reading, id);
	SmPart *part;

	if (header.previous == NULL || header.hash == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s has no header of a committed migration",
							   sm_source_called(source)),
						errhint("\"graphile-migrate commit\" writes it.")));
	if (import)
		sm_import_duplicate(import, source, 0);
	import = sm_import_add(reading, source, 0, id);
	import->message = header.message
						  ? header.message
						  : sm_import_words(sm_import_stem(name + digits));
	part = sm_part_lines(source, header.lines, source->n_lines);
	replace_placeholders(part);
	sm_import_say(import, SM_PART_UPGRADE, part);
	sm_import_say(import, SM_PART_DOWNGRADE, NULL);
}

/* Each one must name the hash of the one before */
static void
check_chain(const SmReading *reading)
{
	const char *hash = NULL;
	ListCell *lc;

	foreach (lc, reading->imports)
	{
		const SmSource *source = ((SmImport *) lfirst(lc))->source;
		Header header = read_header(source);

		if (hash && strcmp(header.previous, hash) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
					 errmsg("%s does not follow the migration before it",
							sm_source_called(source)),
					 errdetail("It names \"%s\", the one before has \"%s\".",
							   header.previous, hash)));
		hash = header.hash;
	}
}

/* Only what is committed: the current migration is still being written */
static void
read_files(SmReading *reading)
{
	ListCell *lc;

	foreach (lc, reading->sources)
	{
		const SmSource *source = lfirst(lc);
		const char *name = sm_source_base_name(source);
		const char *folder = strstr(source->name, "committed/");

		if (!sm_import_is_sql(source) || strspn(name, "0123456789") == 0 ||
			(sm_source_is_nested(source) && folder == NULL))
			sm_import_ignore(reading, source);
		else
			read_file(reading, source);
	}
	sm_import_sort(reading);
	check_chain(reading);
}

/* clang-format off */
static const SmVersions versions = {
	.table = "migrations",
	.schema = "graphile_migrate",
	.columns = "{hash,previous_hash,filename}",
	.sql = "SELECT substring(filename FROM '^[0-9]+'), true, false FROM %s",
	.compare = sm_import_compare_numbers,
};
/* clang-format on */

const SmFormat sm_format_graphile_migrate = {
	.name = "graphile-migrate",
	.recognises = recognises,
	.read = read_files,
	.versions = &versions,
};
