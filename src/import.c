/*-------------------------------------------------------------------------
 *
 * import.c
 *	  Storing revisions that were read from files: import_script,
 *	  import_scripts, load.
 *
 * What is the same as before is left alone, so that a folder can be loaded
 * again and again.  What has changed is changed, unless it is applied anywhere:
 * all of these are named at once.  Nothing is stored unless all of it can be.
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
#include "author.h"
#include "compat.h"
#include "condense.h"
#include "env.h"
#include "folder.h"
#include "formats.h"
#include "journal.h"
#include "name.h"
#include "query.h"
#include "repeatable.h"
#include "revision.h"

/* Columns of the result: revision, action, file */
#define COLUMNS 3

typedef enum Action
{
	ACTION_NONE,
	ACTION_CREATE,
	ACTION_UPDATE
} Action;

/* A revision that is imported */
typedef struct Imported
{
	const SmImport *import;
	int idx;		/* in the graph of before; -1: it is new */
	SmRevision rev; /* as it is to be */
	List *down;		/* char *: identifiers */
	List *depends;
	bool scripts_changed;
	Action action;
	bool emitted; /* while they are put in order */
} Imported;

/* A call that imports */
typedef struct Importing
{
	const char *command; /* SQL function, for the journal */
	SmReading reading;
	SmGraph *g; /* as it is before */
	SmGraphRows rows;
	int n;
	Imported *item;
	int *order; /* indexes of the new ones, parents first */
	int n_order;
} Importing;

PG_FUNCTION_INFO_V1(schemamig_import_script);
PG_FUNCTION_INFO_V1(schemamig_import_scripts);
PG_FUNCTION_INFO_V1(schemamig_load);

/* ------------------------------------------------------------------------
 * What is to be
 * ------------------------------------------------------------------------ */

static List *
edge_ids(const SmGraph *g, const SmEdges *edges)
{
	List *ids = NIL;

	for (int i = 0; i < edges->n; i++)
		ids = lappend(ids, (void *) g->node[edges->idx[i]].id);
	return ids;
}

/* The rows of the revisions that are there already, at their items */
static void
fetch_old(Importing *importing)
{
	int *idx = palloc_array(int, importing->n + 1);
	int n = 0;
	SmRevision **rows;

	for (int i = 0; i < importing->n; i++)
		if (importing->item[i].idx >= 0)
			idx[n++] = importing->item[i].idx;
	sm_query_push_latest();
	rows = sm_revision_fetch(importing->g, idx, n, SM_NO_LOCK);
	sm_query_pop_latest();
	n = 0;
	for (int i = 0; i < importing->n; i++)
	{
		Imported *item = &importing->item[i];

		if (item->idx < 0)
			continue;
		item->rev = *rows[n++];
		item->down = edge_ids(importing->g,
							  &importing->g->node[item->idx].edge[SM_DOWN]);
		item->depends =
			edge_ids(importing->g, &importing->g->node[item->idx].depends);
	}
}

/* Sets a text, if it is another one; returns whether it was */
static bool
set_text(char **old, char *new)
{
	if (*old == NULL && new == NULL)
		return false;
	if (*old && new &&strcmp(*old, new) == 0)
		return false;
	*old = new;
	return true;
}

static bool
set_list(List **old, List *new)
{
	ListCell *a;
	ListCell *b;
	bool same = list_length(*old) == list_length(new);

	forboth (a, *old, b, new)
		same = same && strcmp(lfirst(a), lfirst(b)) == 0;
	*old = new;
	return !same;
}

/* Lays what the files say over what there is */
static void
merge_item(Importing *importing, Imported *item)
{
	const SmImport *import = item->import;
	char **script[] = { &item->rev.upgrade, &item->rev.downgrade,
						&item->rev.verify };
	bool changed = false;

	for (int kind = 0; kind < SM_PART_KINDS; kind++)
		if (import->says[kind])
			item->scripts_changed |=
				set_text(script[kind], import->part[kind]
										   ? sm_part_text(import->part[kind])
										   : NULL);
	if (import->message)
		changed |= set_text(&item->rev.message, import->message);
	if (import->says_labels)
		changed |= set_list(&item->rev.labels,
							sm_author_check_labels(importing->g, import->labels,
												   import->id, item->idx));
	if (import->says_down)
		changed |= set_list(&item->down, import->down);
	if (import->says_depends)
		changed |= set_list(&item->depends, import->depends);
	if (item->idx >= 0)
		item->action =
			changed || item->scripts_changed ? ACTION_UPDATE : ACTION_NONE;
}

/* What a new revision must have, and files may leave unsaid */
static void
complete_new(Importing *importing, Imported *item)
{
	const SmImport *import = item->import;

	item->action = ACTION_CREATE;
	sm_author_check_id(importing->g, import->id);
	item->rev.id = import->id;
	item->rev.created_at = import->created_at;
	if (item->rev.message == NULL)
		item->rev.message = import->id;
	if (item->rev.upgrade == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("revision \"%s\" has no upgrade script", import->id),
				 errdetail("In %s is only the way back.",
						   sm_source_called(import->source)),
				 errhint("Import its upgrade script before, or together.")));
}

static void
make_items(Importing *importing)
{
	ListCell *lc;

	importing->n = list_length(importing->reading.imports);
	importing->item = palloc0_array(Imported, importing->n + 1);
	foreach (lc, importing->reading.imports)
	{
		Imported *item = &importing->item[foreach_current_index(lc)];

		item->import = lfirst(lc);
		item->idx = sm_graph_find(importing->g, item->import->id);
	}
	fetch_old(importing);
	for (int i = 0; i < importing->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		merge_item(importing, &importing->item[i]);
		if (importing->item[i].idx < 0)
			complete_new(importing, &importing->item[i]);
	}
}

/* ------------------------------------------------------------------------
 * The graph
 * ------------------------------------------------------------------------ */

static void
add_edges(SmGraphRows *rows, const Imported *item, const List *parents,
		  bool depends)
{
	ListCell *lc;

	rows->edge = repalloc_array(rows->edge, SmGraphEdge,
								rows->n_edges + list_length(parents) + 1);
	foreach (lc, parents)
	{
		SmGraphEdge edge = { .child = item->import->id,
							 .parent = lfirst(lc),
							 .depends = depends };

		rows->edge[rows->n_edges++] = edge;
	}
}

/*
 * The rows of the graph with everything that is imported; items that have not
 * said what they stand on come to stand on nothing.
 */
static SmGraphRows
rows_after(const Importing *importing)
{
	SmGraphRows rows = { .n = importing->rows.n };
	Bitmapset *replaced = NULL;

	rows.row = palloc_array(SmGraphRow, importing->rows.n + importing->n + 1);
	if (rows.n > 0)
		memcpy(rows.row, importing->rows.row, rows.n * sizeof(SmGraphRow));
	for (int i = 0; i < importing->n; i++)
	{
		const Imported *item = &importing->item[i];

		if (item->idx >= 0)
		{
			replaced = bms_add_member(replaced, item->idx);
			rows.row[item->idx].labels = item->rev.labels;
		}
		else
		{
			SmGraphRow row = { .id = item->rev.id,
							   .message = item->rev.message,
							   .labels = item->rev.labels };

			rows.row[rows.n++] = row;
		}
	}
	rows.edge = palloc_array(SmGraphEdge, importing->rows.n_edges + 1);
	for (int i = 0; i < importing->rows.n_edges; i++)
	{
		const SmGraphEdge *edge = &importing->rows.edge[i];

		if (!bms_is_member(sm_graph_find(importing->g, edge->child), replaced))
			rows.edge[rows.n_edges++] = *edge;
	}
	for (int i = 0; i < importing->n; i++)
	{
		add_edges(&rows, &importing->item[i], importing->item[i].down, false);
		add_edges(&rows, &importing->item[i], importing->item[i].depends, true);
	}
	return rows;
}

static void
refuse_graph(const char *problem)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
					errmsg("the files cannot be imported"),
					errdetail_internal("%s", problem)));
}

/* A graph with the names of all, to look them up in */
static SmGraph *
names_after(const Importing *importing)
{
	SmGraphRows *rows = palloc_object(SmGraphRows);
	char *problem;
	SmGraph *g;

	*rows = rows_after(importing);
	rows->n_edges = 0;
	g = sm_graph_build(rows, &problem);
	if (problem)
		refuse_graph(problem);
	return g;
}

/* Refuses parents that are nowhere, and names all of them */
static void
check_parents(const Importing *importing)
{
	SmGraph *names = names_after(importing);
	StringInfoData missing;

	initStringInfo(&missing);
	for (int i = 0; i < importing->n; i++)
	{
		const Imported *item = &importing->item[i];
		List *parents = list_concat_copy(item->down, item->depends);
		ListCell *lc;

		foreach (lc, parents)
			if (sm_graph_find(names, lfirst(lc)) < 0)
				appendStringInfo(&missing,
								 "%sRevision \"%s\" in %s names revision \"%s\".",
								 missing.len > 0 ? "\n" : "", item->rev.id,
								 sm_source_called(item->import->source),
								 (char *) lfirst(lc));
	}
	if (missing.len > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg(
					 "revisions stand on others that are neither in the database nor in the files"),
				 errdetail_internal("%s", missing.data),
				 errhint("Import them before, or together.")));
}

/* What a revision that does not say it would stand on: the head of all others */
static List *
find_head(const Importing *importing)
{
	SmGraphRows *rows = palloc_object(SmGraphRows);
	Bitmapset *unsaid = NULL;
	Bitmapset *heads;
	SmGraph *g;
	char *problem;

	*rows = rows_after(importing);
	g = sm_graph_build(rows, &problem);
	if (problem)
		refuse_graph(problem);
	for (int i = 0; i < importing->n; i++)
	{
		const Imported *item = &importing->item[i];

		if (item->idx < 0 && !item->import->says_down)
			unsaid = bms_add_member(unsaid, sm_graph_find(g, item->rev.id));
	}
	unsaid = sm_graph_closure(g, unsaid, SM_NEXT);
	heads = sm_graph_tips(g, bms_difference(sm_graph_all(g), unsaid), SM_NEXT);
	if (bms_num_members(heads) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_AMBIGUOUS_PARAMETER),
				 errmsg("there are several heads that the files could stand on"),
				 errdetail("The heads are %s.",
						   sm_graph_id_list(g, heads, SM_MAX_CHOICES)),
				 errhint("Merge them first, with schemamig.merge().")));
	return bms_is_empty(heads)
			   ? NIL
			   : list_make1((void *) g->node[bms_next_member(heads, -1)].id);
}

/*
 * Those that do not say what they stand on: what is there already stays where
 * it is, the new ones come behind all that there is, in their order.
 */
static void
chain_items(Importing *importing)
{
	List *last = NIL;
	bool found = false;

	for (int i = 0; i < importing->n; i++)
	{
		Imported *item = &importing->item[i];

		if (item->import->says_down || item->idx >= 0)
			continue;
		if (!found)
			last = find_head(importing);
		found = true;
		item->down = last;
		last = list_make1(item->rev.id);
	}
}

static void
check_graph(const Importing *importing)
{
	SmGraphRows *rows = palloc_object(SmGraphRows);
	char *problem;

	*rows = rows_after(importing);
	(void) sm_graph_build(rows, &problem);
	if (problem)
		refuse_graph(problem);
}

/* ------------------------------------------------------------------------
 * Storing
 * ------------------------------------------------------------------------ */

/* Refuses what would change what is applied, all of it at once */
static void
check_not_applied(const Importing *importing)
{
	StringInfoData applied;
	int n = 0;

	initStringInfo(&applied);
	for (int i = 0; i < importing->n; i++)
	{
		const Imported *item = &importing->item[i];
		List *tenants;

		if (item->action != ACTION_UPDATE)
			continue;
		/* a run that is just applying it comes first */
		(void) sm_revision_fetch(importing->g, &item->idx, 1, SM_LOCK_UPDATE);
		tenants = sm_journal_tenants(item->rev.id);
		if (tenants == NIL)
			continue;
		n++;
		appendStringInfo(&applied, "%sRevision \"%s\" in %s is applied in %s.",
						 applied.len > 0 ? "\n" : "", item->rev.id,
						 sm_source_called(item->import->source),
						 *(char *) linitial(tenants) == '\0'
							 ? "the database"
							 : psprintf("tenant \"%s\"",
										(char *) linitial(tenants)));
	}
	if (n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("the files change revisions that are applied"),
				 errdetail_internal("%s", applied.data),
				 errhint(
					 "Write a new revision for the change. schemamig.edit() with force => true changes an applied one all the same.")));
}

static int
compare_created(const void *a, const void *b, void *arg)
{
	const Importing *importing = arg;
	int left = *(const int *) a;
	int right = *(const int *) b;
	TimestampTz left_at = importing->item[left].rev.created_at;
	TimestampTz right_at = importing->item[right].rev.created_at;

	/* what has no date is younger than what has one */
	if (left_at != right_at)
		return right_at == 0 || (left_at != 0 && left_at < right_at) ? -1 : 1;
	return left < right ? -1 : left > right;
}

/* The new ones in the order of their creation, but parents first */
static void
find_order(Importing *importing)
{
	SmGraph *names = names_after(importing);
	int *item_of = palloc_array(int, names->n + 1);
	int *sorted = palloc_array(int, importing->n + 1);
	int *stack;
	int n = 0;
	int edges = importing->n + 1;

	memset(item_of, -1, (names->n + 1) * sizeof(int));
	for (int i = 0; i < importing->n; i++)
	{
		Imported *item = &importing->item[i];

		if (item->action != ACTION_CREATE)
			continue;
		item_of[sm_graph_find(names, item->rev.id)] = i;
		edges += list_length(item->down) + list_length(item->depends);
		sorted[n++] = i;
	}
	qsort_arg(sorted, n, sizeof(int), compare_created, importing);
	stack = palloc_array(int, edges);
	importing->order = palloc_array(int, n + 1);
	for (int i = 0; i < n; i++)
	{
		int depth = 0;

		stack[depth++] = sorted[i];
		while (depth > 0)
		{
			Imported *item = &importing->item[stack[depth - 1]];
			List *parents = list_concat_copy(item->down, item->depends);
			int before = depth;
			ListCell *lc;

			foreach (lc, parents)
			{
				int parent = item_of[sm_graph_find(names, lfirst(lc))];

				/* there is no cycle, so a parent is never on the stack */
				if (parent >= 0 && !importing->item[parent].emitted &&
					!item->emitted && depth < edges)
					stack[depth++] = parent;
			}
			if (depth > before)
				continue;
			depth--;
			if (!item->emitted)
				importing->order[importing->n_order++] = stack[depth];
			item->emitted = true;
		}
	}
}

static void
store(Importing *importing)
{
	char *self = sm_env_role_name(GetUserId());

	for (int i = 0; i < importing->n_order; i++)
	{
		Imported *item = &importing->item[importing->order[i]];

		CHECK_FOR_INTERRUPTS();
		sm_author_check_scripts(&item->rev);
		sm_author_sign(&item->rev);
		sm_revision_insert(&item->rev, item->down, item->depends);
	}
	for (int i = 0; i < importing->n; i++)
	{
		Imported *item = &importing->item[i];

		if (item->action != ACTION_UPDATE)
			continue;
		if (item->scripts_changed)
		{
			sm_author_check_scripts(&item->rev);
			sm_author_sign(&item->rev);
			item->rev.approved_by = NULL;
		}
		sm_revision_update(&item->rev, item->down, item->depends);
		sm_journal_log(importing->command, item->rev.id, self, "edit",
					   &item->rev);
	}
}

/* ------------------------------------------------------------------------
 * SQL functions
 * ------------------------------------------------------------------------ */

static void
put_row(ReturnSetInfo *rsinfo, const char *revision, const char *action,
		const SmSource *source)
{
	Datum values[COLUMNS] = { 0 };
	bool nulls[COLUMNS] = { false };

	nulls[0] = revision == NULL;
	if (revision)
		values[0] = CStringGetTextDatum(revision);
	values[1] = CStringGetTextDatum(action);
	nulls[2] = source->name[0] == '\0';
	if (!nulls[2])
		values[2] = CStringGetTextDatum(source->name);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
put_rows(FunctionCallInfo fcinfo, const Importing *importing)
{
	static const char *const actions[] = { [ACTION_NONE] = "unchanged",
										   [ACTION_CREATE] = "created",
										   [ACTION_UPDATE] = "updated" };
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell *lc;

	for (int i = 0; i < importing->n_order; i++)
	{
		const Imported *item = &importing->item[importing->order[i]];

		put_row(rsinfo, item->rev.id, actions[item->action],
				item->import->source);
	}
	for (int i = 0; i < importing->n; i++)
	{
		const Imported *item = &importing->item[i];

		if (item->action != ACTION_CREATE)
			put_row(rsinfo, item->rev.id, actions[item->action],
					item->import->source);
	}
	foreach (lc, importing->reading.ignored)
		put_row(rsinfo, NULL, "ignored", lfirst(lc));
}

/* Stores the squashes that the files have: their members are there now */
static void
store_squashes(FunctionCallInfo fcinfo, const Importing *importing)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell *lc;

	foreach (lc, importing->reading.squashes)
	{
		SmImport *import = lfirst(lc);

		put_row(rsinfo, import->id,
				sm_condense_import(importing->command, import), import->source);
	}
}

/* Sets the repeatable scripts that the files have */
static void
store_repeatables(FunctionCallInfo fcinfo, const Importing *importing)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell *lc;

	foreach (lc, importing->reading.repeatables)
	{
		const SmImportRepeatable *repeatable = lfirst(lc);
		const char *action =
			sm_repeatable_set(repeatable->name, sm_part_text(repeatable->part),
							  repeatable->depends_on);

		put_row(rsinfo, repeatable->name, action, repeatable->source);
	}
	if (importing->reading.repeatables)
		sm_repeatable_check_order();
}

/* Reads the sources in a format, and stores what they have */
static Datum
import(FunctionCallInfo fcinfo, Importing *importing, const char *format)
{
	const SmFormat *known;
	List *usable;

	InitMaterializedSRF(fcinfo, 0);
	known = sm_formats_read(&importing->reading, format);
	if (importing->reading.imports == NIL &&
		importing->reading.squashes == NIL &&
		importing->reading.repeatables == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("there is no migration of format \"%s\"", known->name),
				 errhint(
					 "Most formats have the version of a migration in the name of its file.")));
	importing->g =
		sm_author_lock_graph(psprintf("schemamig.%s()", importing->command));
	sm_query_push_latest();
	importing->rows = sm_revision_graph_rows();
	sm_query_pop_latest();
	make_items(importing);
	check_parents(importing);
	chain_items(importing);
	check_graph(importing);
	check_not_applied(importing);
	find_order(importing);
	usable = sm_squash_usable(importing->g);
	store(importing);
	put_rows(fcinfo, importing);
	store_squashes(fcinfo, importing);
	sm_squash_warn(usable);
	store_repeatables(fcinfo, importing);
	return (Datum) 0;
}

static char *
format_argument(FunctionCallInfo fcinfo, int n)
{
	return sm_arg_text_required(fcinfo, n, "format");
}

/* SQL function import_script(text text, format text, name text) */
Datum
schemamig_import_script(PG_FUNCTION_ARGS)
{
	Importing importing = { .command = "import_script" };
	char *name = sm_arg_text(fcinfo, 2);

	PreventCommandIfReadOnly("schemamig.import_script()");
	importing.reading.sources = list_make1(
		sm_source(name ? name : "", sm_arg_text_required(fcinfo, 0, "text")));
	return import(fcinfo, &importing, format_argument(fcinfo, 1));
}

static int
compare_sources(const ListCell *a, const ListCell *b)
{
	return strcmp(((const SmSource *) lfirst(a))->name,
				  ((const SmSource *) lfirst(b))->name);
}

/* SQL function import_scripts(texts text[], names text[], format text) */
Datum
schemamig_import_scripts(PG_FUNCTION_ARGS)
{
	Importing importing = { .command = "import_scripts" };
	List *texts;
	List *names;
	ListCell *text;
	ListCell *name;

	PreventCommandIfReadOnly("schemamig.import_scripts()");
	texts = sm_arg_text_list(fcinfo, 0, "texts");
	names = sm_arg_text_list(fcinfo, 1, "names");
	if (list_length(texts) != list_length(names))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("there must be as many names as texts")));
	forboth (text, texts, name, names)
		importing.reading.sources =
			lappend(importing.reading.sources,
					sm_source(lfirst(name), lfirst(text)));
	list_sort(importing.reading.sources, compare_sources);
	return import(fcinfo, &importing, format_argument(fcinfo, 2));
}

/* SQL function load(path text, format text) */
Datum
schemamig_load(PG_FUNCTION_ARGS)
{
	Importing importing = { .command = "load" };

	PreventCommandIfReadOnly("schemamig.load()");
	importing.reading.sources =
		sm_folder_read(sm_arg_text_required(fcinfo, 0, "path"));
	return import(fcinfo, &importing, format_argument(fcinfo, 1));
}
