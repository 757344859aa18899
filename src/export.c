/*-------------------------------------------------------------------------
 *
 * export.c
 *	  Revisions as files: export_script, export.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "checksum.h"
#include "compat.h"
#include "folder.h"
#include "formats/native.h"
#include "query.h"
#include "repeat.h"
#include "revision.h"
#include "target.h"

/* Columns of export(): revision, action, file */
#define COLUMNS 3

/* Bytes that the name of a file may have */
#define MAX_FILE_NAME 200

/* What the name of a file of a repeatable script begins with */
#define REPEATABLE_PREFIX "repeatable."

/* Revisions that are read at the same time */
#define BATCH 256

PG_FUNCTION_INFO_V1(schemamig_export_script);
PG_FUNCTION_INFO_V1(schemamig_export);

static List *
edge_ids(const SmGraph *g, const SmEdges *edges)
{
	List *ids = NIL;

	for (int i = 0; i < edges->n; i++)
		ids = lappend(ids, (void *) g->node[edges->idx[i]].id);
	return ids;
}

static char *
script_of(const SmGraph *g, int idx, const SmRevision *rev)
{
	const SmNode *node = &g->node[idx];

	return sm_native_write(rev, edge_ids(g, &node->edge[SM_DOWN]),
						   edge_ids(g, &node->depends));
}

/* SQL function export_script(revision text) */
Datum
schemamig_export_script(PG_FUNCTION_ARGS)
{
	char *target = sm_arg_text_required(fcinfo, 0, "revision");
	SmGraph *g = sm_revision_graph(SM_READ);
	SmSquash *squash = sm_squash_read(g, target);
	SmRevision *rev;
	int idx;

	if (squash)
		return CStringGetTextDatum(sm_native_write_squash(squash));
	idx = sm_target_single(g, target, sm_revision_applied(g, "", SM_READ));
	rev = sm_revision_fetch(g, &idx, 1, SM_NO_LOCK)[0];
	return CStringGetTextDatum(script_of(g, idx, rev));
}

/*
 * The identifier as the name of a file.  What is special in a path, or to a
 * shell, is written in hexadecimal digits; a name that gets too long is a
 * checksum.
 */
static char *
file_name(const char *prefix, const char *id)
{
	StringInfoData name;

	initStringInfo(&name);
	appendStringInfoString(&name, prefix);
	for (const char *p = id; *p; p++)
	{
		unsigned char c = (unsigned char) *p;

		if (IS_HIGHBIT_SET(c) || c == '_' || (c >= '0' && c <= '9') ||
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c == '.' && name.len > 0))
			appendStringInfoChar(&name, *p);
		else
			appendStringInfo(&name, "%%%02X", c);
	}
	if (name.len > MAX_FILE_NAME)
		return psprintf("%s.sql", sm_checksum_text(id));
	appendStringInfoString(&name, ".sql");
	return name.data;
}

/* That of a revision does not begin like that of a repeatable script */
static char *
revision_file_name(const char *id)
{
	if (strncmp(id, REPEATABLE_PREFIX, strlen(REPEATABLE_PREFIX)) == 0)
		return file_name("%72", id + 1);
	return file_name("", id);
}

/* All revisions as files, a list of SmFolderFile in order of creation */
static List *
all_files(const SmGraph *g)
{
	List *files = NIL;
	int *idx = palloc_array(int, BATCH);

	for (int from = 0; from < g->n; from += BATCH)
	{
		int n = Min(BATCH, g->n - from);
		SmRevision **revs;

		for (int i = 0; i < n; i++)
			idx[i] = from + i;
		revs = sm_revision_fetch(g, idx, n, SM_NO_LOCK);
		for (int i = 0; i < n; i++)
		{
			SmFolderFile *file = palloc0_object(SmFolderFile);

			file->name = revision_file_name(revs[i]->id);
			file->id = revs[i]->id;
			file->text = script_of(g, idx[i], revs[i]);
			files = lappend(files, file);
		}
	}
	return files;
}

/* All squashes as files */
static List *
squash_files(const SmGraph *g)
{
	List *files = NIL;
	ListCell *lc;

	foreach (lc, sm_squash_list(g, SM_READ))
	{
		const SmSquash *listed = lfirst(lc);
		SmFolderFile *file = palloc0_object(SmFolderFile);

		file->id = listed->rev.id;
		file->name = revision_file_name(file->id);
		file->text = sm_native_write_squash(sm_squash_read(g, listed->rev.id));
		files = lappend(files, file);
	}
	return files;
}

/* All repeatable scripts as files */
static List *
repeatable_files(void)
{
	List *files = NIL;
	ListCell *lc;

	foreach (lc, sm_repeat_load(""))
	{
		const SmRepeat *repeat = lfirst(lc);
		SmFolderFile *file = palloc0_object(SmFolderFile);

		file->id = repeat->name;
		file->name = file_name(REPEATABLE_PREFIX, repeat->name);
		file->text =
			sm_native_write_repeatable(repeat->name, repeat->depends_on,
									   repeat->text);
		files = lappend(files, file);
	}
	return files;
}

static void
put_row(ReturnSetInfo *rsinfo, const char *revision, const char *action,
		const char *file)
{
	Datum values[COLUMNS] = { 0 };
	bool nulls[COLUMNS] = { revision == NULL };

	if (revision)
		values[0] = CStringGetTextDatum(revision);
	values[1] = CStringGetTextDatum(action);
	values[2] = CStringGetTextDatum(file);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* SQL function export(path text) */
Datum
schemamig_export(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	char *path = sm_arg_text_required(fcinfo, 0, "path");
	SmGraph *g;
	List *files;
	List *others;
	ListCell *lc;

	InitMaterializedSRF(fcinfo, 0);
	g = sm_revision_graph(SM_READ);
	files = list_concat(all_files(g), squash_files(g));
	files = list_concat(files, repeatable_files());
	others = sm_folder_write(path, files);
	foreach (lc, files)
	{
		const SmFolderFile *file = lfirst(lc);

		put_row(rsinfo, file->id, file->changed ? "written" : "unchanged",
				file->name);
	}
	foreach (lc, others)
		put_row(rsinfo, NULL, "other", lfirst(lc));
	return (Datum) 0;
}
