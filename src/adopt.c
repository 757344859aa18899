/*-------------------------------------------------------------------------
 *
 * adopt.c
 *	  Taking a database over from another tool: adopt.
 *
 * The version table of the tool says what has been run.  The revisions were
 * imported before, so each row is one of them; then they are stamped.  Whatever
 * does not match is named, all of it, and nothing is stamped.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "args.h"
#include "compat.h"
#include "formats.h"
#include "query.h"
#include "revision.h"
#include "stamp.h"
#include "tenant.h"
#include "vtable.h"

/* Columns of the result: revision, action, found_in */
#define COLUMNS 3

/* Version tables that an error lists */
#define MAX_SHOWN 5

/* A version table of a tool */
typedef struct Found
{
	const SmFormat *format;
	Oid relid;
	char *name;
} Found;

/* What the rows of the table say, compared with the revisions */
typedef struct Adoption
{
	const SmFormat *format;
	SmVtable table;
	SmGraph *g;
	Bitmapset *run;			 /* what has been run */
	StringInfoData problems; /* a sentence for each */
} Adoption;

/*
 * Tables of that name, in that schema or in any, that have all of the columns,
 * and not the last one
 */
static SmQuery find_tables = {
	.sql =
		"SELECT c.oid::bigint, pg_catalog.format('%I.%I', n.nspname, c.relname) "
		"FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
		"WHERE c.relkind = 'r' AND c.relpersistence <> 't' "
		"AND ($1 = '' OR c.relname = $1) AND ($2 = '' OR n.nspname = $2) "
		"AND ($5 = 0 OR c.oid = $5::oid) "
		"AND ($6 = '' OR n.nspname = $6) "
		"AND NOT EXISTS (SELECT FROM pg_catalog.unnest($3) AS w(name) "
		"WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a "
		"WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
		"AND a.attname = w.name)) "
		"AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a "
		"WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attname = $4) "
		"ORDER BY n.nspname, c.relname",
	.mode = SM_READ_LATEST,
	.nargs = 6,
	.argtypes = { TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID, INT8OID, TEXTOID }
};

PG_FUNCTION_INFO_V1(schemamig_adopt);

/* ------------------------------------------------------------------------
 * Which table?
 * ------------------------------------------------------------------------ */

/* Adds the tables that could be a format's: the given one, or any of its name */
static List *
add_tables(List *found, const SmFormat *format, Oid relid, const char *schema)
{
	const SmVersions *versions = format->versions;
	const char *columns = versions->columns;
	Datum args[6];
	SmRows *rows;

	args[0] = CStringGetTextDatum(OidIsValid(relid) ? "" : versions->table);
	args[1] = CStringGetTextDatum(
		OidIsValid(relid) || versions->schema == NULL ? "" : versions->schema);
	args[2] = sm_list_to_text_array(sm_split(columns, "{},"));
	args[3] = CStringGetTextDatum(versions->lacks ? versions->lacks : "");
	args[4] = Int64GetDatum(relid);
	args[5] = CStringGetTextDatum(
		OidIsValid(relid) || versions->schema ? "" : schema);
	rows = sm_query(&find_tables, args, NULL);
	for (uint64 i = 0; i < rows->n; i++)
	{
		Found *table = palloc_object(Found);

		table->format = format;
		table->relid = (Oid) sm_rows_int64(rows, i, 1);
		table->name = sm_rows_text(rows, i, 2);
		found = lappend(found, table);
	}
	return found;
}

static char *
list_found(const List *found)
{
	StringInfoData names;
	ListCell *lc;

	initStringInfo(&names);
	foreach (lc, found)
	{
		const Found *table = lfirst(lc);
		int n = foreach_current_index(lc);

		if (n == MAX_SHOWN)
			appendStringInfoString(&names, ", ...");
		if (n >= MAX_SHOWN)
			break;
		appendStringInfo(&names, "%s%s of format \"%s\"", n > 0 ? ", " : "",
						 table->name, table->format->name);
	}
	return names.data;
}

/* The one table that is meant; of a tenant it is in its schema */
static const Found *
find_table(const char *format, const char *name, const char *tenant)
{
	const SmFormat *known =
		strcmp(format, "auto") == 0 ? NULL : sm_formats_find(format);
	Oid relid = InvalidOid;
	List *found = NIL;

	if (name)
		relid =
			RangeVarGetRelid(makeRangeVarFromNameList(textToQualifiedNameList(
								 cstring_to_text(name))),
							 AccessShareLock, false);
	for (int i = 0; i < sm_n_formats; i++)
		if (sm_formats[i]->versions &&
			(known == NULL || known == sm_formats[i]))
			found =
				add_tables(found, sm_formats[i], relid, tenant ? tenant : "");
	if (found == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 name
					 ? errmsg("table \"%s\" is not the version table of a known tool",
							  name)
					 : errmsg("there is no version table of a known tool"),
				 errhint(
					 "Name it with version_table, and the tool with format. schemamig.stamp() says by itself what has been run.")));
	if (list_length(found) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_AMBIGUOUS_PARAMETER),
				 errmsg("there are several version tables"),
				 errdetail("These are %s.", list_found(found)),
				 errhint(
					 "Name one with version_table, or the tool with format.")));
	return linitial(found);
}

/* ------------------------------------------------------------------------
 * What does it say?
 * ------------------------------------------------------------------------ */

static void
add_problem(Adoption *adoption, const char *problem)
{
	appendStringInfo(&adoption->problems, "%s%s",
					 adoption->problems.len > 0 ? "\n" : "", problem);
}

/* The revision that a version is, which may be written with other zeros */
static int
find_revision(const Adoption *adoption, const char *version)
{
	const SmGraph *g = adoption->g;
	int idx = sm_graph_find(g, version);

	for (int i = 0; i < g->n && idx < 0; i++)
	{
		/* numbers are compared with numbers only */
		if (version[strspn(version, "0123456789.")] == '\0' &&
			g->node[i].id[strspn(g->node[i].id, "0123456789.")] == '\0' &&
			adoption->format->versions->compare(g->node[i].id, version) == 0)
			idx = i;
	}
	return idx;
}

/* Revisions whose version is not above the given one */
static Bitmapset *
up_to_version(const Adoption *adoption, const char *version)
{
	const SmGraph *g = adoption->g;
	Bitmapset *set = NULL;

	for (int i = 0; i < g->n; i++)
		if (g->node[i].id[strspn(g->node[i].id, "0123456789.")] == '\0' &&
			adoption->format->versions->compare(g->node[i].id, version) <= 0)
			set = bms_add_member(set, i);
	return set;
}

static void
read_row(Adoption *adoption, const char *version, bool succeeded, bool baseline)
{
	Bitmapset *self;
	int idx;

	if (version == NULL)
		return;
	if (!succeeded)
		add_problem(adoption,
					psprintf("Version \"%s\" has failed in the middle.",
							 version));
	if (baseline)
	{
		adoption->run =
			bms_add_members(adoption->run, up_to_version(adoption, version));
		return;
	}
	idx = find_revision(adoption, version);
	if (idx < 0)
	{
		add_problem(adoption,
					psprintf("Version \"%s\" is no revision.", version));
		return;
	}
	self = bms_make_singleton(idx);
	if (adoption->format->versions->rows == SM_VERSIONS_UP_TO)
		self = sm_graph_closure(adoption->g, self, SM_DOWN_ALL);
	adoption->run = bms_add_members(adoption->run, self);
}

/* Reads the table, with the rights that the role has on it */
static void
read_table(Adoption *adoption)
{
	SmRows *rows = sm_vtable_query(&adoption->table,
								   psprintf(adoption->format->versions->sql,
											adoption->table.name),
								   NIL, false);

	for (uint64 i = 0; i < rows->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		read_row(adoption, sm_rows_text(rows, i, 1), sm_rows_bool(rows, i, 2),
				 sm_rows_bool(rows, i, 3));
	}
}

/* What a revision needs that was run must have been run, too */
static void
check_closed(Adoption *adoption)
{
	const SmGraph *g = adoption->g;
	Bitmapset *needed = sm_graph_closure(g, adoption->run, SM_DOWN_ALL);
	int i = -1;

	while ((i = bms_next_member(needed, i)) >= 0)
		if (!bms_is_member(i, adoption->run))
			add_problem(adoption,
						psprintf("Revision \"%s\" was not run, but one that needs it was.",
								 g->node[i].id));
}

/*
 * What is applied here and not in the table may have been undone by the tool,
 * or may be newer than its use.  Only of Alembic, whose table is kept in step,
 * the former is known.
 */
static void
check_taken_back(Adoption *adoption, const Bitmapset *before)
{
	int i = -1;

	if (adoption->format->versions->takes_back)
		return;
	while ((i = bms_next_member(before, i)) >= 0)
		if (!bms_is_member(i, adoption->run))
			add_problem(adoption,
						psprintf("Revision \"%s\" is applied here, but not there.",
								 adoption->g->node[i].id));
}

static void
check_problems(const Adoption *adoption)
{
	if (adoption->problems.len > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("version table %s does not match the revisions",
						adoption->table.name),
				 errdetail_internal("%s", adoption->problems.data),
				 errhint(
					 "Import what is missing with schemamig.load(), or finish with the other tool what it has begun, and call again.")));
}

/* ------------------------------------------------------------------------
 * Stamping
 * ------------------------------------------------------------------------ */

static List *
targets_of(const SmGraph *g, const Bitmapset *set)
{
	Bitmapset *tips = sm_graph_tips(g, set, SM_NEXT_ALL);
	List *targets = NIL;
	int i = -1;

	while ((i = bms_next_member(tips, i)) >= 0)
		targets = lappend(targets, (void *) g->node[i].id);
	return targets ? targets : list_make1("base");
}

static void
put_rows(FunctionCallInfo fcinfo, const Adoption *adoption,
		 const Bitmapset *before)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Bitmapset *all = bms_union(adoption->run, before);
	int i = -1;

	while ((i = bms_next_member(all, i)) >= 0)
	{
		Datum values[COLUMNS];
		bool nulls[COLUMNS] = { false };
		const char *action = bms_is_member(i, before) ? "unchanged" : "stamped";

		if (!bms_is_member(i, adoption->run))
			action = "unstamped";
		values[0] = CStringGetTextDatum(adoption->g->node[i].id);
		values[1] = CStringGetTextDatum(action);
		values[2] = CStringGetTextDatum(adoption->table.name);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/* SQL function adopt(format text, version_table text, tenant name) */
Datum
schemamig_adopt(PG_FUNCTION_ARGS)
{
	char *format = sm_arg_text_required(fcinfo, 0, "format");
	char *name = sm_arg_text(fcinfo, 1);
	char *tenant = sm_arg_name(fcinfo, 2);
	Adoption adoption = { 0 };
	Bitmapset *before;
	const Found *found;

	PreventCommandIfReadOnly("schemamig.adopt()");
	InitMaterializedSRF(fcinfo, 0);
	(void) sm_tenant_lookup(tenant, GetUserId());
	found = find_table(format, name, tenant);
	adoption.format = found->format;
	adoption.table = sm_vtable_open(found->relid, GetUserId(), ACL_SELECT);
	initStringInfo(&adoption.problems);
	sm_revision_state(tenant ? tenant : "", &adoption.g, &before);
	read_table(&adoption);
	check_closed(&adoption);
	check_taken_back(&adoption, before);
	check_problems(&adoption);
	(void) sm_stamp(targets_of(adoption.g, adoption.run), false, tenant);
	put_rows(fcinfo, &adoption, before);
	return (Datum) 0;
}
