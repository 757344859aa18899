/*-------------------------------------------------------------------------
 *
 * goose.c
 *	  goose: one file for each migration, with annotations in comments.
 *
 * "-- +goose Up" and "-- +goose Down" begin the two sections.  StatementBegin
 * and StatementEnd are there because goose looks for semicolons itself, and NO
 * TRANSACTION because it cannot tell; neither is needed here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "formats.h"

/* Annotations of a file: the line, or -1 */
typedef struct Annotations
{
	int up;
	int down;
	bool no_transaction;
	List *others; /* of int: lines of all the others */
} Annotations;

/* The annotation on a line, or NULL */
static char *
annotation(const SmSource *source, int i)
{
	char *comment = sm_source_comment(source, i);

	return comment && strncmp(comment, "+goose", 6) == 0 ? sm_trim(comment + 6)
														 : NULL;
}

static bool
recognises(const SmSource *source)
{
	for (int i = 0; i < source->n_lines; i++)
	{
		char *text = annotation(source, i);

		if (text && pg_strcasecmp(text, "Up") == 0)
			return true;
	}
	return false;
}

static void
note_section(const SmSource *source, int *section, int i, const char *text)
{
	if (*section >= 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("section \"%s\" is there twice", text),
						sm_source_place(source, source->line[i])));
	*section = i;
}

static Annotations
read_annotations(const SmSource *source)
{
	Annotations found = { .up = -1, .down = -1 };

	for (int i = 0; i < source->n_lines; i++)
	{
		char *text = annotation(source, i);

		if (text == NULL)
			continue;
		if (pg_strcasecmp(text, "Up") == 0)
			note_section(source, &found.up, i, "-- +goose Up");
		else if (pg_strcasecmp(text, "Down") == 0)
			note_section(source, &found.down, i, "-- +goose Down");
		else if (pg_strcasecmp(text, "NO TRANSACTION") == 0)
			found.no_transaction = true;
		else if (pg_strcasecmp(text, "StatementBegin") != 0 &&
				 pg_strcasecmp(text, "StatementEnd") != 0 &&
				 pg_strcasecmp(text, "ENVSUB OFF") != 0)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("annotation \"%s\" is not supported", text),
					 sm_source_place(source, source->line[i]),
					 errhint(
						 "A value that differs from one database to the other is a variable: :'name' or :\"name\".")));
		if (i != found.up && i != found.down)
			found.others = lappend_int(found.others, i);
	}
	return found;
}

/* The lines of a section, without annotations */
static void
say_section(SmImport *import, SmPartKind kind, const Annotations *found,
			int line, int other)
{
	const SmSource *source = import->source;
	int end = other > line ? other : source->n_lines;
	SmPart *part = sm_part_lines(source, line + 1, end);
	ListCell *lc;

	if (found->no_transaction)
		sm_part_drop_transactions(part);
	else
		foreach (lc, found->others)
		{
			int i = lfirst_int(lc);

			if (i > line && i < end)
				sm_part_replace(part, source->line[i], source->line[i + 1], "",
								"");
		}
	sm_import_say(import, kind, part);
}

static void
read_file(SmReading *reading, const SmSource *source)
{
	const char *name = sm_source_base_name(source);
	size_t digits = strspn(name, "0123456789");
	Annotations found = read_annotations(source);
	SmImport *import;

	if (found.up < 0)
		sm_import_no_section(source, "-- +goose Up");
	sm_import_refuse_before(source, found.up, "-- +goose Up");
	import = sm_import_add(reading, source, found.up, pnstrdup(name, digits));
	import->message = sm_import_words(sm_import_stem(name + digits));
	say_section(import, SM_PART_UPGRADE, &found, found.up, found.down);
	if (found.down >= 0)
		say_section(import, SM_PART_DOWNGRADE, &found, found.down, found.up);
	else
		sm_import_say(import, SM_PART_DOWNGRADE, NULL);
}

static void
refuse_same_versions(const SmReading *reading)
{
	for (int i = 1; i < list_length(reading->imports); i++)
	{
		SmImport *one = list_nth(reading->imports, i - 1);
		SmImport *other = list_nth(reading->imports, i);

		if (sm_import_compare_numbers(one->id, other->id) == 0)
			sm_import_duplicate(one, other->source, other->offset);
	}
}

static void
read_files(SmReading *reading)
{
	ListCell *lc;

	foreach (lc, reading->sources)
	{
		const SmSource *source = lfirst(lc);
		const char *name = sm_source_base_name(source);
		size_t digits = strspn(name, "0123456789");

		if (sm_source_is_nested(source) || digits == 0 || name[digits] != '_')
			sm_import_ignore(reading, source);
		else if (sm_import_is_sql(source))
			read_file(reading, source);
		else
			sm_import_not_sql(source);
	}
	sm_import_sort(reading);
	refuse_same_versions(reading);
}

/* clang-format off */
static const SmVersions versions = {
	.table = "goose_db_version",
	.columns = "{id,version_id,is_applied}",
	.sql = "SELECT version_id::text, true, false FROM ("
		"SELECT DISTINCT ON (version_id) version_id, is_applied FROM %s "
		"ORDER BY version_id, id DESC) v WHERE is_applied AND version_id > 0",
	.compare = sm_import_compare_numbers,
};
/* clang-format on */

const SmFormat sm_format_goose = {
	.name = "goose",
	.recognises = recognises,
	.read = read_files,
	.versions = &versions,
};
