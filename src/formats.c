/*-------------------------------------------------------------------------
 *
 * formats.c
 *	  The formats in which migrations are written, and what they share.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "compat.h"
#include "formats.h"

const SmFormat *const sm_formats[] = {
	&sm_format_native,			 &sm_format_alembic,
	&sm_format_dbmate,			 &sm_format_goose,
	&sm_format_golang_migrate,	 &sm_format_flyway,
	&sm_format_node_pg_migrate,	 &sm_format_sqitch,
	&sm_format_graphile_migrate,
};

const int sm_n_formats = lengthof(sm_formats);

static char *
all_formats(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < sm_n_formats; i++)
		appendStringInfo(&names, "%s\"%s\"", i > 0 ? ", " : "",
						 sm_formats[i]->name);
	return names.data;
}

/* The format of that name; another name is an error */
const SmFormat *
sm_formats_find(const char *name)
{
	for (int i = 0; i < sm_n_formats; i++)
		if (strcmp(sm_formats[i]->name, name) == 0)
			return sm_formats[i];
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("format \"%s\" is not known", name),
					errhint("Formats are \"auto\", %s.", all_formats())));
	return NULL; /* keep compiler quiet */
}

static bool
recognises_any(const SmFormat *format, const List *sources)
{
	ListCell *lc;

	foreach (lc, sources)
	{
		CHECK_FOR_INTERRUPTS();
		if (format->recognises(lfirst(lc)))
			return true;
	}
	return false;
}

/* The one format that the files look like */
static const SmFormat *
recognise(const List *sources)
{
	const SmFormat *found = NULL;

	for (int i = 0; i < sm_n_formats; i++)
	{
		if (!recognises_any(sm_formats[i], sources))
			continue;
		if (found)
			ereport(ERROR, (errcode(ERRCODE_AMBIGUOUS_PARAMETER),
							errmsg("the format could be \"%s\" or \"%s\"",
								   found->name, sm_formats[i]->name),
							errhint("Name it with the argument format.")));
		found = sm_formats[i];
	}
	if (found == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the format is not recognised"),
						errhint("Name it with the argument format: %s.",
								all_formats())));
	return found;
}

/*
 * Reads the sources in a format, or in the one that they look like if it is
 * called "auto".  All scripts are parsed; the first thing that is wrong is an
 * error with its place in the file.  Returns the format.
 */
const SmFormat *
sm_formats_read(SmReading *reading, const char *name)
{
	const SmFormat *format = strcmp(name, "auto") == 0
								 ? recognise(reading->sources)
								 : sm_formats_find(name);
	ListCell *lc;

	format->read(reading);
	foreach (lc, list_concat_copy(reading->imports, reading->squashes))
	{
		SmImport *import = lfirst(lc);

		for (int kind = 0; kind < SM_PART_KINDS; kind++)
			if (import->part[kind])
				sm_part_check(import->part[kind]);
	}
	foreach (lc, reading->repeatables)
		sm_part_check(((SmImportRepeatable *) lfirst(lc))->part);
	return format;
}

/* The revision of that identifier among those that were read, or NULL */
SmImport *
sm_import_find(const SmReading *reading, const char *id)
{
	ListCell *lc;

	foreach (lc, list_concat_copy(reading->imports, reading->squashes))
	{
		SmImport *import = lfirst(lc);

		if (strcmp(import->id, id) == 0)
			return import;
	}
	return NULL;
}

/* Refuses a revision that another file, or the same one, has already */
void
sm_import_duplicate(const SmImport *one, const SmSource *source, int offset)
{
	ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
					errmsg("revision \"%s\" is there twice", one->id),
					errdetail("The first one is in %s.",
							  sm_source_called(one->source)),
					sm_source_place(source, offset)));
}

/* A new revision, which a line of a file names */
SmImport *
sm_import_add(SmReading *reading, const SmSource *source, int line, char *id)
{
	SmImport *import = palloc0_object(SmImport);

	import->source = source;
	import->offset = source->line[line];
	import->id = id;
	reading->imports = lappend(reading->imports, import);
	return import;
}

/* Says what a script of a revision is; NULL says that there is none */
void
sm_import_say(SmImport *import, SmPartKind kind, SmPart *part)
{
	import->says[kind] = true;
	import->part[kind] = part;
	/* the file that has the upgrade script stands for the revision */
	if (part && kind == SM_PART_UPGRADE && part->source != import->source &&
		sm_import_is_sql(import->source))
	{
		import->source = part->source;
		import->offset = part->start;
	}
}

/* Notes a file that is no migration of this format */
void
sm_import_ignore(SmReading *reading, const SmSource *source)
{
	reading->ignored = lappend(reading->ignored, (void *) source);
}

/* The name of a file without what follows its last dot */
char *
sm_import_stem(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? pnstrdup(name, dot - name) : pstrdup(name);
}

/* Whether the name of a file ends in .sql */
bool
sm_import_is_sql(const SmSource *source)
{
	const char *dot = strrchr(source->name, '.');

	return dot && strcmp(dot, ".sql") == 0;
}

/* A name as a message: with spaces instead of underscores and dashes */
char *
sm_import_words(const char *name)
{
	char *words = pstrdup(name);

	for (char *p = words; *p; p++)
		if (*p == '_' || *p == '-')
			*p = ' ';
	return sm_trim(words);
}

/* Compares digits as the numbers that they are */
int
sm_import_compare_numbers(const char *a, const char *b)
{
	size_t length_a;
	size_t length_b;

	while (*a == '0')
		a++;
	while (*b == '0')
		b++;
	length_a = strspn(a, "0123456789");
	length_b = strspn(b, "0123456789");
	if (length_a != length_b)
		return length_a < length_b ? -1 : 1;
	return strncmp(a, b, length_a);
}

static int
compare_versions(const ListCell *a, const ListCell *b)
{
	return sm_import_compare_numbers(((SmImport *) lfirst(a))->id,
									 ((SmImport *) lfirst(b))->id);
}

/* Sorts revisions whose identifiers are numbers by these */
void
sm_import_sort(SmReading *reading)
{
	list_sort(reading->imports, compare_versions);
}

/* Refuses a file that lacks a section which it must have */
void
sm_import_no_section(const SmSource *source, const char *section)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("%s has no section \"%s\"", sm_source_called(source),
						   section)));
}

/* Refuses a migration that is a program */
void
sm_import_not_sql(const SmSource *source)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("%s is not a migration in SQL", sm_source_called(source)),
			 errhint(
				 "Write what it does as SQL, in a file of the same version.")));
}

/* Refuses what comes before the first section, unless it is a comment */
void
sm_import_refuse_before(const SmSource *source, int line, const char *section)
{
	int n;
	SmToken *tokens = sm_part_tokens(sm_part_lines(source, 0, line), &n);

	if (n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is SQL before the section \"%s\"", section),
				 sm_source_place(source, tokens[0].start)));
}
