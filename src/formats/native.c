/*-------------------------------------------------------------------------
 *
 * native.c
 *	  Our own format: a header of comments, then a section for each script.
 *
 *		-- revision: 4c2a9f10be77
 *		-- down_revision: 1975ea83b712
 *		-- message: create table orders
 *
 *		-- upgrade
 *		CREATE TABLE orders (id bigint PRIMARY KEY);
 *		-- downgrade
 *		DROP TABLE orders;
 *		-- end
 *
 * Every byte of a script comes back.  The newline before the next mark is not
 * part of it, so a script need not end with one; and a file ends with a mark,
 * so whatever takes the last newlines away takes nothing of a script.  Where a
 * script has a line that looks like a mark, a tag makes the marks of the file
 * different: "-- sections: s1", and then "-- upgrade s1".
 *
 * Several revisions can stand one after the other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "formats/native.h"

static const char *const section_names[] = {
	[SM_PART_UPGRADE] = "upgrade",
	[SM_PART_DOWNGRADE] = "downgrade",
	[SM_PART_VERIFY] = "verify",
	[SM_PART_KINDS] = "end",
};

/* A revision, while it is read */
typedef struct Reader
{
	SmReading *reading;
	const SmSource *source;
	int line;		  /* the next one */
	SmImport *import; /* NULL before its first line */
	bool repeatable;  /* it is a repeatable script */
	char *tag;		  /* of the marks; NULL: none */
	List *keys;		  /* char *: seen in the header */
} Reader;

/* ------------------------------------------------------------------------
 * Reading
 * ------------------------------------------------------------------------ */

/* Whether a comment is a mark, and of which section; SM_PART_KINDS: the end */
static bool
is_mark(const char *comment, const char *tag, int *section)
{
	for (*section = 0; *section <= SM_PART_KINDS; (*section)++)
	{
		size_t length = strlen(section_names[*section]);

		if (strncmp(comment, section_names[*section], length) != 0)
			continue;
		if (tag == NULL)
		{
			if (comment[length] == '\0')
				return true;
		}
		else if (scanner_isspace(comment[length]) &&
				 strcmp(sm_trim(comment + length), tag) == 0)
			return true;
	}
	return false;
}

/* The mark on a line, which must begin with its dashes */
static bool
mark_on_line(const SmSource *source, int line, const char *tag, int *section)
{
	char *comment;

	if (source->text[source->line[line]] != '-')
		return false;
	comment = sm_source_comment(source, line);
	return comment && is_mark(comment, tag, section);
}

/*
 * The key of a line of the header, such as "revision", and its value; NULL if
 * it is an ordinary comment.  Keys are of small letters.
 */
static char *
header_key(const char *comment, char **value)
{
	size_t length = strspn(comment, "abcdefghijklmnopqrstuvwxyz_");

	if (length == 0 || comment[length] != ':')
		return NULL;
	*value = sm_trim(comment + length + 1);
	return pnstrdup(comment, length);
}

static bool
recognises(const SmSource *source)
{
	for (int i = 0; i < source->n_lines; i++)
	{
		char *line = sm_trim(sm_source_line(source, i));
		char *comment = sm_source_comment(source, i);
		char *value;
		char *key = comment ? header_key(comment, &value) : NULL;

		if (key &&
			(strcmp(key, "revision") == 0 || strcmp(key, "repeatable") == 0))
			return true;
		if (*line && comment == NULL)
			return false;
	}
	return false;
}

/* A text that is written as a JSON string where it could be misread otherwise */
static char *
read_text(const char *value)
{
	Jsonb *json;
	JsonbValue *string;

	if (value[0] != '"')
		return pstrdup(value);
	json =
		DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(value)));
	/* what begins with a quote is a string, or an error */
	string = getIthJsonbValueFromContainer(&json->root, 0);
	return pnstrdup(string->val.string.val, string->val.string.len);
}

static TimestampTz
read_time(const char *value)
{
	return DatumGetTimestampTz(
		DirectFunctionCall3(timestamptz_in, CStringGetDatum(value),
							ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

static void
begin_revision(Reader *reader, char *id)
{
	SmImport *other = sm_import_find(reader->reading, id);

	if (other)
		sm_import_duplicate(other, reader->source,
							reader->source->line[reader->line]);
	reader->import =
		sm_import_add(reader->reading, reader->source, reader->line, id);
	for (int kind = 0; kind < SM_PART_KINDS; kind++)
		reader->import->says[kind] = true;
	reader->import->says_labels = true;
	reader->import->says_depends = true;
}

/* It is read like a revision, but does not become one */
static void
begin_repeatable(Reader *reader, char *name)
{
	reader->import = palloc0_object(SmImport);
	reader->import->source = reader->source;
	reader->import->offset = reader->source->line[reader->line];
	reader->import->id = name;
	reader->repeatable = true;
}

/* The down revisions; "base" stands for none */
static List *
read_down(const char *value)
{
	return strcmp(value, "base") == 0 ? NIL : sm_split(value, ",");
}

static void
refuse_key(const char *key)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" cannot stand there in a header", key),
			 errhint(
				 "A header begins with revision, and has each of down_revision, branch_labels, depends_on, message, created and sections once at most; with replaces, which may be followed by replaced_checksum, only message, created and sections; or it begins with repeatable, and has depends_on and sections.")));
}

/* The revisions that a squash stands for */
static List *
read_members(const char *key, const char *value)
{
	List *members = sm_split(value, ",");

	if (members == NIL)
		refuse_key(key);
	return members;
}

/* Keys that only revisions have, and those that only squashes have */
static bool
is_misplaced(const SmImport *import, const char *key)
{
	bool structure = strcmp(key, "down_revision") == 0 ||
					 strcmp(key, "branch_labels") == 0 ||
					 strcmp(key, "depends_on") == 0;

	if (strcmp(key, "replaces") == 0)
		return import->says_down || import->labels || import->depends;
	if (strcmp(key, "replaced_checksum") == 0)
		return import->replaces == NIL;
	return structure && import->replaces;
}

static void
read_key(Reader *reader, char *key, char *value)
{
	SmImport *import = reader->import;
	ListCell *lc;

	foreach (lc, reader->keys)
		if (strcmp(lfirst(lc), key) == 0)
			refuse_key(key);
	reader->keys = lappend(reader->keys, key);
	if (import == NULL && strcmp(key, "revision") == 0)
		begin_revision(reader, value);
	else if (import == NULL && strcmp(key, "repeatable") == 0)
		begin_repeatable(reader, value);
	else if (import == NULL || is_misplaced(import, key))
		refuse_key(key);
	else if (strcmp(key, "depends_on") == 0)
		import->depends = sm_split(value, ",");
	else if (strcmp(key, "sections") == 0)
		reader->tag = value;
	else if (reader->repeatable)
		refuse_key(key);
	else if (strcmp(key, "down_revision") == 0)
	{
		import->says_down = true;
		import->down = read_down(value);
	}
	else if (strcmp(key, "branch_labels") == 0)
		import->labels = sm_split(value, ",");
	else if (strcmp(key, "replaces") == 0)
		import->replaces = read_members(key, value);
	else if (strcmp(key, "replaced_checksum") == 0)
		import->replaced_checksum = value;
	else if (strcmp(key, "message") == 0)
		import->message = read_text(value);
	else if (strcmp(key, "created") == 0)
		import->created_at = read_time(value);
	else
		refuse_key(key);
}

/*
 * Reads up to the first mark; false if there is no further revision.  What is
 * wrong with a value is an error of the server's with its place.
 */
static bool
read_header(Reader *reader)
{
	const SmSource *source = reader->source;
	int section;

	reader->import = NULL;
	reader->repeatable = false;
	reader->tag = NULL;
	reader->keys = NIL;
	for (; reader->line < source->n_lines; reader->line++)
	{
		char *comment = sm_source_comment(source, reader->line);
		char *value;
		char *key;

		if (comment == NULL && *sm_trim(sm_source_line(source, reader->line)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is SQL before the section \"%s\"",
							"-- upgrade"),
					 sm_source_place(source, source->line[reader->line])));
		if (comment == NULL)
			continue;
		if (reader->import &&
			mark_on_line(source, reader->line, reader->tag, &section))
			return true;
		key = header_key(comment, &value);
		if (key)
		{
			SmSourceContext context;

			sm_source_push_context(&context, source, reader->line);
			read_key(reader, key, value);
			sm_source_pop_context(&context);
		}
	}
	return reader->import != NULL;
}

/*
 * Says what is from one line to another one.  The newline before the mark, or
 * at the end of the file, belongs to the mark.
 */
static void
say_section(const Reader *reader, int section, int from, int to)
{
	const SmSource *source = reader->source;
	int end = source->line[to];
	SmPart *part;

	if (end > source->line[from] && source->text[end - 1] == '\n')
		end--;
	part = sm_part(source, source->line[from], end);
	part->exact = true;
	sm_import_say(reader->import, (SmPartKind) section, part);
}

/* Reads the sections of a revision, up to its end or that of the file */
static void
read_sections(Reader *reader)
{
	const SmSource *source = reader->source;
	int section = SM_PART_KINDS;
	int from = 0;

	for (; reader->line <= source->n_lines; reader->line++)
	{
		int next = SM_PART_KINDS;

		if (reader->line < source->n_lines &&
			!mark_on_line(source, reader->line, reader->tag, &next))
			continue;
		if (section != SM_PART_KINDS)
			say_section(reader, section, from, reader->line);
		section = next;
		if (section == SM_PART_KINDS)
			break;
		if (reader->import->part[section])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("section \"%s\" is there twice",
							section_names[section]),
					 sm_source_place(source, source->line[reader->line]),
					 errhint(
						 "If it is part of the script, let \"-- sections: s1\" in the header tell that marks are written as \"-- upgrade s1\".")));
		from = reader->line + 1;
	}
	reader->line++;
}

/* What was read is a repeatable script: it has an upgrade section only */
static void
add_repeatable(const Reader *reader)
{
	const SmImport *import = reader->import;
	SmImportRepeatable *repeatable = palloc0_object(SmImportRepeatable);

	if (import->part[SM_PART_DOWNGRADE] || import->part[SM_PART_VERIFY])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("repeatable script \"%s\" has a section that only revisions have",
						import->id),
				 sm_source_place(import->source, import->offset)));
	repeatable->source = import->source;
	repeatable->name = import->id;
	repeatable->depends_on = import->depends;
	repeatable->part = import->part[SM_PART_UPGRADE];
	reader->reading->repeatables =
		lappend(reader->reading->repeatables, repeatable);
}

/* What was read is a squash: it has no verify section */
static void
add_squash(const Reader *reader)
{
	SmReading *reading = reader->reading;
	SmImport *import = reader->import;

	if (import->part[SM_PART_VERIFY])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("squash \"%s\" has a section that only revisions have",
						import->id),
				 sm_source_place(import->source, import->offset)));
	reading->imports = list_delete_ptr(reading->imports, import);
	reading->squashes = lappend(reading->squashes, import);
}

/* A revision without a section for its upgrade has nothing to do there */
static void
complete(const Reader *reader)
{
	SmImport *import = reader->import;

	if (import->part[SM_PART_UPGRADE] == NULL)
		import->part[SM_PART_UPGRADE] =
			sm_part(import->source, import->offset, import->offset);
	import->part[SM_PART_UPGRADE]->exact = true;
	if (import->message == NULL)
		import->message = import->id;
	if (reader->repeatable)
		add_repeatable(reader);
	else if (import->replaces)
		add_squash(reader);
}

static void
read_files(SmReading *reading)
{
	ListCell *lc;

	foreach (lc, reading->sources)
	{
		Reader reader = { .reading = reading, .source = lfirst(lc) };
		bool any = false;

		if (sm_source_is_nested(reader.source) || !recognises(reader.source))
		{
			sm_import_ignore(reading, reader.source);
			continue;
		}
		while (read_header(&reader))
		{
			any = true;
			read_sections(&reader);
			complete(&reader);
		}
		if (!any)
			sm_import_ignore(reading, reader.source);
	}
}

const SmFormat sm_format_native = {
	.name = "native",
	.recognises = recognises,
	.read = read_files,
};

/* ------------------------------------------------------------------------
 * Writing
 * ------------------------------------------------------------------------ */

/* Does a line of the script look like a mark with that tag? */
static bool
has_mark(const char *script, const char *tag)
{
	const SmSource *source = sm_source("", script);
	int section;

	for (int i = 0; i < source->n_lines; i++)
		if (mark_on_line(source, i, tag, &section))
			return true;
	return false;
}

/* A tag with which no line of any script is a mark; NULL: none is needed */
static char *
choose_tag(const char *const *scripts)
{
	char *tag = NULL;
	bool clash = true;

	for (int n = 1; clash; n++)
	{
		clash = false;
		for (int kind = 0; kind < SM_PART_KINDS; kind++)
			clash = clash || (scripts[kind] && has_mark(scripts[kind], tag));
		if (clash)
			tag = psprintf("s%d", n);
	}
	return tag;
}

/* Must the text be quoted in order to be read as it is? */
static bool
needs_quotes(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || text[0] == '"' || scanner_isspace(text[0]) ||
		scanner_isspace(text[length - 1]))
		return true;
	for (const char *p = text; *p; p++)
		if ((unsigned char) *p < ' ' || *p == 0x7f)
			return true;
	return false;
}

static void
append_list(StringInfo buf, const char *key, const List *names)
{
	ListCell *lc;
	const char *separator = " ";

	appendStringInfo(buf, "-- %s:", key);
	foreach (lc, names)
	{
		appendStringInfo(buf, "%s%s", separator, (char *) lfirst(lc));
		separator = ", ";
	}
	appendStringInfoChar(buf, '\n');
}

static void
append_time(StringInfo buf, TimestampTz at)
{
	struct pg_tm tm;
	fsec_t fsec;

	/* without a zone this is UTC */
	if (timestamp2tm((Timestamp) at, NULL, &tm, &fsec, NULL, NULL) != 0)
		return;
	appendStringInfo(buf, "-- created: %04d-%02d-%02d %02d:%02d:%02d.%06d+00\n",
					 tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min,
					 tm.tm_sec, (int) fsec);
}

static void
append_section(StringInfo buf, const char *name, const char *tag,
			   const char *script)
{
	appendStringInfo(buf, "-- %s%s%s\n", name, tag ? " " : "", tag ? tag : "");
	if (script)
		appendStringInfo(buf, "%s\n", script);
}

static void
append_message(StringInfo buf, const SmRevision *rev)
{
	appendStringInfoString(buf, "-- message: ");
	if (needs_quotes(rev->message))
		escape_json(buf, rev->message);
	else
		appendStringInfoString(buf, rev->message);
	appendStringInfoChar(buf, '\n');
	append_time(buf, rev->created_at);
}

/* The scripts with their marks, behind a header that says which these are */
static void
append_scripts(StringInfo buf, const char *const *scripts)
{
	char *tag = choose_tag(scripts);

	if (tag)
		appendStringInfo(buf, "-- sections: %s\n", tag);
	appendStringInfoChar(buf, '\n');
	for (int kind = 0; kind < SM_PART_KINDS; kind++)
		if (scripts[kind])
			append_section(buf, section_names[kind], tag, scripts[kind]);
	append_section(buf, section_names[SM_PART_KINDS], tag, NULL);
}

/*
 * A revision as a file.  Reading it gives the same revision, in each byte.
 */
char *
sm_native_write(const SmRevision *rev, const List *down, const List *depends)
{
	const char *const scripts[] = { rev->upgrade, rev->downgrade, rev->verify };
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "-- revision: %s\n", rev->id);
	append_list(&buf, "down_revision", down ? down : list_make1("base"));
	if (rev->labels)
		append_list(&buf, "branch_labels", rev->labels);
	if (depends)
		append_list(&buf, "depends_on", depends);
	append_message(&buf, rev);
	append_scripts(&buf, scripts);
	return buf.data;
}

/* A squash as a file, which gives the same one */
char *
sm_native_write_squash(const SmSquash *squash)
{
	const SmRevision *rev = &squash->rev;
	const char *const scripts[SM_PART_KINDS] = { rev->upgrade, rev->downgrade };
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "-- revision: %s\n", rev->id);
	append_list(&buf, "replaces", squash->replaces);
	appendStringInfo(&buf, "-- replaced_checksum: %s\n",
					 squash->replaced_checksum);
	append_message(&buf, rev);
	append_scripts(&buf, scripts);
	return buf.data;
}

/* A repeatable script as a file, which gives the same one */
char *
sm_native_write_repeatable(const char *name, const List *depends,
						   const char *script)
{
	const char *const scripts[SM_PART_KINDS] = { script };
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "-- repeatable: %s\n", name);
	if (depends)
		append_list(&buf, "depends_on", depends);
	append_scripts(&buf, scripts);
	return buf.data;
}
