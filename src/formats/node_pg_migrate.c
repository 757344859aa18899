/*-------------------------------------------------------------------------
 *
 * node_pg_migrate.c
 *	  node-pg-migrate, as far as its migrations are SQL: one file for each, with
 *	  comments "Up Migration" and "Down Migration".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "formats.h"

/* The first line that says "up migration" or the like; or -1 */
static int
find_section(const SmSource *source, const char *direction)
{
	for (int i = 0; i < source->n_lines; i++)
	{
		char *comment = sm_source_comment(source, i);
		size_t length = strlen(direction);
		char *rest;

		if (comment == NULL)
			continue;
		comment += strspn(comment, "- \t");
		if (pg_strncasecmp(comment, direction, length) != 0)
			continue;
		rest = comment + length;
		if ((*rest == ' ' || *rest == '\t') &&
			pg_strncasecmp(sm_trim(rest), "migration", 9) == 0)
			return i;
	}
	return -1;
}

static bool
recognises(const SmSource *source)
{
	return find_section(source, "up") >= 0;
}

static void
read_file(SmReading *reading, const SmSource *source)
{
	const char *name = sm_source_base_name(source);
	size_t digits = strspn(name, "0123456789");
	char *id = pnstrdup(name, digits);
	int up = find_section(source, "up");
	int down = find_section(source, "down");
	SmImport *import = sm_import_find(reading, id);

	if (up < 0)
		sm_import_no_section(source, "-- Up Migration");
	if (import)
		sm_import_duplicate(import, source, 0);
	sm_import_refuse_before(source, down >= 0 ? Min(up, down) : up,
							"-- Up Migration");
	import = sm_import_add(reading, source, up, id);
	import->message = sm_import_words(sm_import_stem(name + digits));
	sm_import_say(import, SM_PART_UPGRADE,
				  sm_part_lines(source, up + 1,
								down > up ? down : source->n_lines));
	sm_import_say(import, SM_PART_DOWNGRADE,
				  down < 0 ? NULL
						   : sm_part_lines(source, down + 1,
										   up > down ? up : source->n_lines));
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

		if (sm_source_is_nested(source) || digits == 0 ||
			(name[digits] != '_' && name[digits] != '-'))
			sm_import_ignore(reading, source);
		else if (sm_import_is_sql(source))
			read_file(reading, source);
		else
			sm_import_not_sql(source);
	}
	sm_import_sort(reading);
}

/* clang-format off */
static const SmVersions versions = {
	.table = "pgmigrations",
	.columns = "{name,run_on}",
	.sql = "SELECT substring(name FROM '^[0-9]+'), true, false FROM %s",
	.compare = sm_import_compare_numbers,
};
/* clang-format on */

const SmFormat sm_format_node_pg_migrate = {
	.name = "node-pg-migrate",
	.recognises = recognises,
	.read = read_files,
	.versions = &versions,
};
