/*-------------------------------------------------------------------------
 *
 * flyway.c
 *	  Flyway: V1.2__what_it_does.sql, U for the way back, R for scripts that are
 *	  run again when they have changed, B for a script in place of all before.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "miscadmin.h"

#include "compat.h"
#include "formats.h"

/* What the name of a file says */
typedef struct FileName
{
	char kind;	   /* V, U, R or B; 0: no migration */
	char *version; /* with dots; NULL for R */
	char *words;   /* what it does */
} FileName;

static FileName
read_name(const SmSource *source)
{
	const char *base = sm_source_base_name(source);
	const char *words = strstr(base, "__");
	FileName name = { 0 };

	if (!sm_import_is_sql(source) || words == NULL ||
		strchr("VURB", base[0]) == NULL)
		return name;
	if (base[0] == 'R')
	{
		if (words != base + 1)
			return name;
	}
	else
	{
		name.version = pnstrdup(base + 1, words - base - 1);
		for (char *p = name.version; *p; p++)
			if (*p == '_')
				*p = '.';
		if (*name.version == '\0' ||
			strspn(name.version, "0123456789.") != strlen(name.version))
			return name;
	}
	name.kind = base[0];
	name.words = sm_import_words(sm_import_stem(words + 2));
	return name;
}

static bool
recognises(const SmSource *source)
{
	return read_name(source).kind != 0;
}

/* Number by number; a missing one is zero */
static int
compare_versions(const char *a, const char *b)
{
	while (*a || *b)
	{
		int result = sm_import_compare_numbers(*a ? a : "0", *b ? b : "0");

		if (result != 0)
			return result;
		a += strspn(a, "0123456789");
		b += strspn(b, "0123456789");
		a += *a == '.';
		b += *b == '.';
	}
	return 0;
}

static int
compare_imports(const ListCell *a, const ListCell *b)
{
	return compare_versions(((SmImport *) lfirst(a))->id,
							((SmImport *) lfirst(b))->id);
}

static SmImport *
find_version(const SmReading *reading, const char *version)
{
	ListCell *lc;

	foreach (lc, reading->imports)
	{
		SmImport *import = lfirst(lc);

		if (compare_versions(import->id, version) == 0)
			return import;
	}
	return NULL;
}

/* ------------------------------------------------------------------------
 * Placeholders
 * ------------------------------------------------------------------------ */

/* Length of the placeholder that stands there, of the form ${name}; or 0 */
static int
placeholder_length(const char *text, int room)
{
	int length = 2;

	if (room < 4 || text[0] != '$' || text[1] != '{')
		return 0;
	while (length < room && (text[length] == '_' ||
							 (text[length] >= 'a' && text[length] <= 'z') ||
							 (text[length] >= 'A' && text[length] <= 'Z') ||
							 (text[length] >= '0' && text[length] <= '9')))
		length++;
	return length > 2 && length < room && text[length] == '}' ? length + 1 : 0;
}

static void
refuse_placeholder(const SmSource *source, int offset)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("a placeholder inside of something else is not supported"),
			 sm_source_place(source, offset),
			 errhint(
				 "A variable stands for a whole value, as :'name', or a whole identifier, as :\"name\".")));
}

/*
 * Replaces the placeholder that is the token, or is all that stands between the
 * quotes of the token, by a variable.  Returns where it ends.
 */
static int
replace_placeholder(SmPart *part, const SmToken *token)
{
	const SmSource *source = part->source;
	const char *text = source->text + token->start;
	int start = token->start;
	bool quoted = (text[0] == '\'' || text[0] == '"');
	char quote = quoted ? text[0] : '"';
	int length = placeholder_length(text + quoted, part->end - start - quoted);
	int end = start + length + 2 * quoted;
	const char *name = text + quoted + 2;

	if (length == 0 || (quoted && token->length != length + 2))
		refuse_placeholder(source, start);
	sm_part_replace(part, start, end,
					psprintf(":%c%.*s%c", quote, length - 3, name, quote),
					psprintf(" %c%.*s%c", quote, length - 3, name, quote));
	return end;
}

static bool
continues_name(char c)
{
	return c == '_' || c == '$' || c == '"' || IS_HIGHBIT_SET(c) ||
		   isalnum((unsigned char) c);
}

/* Makes variables of all placeholders that are not in comments */
static void
replace_placeholders(SmPart *part)
{
	const SmSource *source = part->source;
	int done = part->start;
	int n;
	SmToken *tokens;

	if (strstr(source->text, "${") == NULL)
		return;
	tokens = sm_part_tokens(part, &n);
	for (int i = 0; i < n; i++)
	{
		int start = tokens[i].start;
		char *text;

		CHECK_FOR_INTERRUPTS();
		if (start < done)
			continue;
		if (tokens[i].length == 1 && source->text[start] == '$' &&
			source->text[start + 1] == '{')
		{
			done = replace_placeholder(part, &tokens[i]);
			/* an identifier cannot go on behind a variable */
			if (done < part->end && continues_name(source->text[done]))
				refuse_placeholder(source, start);
			continue;
		}
		/* an identifier may have the dollar as its last character */
		text = pnstrdup(source->text + start,
						Min(tokens[i].length + 1, part->end - start));
		if (strstr(text, "${") == NULL)
			continue;
		done = replace_placeholder(part, &tokens[i]);
	}
}

/* ------------------------------------------------------------------------
 * Settings of a script
 * ------------------------------------------------------------------------ */

/* The file with the settings of a script, which has .conf behind its name */
static const SmSource *
find_settings(const SmReading *reading, const SmSource *source)
{
	char *name = psprintf("%s.conf", source->name);
	ListCell *lc;

	foreach (lc, reading->sources)
	{
		const SmSource *other = lfirst(lc);

		if (strcmp(other->name, name) == 0)
			return other;
	}
	return NULL;
}

/*
 * Reads the settings of a script.  Whether it runs in a transaction is up to
 * its statements here.  Returns whether placeholders are to be replaced.
 */
static bool
read_settings(const SmSource *settings)
{
	bool replace = true;

	for (int i = 0; settings && i < settings->n_lines; i++)
	{
		char *line = sm_trim(sm_source_line(settings, i));
		char *equals = strchr(line, '=');
		char *key;

		if (*line == '\0' || *line == '#')
			continue;
		key = sm_trim(
			pnstrdup(line, equals ? equals - line : (int) strlen(line)));
		if (equals && strcmp(key, "placeholderReplacement") == 0)
			replace = pg_strcasecmp(sm_trim(equals + 1), "false") != 0;
		else if (equals == NULL || strcmp(key, "executeInTransaction") != 0)
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("setting \"%s\" is not supported", key),
							sm_source_place(settings, settings->line[i])));
	}
	return replace;
}

/* ------------------------------------------------------------------------
 * Files
 * ------------------------------------------------------------------------ */

static SmPart *
read_script(const SmReading *reading, const SmSource *source)
{
	const SmSource *settings = find_settings(reading, source);
	SmPart *part = sm_part_lines(source, 0, source->n_lines);

	if (read_settings(settings))
		replace_placeholders(part);
	return part;
}

static void
read_repeatable(SmReading *reading, const SmSource *source, char *words)
{
	SmImportRepeatable *repeatable = palloc0_object(SmImportRepeatable);

	repeatable->source = source;
	repeatable->name = words;
	repeatable->part = read_script(reading, source);
	reading->repeatables = lappend(reading->repeatables, repeatable);
}

static void
read_versioned(SmReading *reading, const SmSource *source, const FileName *name)
{
	SmPartKind kind = name->kind == 'U' ? SM_PART_DOWNGRADE : SM_PART_UPGRADE;
	SmImport *import = find_version(reading, name->version);

	if (import && import->says[kind])
		sm_import_duplicate(import, source, 0);
	if (import == NULL)
		import = sm_import_add(reading, source, 0, name->version);
	if (kind == SM_PART_UPGRADE)
		import->message = name->words;
	sm_import_say(import, kind, read_script(reading, source));
}

/*
 * The newest B migration is the first revision, if there are none that it could
 * stand for.
 */
static void
read_baselines(SmReading *reading, const List *baselines)
{
	const SmSource *newest = NULL;
	ListCell *lc;

	foreach (lc, baselines)
	{
		const SmSource *source = lfirst(lc);

		if (newest == NULL || compare_versions(read_name(source).version,
											   read_name(newest).version) > 0)
			newest = source;
	}
	foreach (lc, reading->imports)
		if (newest && compare_versions(((SmImport *) lfirst(lc))->id,
									   read_name(newest).version) <= 0)
			newest = NULL;
	foreach (lc, baselines)
	{
		const SmSource *source = lfirst(lc);
		FileName name = read_name(source);

		if (source == newest)
			read_versioned(reading, source, &name);
		else
			sm_import_ignore(reading, source);
	}
}

static bool
is_settings(const SmSource *source)
{
	size_t length = strlen(source->name);

	return length > 9 && strcmp(source->name + length - 9, ".sql.conf") == 0;
}

static void
read_files(SmReading *reading)
{
	List *baselines = NIL;
	ListCell *lc;

	foreach (lc, reading->sources)
	{
		const SmSource *source = lfirst(lc);
		FileName name = read_name(source);

		CHECK_FOR_INTERRUPTS();
		if (name.kind == 'R')
			read_repeatable(reading, source, name.words);
		else if (name.kind == 'B')
			baselines = lappend(baselines, (void *) source);
		else if (name.kind != 0)
			read_versioned(reading, source, &name);
		else if (!is_settings(source))
			sm_import_ignore(reading, source);
	}
	read_baselines(reading, baselines);
	list_sort(reading->imports, compare_imports);
}

/* clang-format off */
static const SmVersions versions = {
	.table = "flyway_schema_history",
	.columns = "{installed_rank,version,type,script,success}",
	.sql = "SELECT version::text, success, type LIKE '%%BASELINE' FROM ("
		"SELECT DISTINCT ON (version) version, success, type FROM %s "
		"WHERE version IS NOT NULL ORDER BY version, installed_rank DESC) v "
		"WHERE type NOT LIKE 'UNDO%%' AND type <> 'DELETE'",
	.compare = compare_versions,
};
/* clang-format on */

const SmFormat sm_format_flyway = {
	.name = "flyway",
	.recognises = recognises,
	.read = read_files,
	.versions = &versions,
};
