/*-------------------------------------------------------------------------
 *
 * formats.h
 *	  The formats in which migrations are written.
 *
 * A format takes files and returns revisions; it reads no table and changes
 * nothing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_FORMATS_H
#define SM_FORMATS_H

#include "source.h"
#include "utils/timestamp.h"

typedef enum SmPartKind
{
	SM_PART_UPGRADE,
	SM_PART_DOWNGRADE,
	SM_PART_VERIFY
} SmPartKind;

#define SM_PART_KINDS (SM_PART_VERIFY + 1)

/* A revision, as far as files say what it is */
typedef struct SmImport
{
	const SmSource *source; /* that names it */
	int offset;				/* where */
	char *id;
	char *message; /* NULL: not said */
	bool says_labels;
	List *labels; /* char * */
	bool says_down;
	List *down; /* char *: identifiers; if not said: the one before */
	bool says_depends;
	List *depends; /* char *: identifiers */
	bool says[SM_PART_KINDS];
	SmPart *part[SM_PART_KINDS]; /* NULL: there is none */
	TimestampTz created_at;		 /* 0: not said */
	List *replaces;			 /* char *: it is a squash of these; NIL: none */
	char *replaced_checksum; /* NULL: not said */
} SmImport;

/* A script that is run again whenever it has changed */
typedef struct SmImportRepeatable
{
	const SmSource *source;
	char *name;
	List *depends_on; /* char *: names of others */
	SmPart *part;
} SmImportRepeatable;

/* What is read, and what it was read as */
typedef struct SmReading
{
	List *sources;	   /* of SmSource, by name */
	List *imports;	   /* of SmImport, in the order of their versions */
	List *squashes;	   /* of SmImport, which replaces others */
	List *repeatables; /* of SmImportRepeatable */
	List *ignored;	   /* of SmSource: not part of the migrations */
} SmReading;

/* What a row of a version table says */
typedef enum SmVersionRows
{
	SM_VERSIONS_EACH, /* that this migration has been run */
	SM_VERSIONS_UP_TO /* that it and all that it needs have been run */
} SmVersionRows;

/* The table in which a tool keeps what it has run */
typedef struct SmVersions
{
	const char *table;
	const char *schema;	 /* NULL: any */
	const char *columns; /* that it has, as an array; no other tool's has all */
	const char *lacks;	 /* a column that it does not have; NULL: none */
	/* with %s for the table: version, whether it has succeeded, and whether it
	 * stands for all before it */
	const char *sql;
	SmVersionRows rows;
	bool takes_back; /* what is not there any more was undone by the tool */
	int (*compare)(const char *a, const char *b); /* versions */
} SmVersions;

typedef struct SmFormat
{
	const char *name;
	bool (*recognises)(const SmSource *source);
	void (*read)(SmReading *reading);
	const SmVersions *versions; /* NULL: ours */
} SmFormat;

extern const SmFormat sm_format_native;
extern const SmFormat sm_format_alembic;
extern const SmFormat sm_format_dbmate;
extern const SmFormat sm_format_goose;
extern const SmFormat sm_format_golang_migrate;
extern const SmFormat sm_format_flyway;
extern const SmFormat sm_format_node_pg_migrate;
extern const SmFormat sm_format_sqitch;
extern const SmFormat sm_format_graphile_migrate;

extern const SmFormat *const sm_formats[];
extern const int sm_n_formats;

extern const SmFormat *sm_formats_find(const char *name);
extern const SmFormat *sm_formats_read(SmReading *reading, const char *name);

/* For the formats */
extern SmImport *
sm_import_add(SmReading *reading, const SmSource *source, int line, char *id);
extern void sm_import_say(SmImport *import, SmPartKind kind, SmPart *part);
extern SmImport *sm_import_find(const SmReading *reading, const char *id);
extern char *sm_import_stem(const char *name);
extern bool sm_import_is_sql(const SmSource *source);
extern char *sm_import_words(const char *name);
extern int sm_import_compare_numbers(const char *a, const char *b);
extern void sm_import_sort(SmReading *reading);
extern void sm_import_ignore(SmReading *reading, const SmSource *source);
extern void
sm_import_duplicate(const SmImport *one, const SmSource *source, int offset);
extern void sm_import_no_section(const SmSource *source, const char *section);
extern void sm_import_not_sql(const SmSource *source);
extern void
sm_import_refuse_before(const SmSource *source, int line, const char *section);

#endif /* SM_FORMATS_H */
