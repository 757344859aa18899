/*-------------------------------------------------------------------------
 *
 * golang_migrate.c
 *	  golang-migrate: VERSION_NAME.up.sql and VERSION_NAME.down.sql.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "formats.h"

/* Length of what stands before .up.sql or .down.sql; 0 if the name is another */
static int
stem_length(const char *name, bool *up)
{
	static const char *const suffixes[] = { ".up.sql", ".down.sql" };
	size_t digits = strspn(name, "0123456789");
	size_t length = strlen(name);

	if (digits == 0 || name[digits] != '_')
		return 0;
	for (size_t i = 0; i < lengthof(suffixes); i++)
	{
		size_t suffix = strlen(suffixes[i]);

		*up = (i == 0);
		if (length >= digits + 1 + suffix &&
			strcmp(name + length - suffix, suffixes[i]) == 0)
			return (int) (length - suffix);
	}
	return 0;
}

static bool
recognises(const SmSource *source)
{
	bool up;

	return stem_length(sm_source_base_name(source), &up) > 0;
}

/* The revision of that version, which may be written with other zeros */
static SmImport *
find_version(const SmReading *reading, const char *version)
{
	ListCell *lc;

	foreach (lc, reading->imports)
	{
		SmImport *import = lfirst(lc);

		if (sm_import_compare_numbers(import->id, version) == 0)
			return import;
	}
	return NULL;
}

static void
read_file(SmReading *reading, const SmSource *source)
{
	bool up = false;
	const char *name = sm_source_base_name(source);
	int stem = stem_length(name, &up);
	size_t digits = strspn(name, "0123456789");
	SmPartKind kind = up ? SM_PART_UPGRADE : SM_PART_DOWNGRADE;
	SmImport *import;
	SmPart *part;

	if (stem == 0 || sm_source_is_nested(source))
	{
		sm_import_ignore(reading, source);
		return;
	}
	import = find_version(reading, pnstrdup(name, digits));
	if (import && import->says[kind])
		sm_import_duplicate(import, source, 0);
	if (import == NULL)
		import = sm_import_add(reading, source, 0, pnstrdup(name, digits));
	if (up)
		import->message =
			sm_import_words(pnstrdup(name + digits, stem - (int) digits));
	part = sm_part_lines(source, 0, source->n_lines);
	sm_part_drop_transactions(part);
	sm_import_say(import, kind, part);
}

static void
read_files(SmReading *reading)
{
	ListCell *lc;

	foreach (lc, reading->sources)
		read_file(reading, lfirst(lc));
	sm_import_sort(reading);
}

/* clang-format off */
static const SmVersions versions = {
	.table = "schema_migrations",
	.columns = "{version,dirty}",
	.sql = "SELECT version::text, NOT dirty, false FROM %s",
	.rows = SM_VERSIONS_UP_TO,
	.compare = sm_import_compare_numbers,
};
/* clang-format on */

const SmFormat sm_format_golang_migrate = {
	.name = "golang-migrate",
	.recognises = recognises,
	.read = read_files,
	.versions = &versions,
};
