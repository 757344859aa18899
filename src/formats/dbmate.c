/*-------------------------------------------------------------------------
 *
 * dbmate.c
 *	  dbmate: one file for each migration, with sections "-- migrate:up" and
 *	  "-- migrate:down".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "formats.h"

#define UP "migrate:up"
#define DOWN "migrate:down"

/* The first line that begins a section, with or without options; or -1 */
static int
find_section(const SmSource *source, const char *section)
{
	size_t length = strlen(section);

	for (int i = 0; i < source->n_lines; i++)
	{
		char *comment = sm_source_comment(source, i);

		if (comment && strncmp(comment, section, length) == 0 &&
			(comment[length] == '\0' || comment[length] == ' ' ||
			 comment[length] == '\t'))
			return i;
	}
	return -1;
}

static bool
recognises(const SmSource *source)
{
	return find_section(source, UP) >= 0;
}

/* The section that begins with a line and ends where the other one begins */
static void
say_section(SmImport *import, SmPartKind kind, int line, int other)
{
	const SmSource *source = import->source;
	SmPart *part =
		sm_part_lines(source, line + 1, other > line ? other : source->n_lines);

	/* what dbmate runs without a transaction may have its own */
	if (strstr(sm_source_comment(source, line), "transaction:false"))
		sm_part_drop_transactions(part);
	sm_import_say(import, kind, part);
}

static void
read_file(SmReading *reading, const SmSource *source)
{
	const char *name = sm_source_base_name(source);
	size_t digits = strspn(name, "0123456789");
	int up = find_section(source, UP);
	int down = find_section(source, DOWN);
	char *id = pnstrdup(name, digits);
	SmImport *import;

	if (up < 0)
		sm_import_no_section(source, "-- " UP);
	if (sm_import_find(reading, id))
		sm_import_duplicate(sm_import_find(reading, id), source, 0);
	sm_import_refuse_before(source, down >= 0 ? Min(up, down) : up, "-- " UP);
	import = sm_import_add(reading, source, up, id);
	import->message = sm_import_words(sm_import_stem(name + digits));
	say_section(import, SM_PART_UPGRADE, up, down);
	if (down >= 0)
		say_section(import, SM_PART_DOWNGRADE, down, up);
	else
		sm_import_say(import, SM_PART_DOWNGRADE, NULL);
}

/* In the order of the names, as dbmate runs them */
static void
read_files(SmReading *reading)
{
	ListCell *lc;

	foreach (lc, reading->sources)
	{
		const SmSource *source = lfirst(lc);
		const char *name = sm_source_base_name(source);

		if (!sm_source_is_nested(source) && strspn(name, "0123456789") > 0 &&
			sm_import_is_sql(source))
			read_file(reading, source);
		else
			sm_import_ignore(reading, source);
	}
}

/* clang-format off */
static const SmVersions versions = {
	.table = "schema_migrations",
	.columns = "{version}",
	.lacks = "dirty",
	.sql = "SELECT version::text, true, false FROM %s",
	.compare = sm_import_compare_numbers,
};
/* clang-format on */

const SmFormat sm_format_dbmate = {
	.name = "dbmate",
	.recognises = recognises,
	.read = read_files,
	.versions = &versions,
};
