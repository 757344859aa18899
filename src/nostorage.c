/*-------------------------------------------------------------------------
 *
 * nostorage.c
 *	  Tables and indexes without files.
 *
 * A model is run to see what becomes of the catalogs; nobody ever puts a row
 * into its tables.  Most of the time that running it takes goes into creating
 * files, and removing them again.  So they get none:
 *
 *	- tables have an access method of their own, which is heap's but for what
 *	  creates, measures or scans a file.
 *	- indexes are defined as ALTER TABLE does it that keeps the file of the old
 *	  index: with a file number that is never looked at.
 *	- foreign keys have no triggers (unenforced.c).
 *
 * For that, ProcessUtility_hook is set while a model runs.  It also has every
 * statement run as a part of another one, for which event triggers do not fire.
 *
 * Whatever does look at a file that is not there is an error, "could not open
 * file", and then the model is run again on heap (scratch.c).
 *
 * The access method is a row that ends with the subtransaction, and so is the
 * function behind it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/multixact.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "commands/defrem.h"
#include "commands/matview.h"
#include "commands/tablecmds.h"
#include "fmgr.h"
#include "nodes/makefuncs.h"
#include "parser/parse_utilcmd.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "compat.h"
#include "exec.h"
#include "nostorage.h"
#include "query.h"
#include "script.h"
#include "unenforced.h"

/* A file number that no relation has: the highest are never reached */
#define NO_FILE ((Oid) 4294967040u)

PG_FUNCTION_INFO_V1(schemamig_scratch_am_handler);

static TableAmRoutine routine;

static ProcessUtility_hook_type previous_hook = NULL;
static bool hooked = false;
static bool active = false;

/* The access method, while there is one */
static Oid scratch_am = InvalidOid;

static SmQuery our_library = {
	.sql = "SELECT p.probin FROM pg_catalog.pg_proc p "
		   "WHERE p.pronamespace = 'schemamig'::pg_catalog.regnamespace "
		   "AND p.probin IS NOT NULL LIMIT 1",
	.mode = SM_READ_LATEST
};

static void
set_new_filelocator(Relation rel, const RelFileLocator *locator,
					char persistence, TransactionId *freeze_xid,
					MultiXactId *min_multi)
{
	*freeze_xid = RecentXmin;
	*min_multi = GetOldestMultiXactId();
}

static void
truncate_nothing(Relation rel)
{
}

static void
copy_nothing(Relation rel, const RelFileLocator *locator)
{
}

static void
copy_nothing_for_cluster(Relation old_table, Relation new_table,
						 Relation old_index, bool use_sort,
						 TransactionId oldest_xmin, TransactionId *xid_cutoff,
						 MultiXactId *multi_cutoff, double *num_tuples,
						 double *tups_vacuumed, double *tups_recently_dead)
{
	*num_tuples = *tups_vacuumed = *tups_recently_dead = 0;
}

static double
scan_nothing(Relation table, Relation index, struct IndexInfo *info,
			 bool allow_sync, bool anyvisible, bool progress, BlockNumber start,
			 BlockNumber n, IndexBuildCallback callback, void *state,
			 TableScanDesc scan)
{
	return 0;
}

static void
validate_nothing(Relation table, Relation index, struct IndexInfo *info,
				 Snapshot snapshot, struct ValidateIndexState *state)
{
}

static uint64
no_size(Relation rel, ForkNumber fork)
{
	return 0;
}

static bool
needs_no_toast_table(Relation rel)
{
	return false;
}

/* The handler of the access method */
Datum
schemamig_scratch_am_handler(PG_FUNCTION_ARGS)
{
	if (routine.type != T_TableAmRoutine)
	{
		routine = *GetHeapamTableAmRoutine();
		routine.relation_set_new_filelocator = set_new_filelocator;
		routine.relation_nontransactional_truncate = truncate_nothing;
		routine.relation_copy_data = copy_nothing;
		routine.relation_copy_for_cluster = copy_nothing_for_cluster;
		routine.index_build_range_scan = scan_nothing;
		routine.index_validate_scan = validate_nothing;
		routine.relation_size = no_size;
		routine.relation_needs_toast_table = needs_no_toast_table;
	}
	PG_RETURN_POINTER(&routine);
}

/* Whether a relation is a table without a file */
static bool
has_no_file(Oid relation)
{
	HeapTuple tuple;
	Form_pg_class form;
	bool result;

	if (!OidIsValid(relation))
		return false;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_class) GETSTRUCT(tuple);
	result = form->relam == scratch_am && (form->relkind == RELKIND_RELATION ||
										   form->relkind == RELKIND_MATVIEW);
	ReleaseSysCache(tuple);
	return result;
}

/*
 * CREATE INDEX, also as a part of CREATE TABLE.  Returns false if it is left to
 * the server: on a table with a file, and on a partitioned table.
 */
static bool
define_index(IndexStmt *stmt, const char *sql)
{
	Oid relation;

	if (stmt->concurrent ||
		!has_no_file(RangeVarGetRelid(stmt->relation, NoLock, true)))
		return false;
	relation = RangeVarGetRelidExtended(stmt->relation, ShareLock, 0,
										RangeVarCallbackOwnsRelation, NULL);
	stmt = transformIndexStmt(relation, copyObject(stmt), sql);
	sm_index_keep_file(stmt, NO_FILE);
	sm_define_index_unbuilt(relation, stmt);
	return true;
}

/* The constraint that is all that an ALTER TABLE adds, if an index is behind it
 */
static Constraint *
added_index_constraint(const AlterTableStmt *stmt)
{
	const AlterTableCmd *cmd = linitial_node(AlterTableCmd, stmt->cmds);
	Constraint *constraint = (Constraint *) cmd->def;

	if (list_length(stmt->cmds) != 1 || cmd->subtype != AT_AddConstraint ||
		constraint->indexname != NULL)
		return NULL;
	switch (constraint->contype)
	{
		case CONSTR_PRIMARY:
		case CONSTR_UNIQUE:
		case CONSTR_EXCLUSION:
			return constraint;
		default:
			return NULL;
	}
}

/*
 * ALTER TABLE that adds a primary key or the like: the same statement as a
 * command that adds the index, which then has no file.  Returns the statement
 * itself if that is not what it is.
 */
static AlterTableStmt *
edit_alter_table(AlterTableStmt *stmt, const char *sql)
{
	Constraint *constraint = added_index_constraint(stmt);
	AlterTableStmt *result;
	List *before;
	List *after;
	Oid relation;
	ListCell *lc;

	if (constraint == NULL)
		return stmt;
	relation = RangeVarGetRelid(stmt->relation, NoLock, true);
	if (!has_no_file(relation) || has_subclass(relation))
		return stmt;
	relation =
		AlterTableLookupRelation(stmt, AlterTableGetLockLevel(stmt->cmds));
	result = transformAlterTableStmt(relation, copyObject(stmt), sql, &before,
									 &after);
	if (before != NIL || after != NIL)
		return stmt;
	foreach (lc, result->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		if (cmd->subtype == AT_AddIndex)
			sm_index_keep_file(castNode(IndexStmt, cmd->def), NO_FILE);
	}
	if (constraint->contype == CONSTR_PRIMARY)
		result->cmds = list_concat(sm_primary_key_commands(relation,
														   constraint->keys),
								   result->cmds);
	return result;
}

static void
run_utility(PlannedStmt *plan, const char *sql, bool read_only_tree,
			ProcessUtilityContext context, ParamListInfo params,
			QueryEnvironment *env, DestReceiver *dest, QueryCompletion *qc)
{
	SmUnenforced unenforced = { .any = false };

	if (active)
		context = PROCESS_UTILITY_SUBCOMMAND;
	if (active && OidIsValid(scratch_am))
	{
		if (IsA(plan->utilityStmt, IndexStmt) &&
			define_index((IndexStmt *) plan->utilityStmt, sql))
			return;
		if (IsA(plan->utilityStmt, AlterTableStmt))
		{
			PlannedStmt *copy = makeNode(PlannedStmt);

			*copy = *plan;
			copy->utilityStmt =
				(Node *) edit_alter_table((AlterTableStmt *) plan->utilityStmt,
										  sql);
			if (copy->utilityStmt == plan->utilityStmt)
				copy->utilityStmt = copyObject(plan->utilityStmt);
			sm_unenforced_begin(&unenforced,
								(AlterTableStmt *) copy->utilityStmt);
			plan = copy;
		}
	}
	if (previous_hook)
		previous_hook(plan, sql, read_only_tree, context, params, env, dest,
					  qc);
	else
		standard_ProcessUtility(plan, sql, read_only_tree, context, params, env,
								dest, qc);
	sm_unenforced_end(&unenforced);
}

static void
unhook(void *arg)
{
	active = false;
	scratch_am = InvalidOid;
	/* if somebody has hooked in behind us, we must stay in the chain */
	if (ProcessUtility_hook == run_utility)
	{
		ProcessUtility_hook = previous_hook;
		hooked = false;
	}
}

/*
 * Has no event trigger fire, until the memory context is reset or deleted, as
 * it is at the end of the subtransaction.
 */
void
sm_nostorage_hook(MemoryContext context)
{
	MemoryContextCallback *callback =
		MemoryContextAllocZero(context, sizeof(MemoryContextCallback));

	if (!hooked)
	{
		previous_hook = ProcessUtility_hook;
		ProcessUtility_hook = run_utility;
		hooked = true;
	}
	active = true;
	callback->func = unhook;
	MemoryContextRegisterResetCallback(context, callback);
}

static void
run(const char *sql)
{
	sm_exec_raw(linitial_node(RawStmt, sm_script_parse_statement(sql)), sql);
}

/*
 * Makes the access method, for a subtransaction that is rolled back, and has
 * indexes of its tables made without files until the hook ends.  To be called
 * as a superuser.
 */
void
sm_nostorage_make(void)
{
	const char *library =
		sm_rows_text(sm_query(&our_library, NULL, NULL), 0, 1);

	run(psprintf("CREATE FUNCTION schemamig.scratch_am_handler(pg_catalog.internal) "
				 "RETURNS pg_catalog.table_am_handler LANGUAGE c "
				 "AS %s, 'schemamig_scratch_am_handler'",
				 quote_literal_cstr(library)));
	run("CREATE ACCESS METHOD " SM_SCRATCH_AM
		" TYPE TABLE HANDLER schemamig.scratch_am_handler");
	scratch_am = get_table_am_oid(SM_SCRATCH_AM, false);
}

static void
skip_foreign_key_validation(Node *def)
{
	Constraint *constraint = (Constraint *) def;

	if (def && IsA(def, Constraint) && constraint->contype == CONSTR_FOREIGN)
		constraint->skip_validation = true;
}

/*
 * Changes a statement of a model so that it does not look at rows, of which
 * there are none: what it defines is the same.
 */
void
sm_nostorage_edit(Node *stmt)
{
	ListCell *lc;

	if (IsA(stmt, CreateTableAsStmt))
		((CreateTableAsStmt *) stmt)->into->skipData = true;
	else if (IsA(stmt, AlterTableStmt))
	{
		foreach (lc, ((AlterTableStmt *) stmt)->cmds)
			skip_foreign_key_validation(lfirst_node(AlterTableCmd, lc)->def);
	}
}

/*
 * The materialized view that a statement of a model makes and fills, or NULL.
 * To be asked before sm_nostorage_edit().
 */
RangeVar *
sm_nostorage_filled(Node *stmt)
{
	CreateTableAsStmt *create = (CreateTableAsStmt *) stmt;

	if (!IsA(stmt, CreateTableAsStmt) || create->into->skipData ||
		create->objtype != OBJECT_MATVIEW)
		return NULL;
	return copyObject(create->into->rel);
}

/* Has it count as filled, although its query has not been run */
void
sm_nostorage_mark_filled(const RangeVar *view)
{
	Relation rel = table_openrv(view, NoLock);

	SetMatViewPopulatedState(rel, true);
	table_close(rel, NoLock);
}

/* Whether storage parameters are among them that only a TOAST table can have */
static bool
has_toast_option(const List *options)
{
	ListCell *lc;

	foreach (lc, options)
	{
		const DefElem *option = lfirst_node(DefElem, lc);

		if (option->defnamespace && strcmp(option->defnamespace, "toast") == 0)
			return true;
	}
	return false;
}

/* Which access method a statement is to name */
static void
edit_access_method(char **method, const List *options)
{
	if (has_toast_option(options))
	{
		if (*method == NULL)
			*method = "heap";
	}
	else if (*method && strcmp(*method, "heap") == 0)
		*method = SM_SCRATCH_AM;
}

/*
 * Changes a statement of a model that runs without files so that it makes a
 * table with a file only if there is a reason, and none if it names heap.
 */
void
sm_nostorage_edit_fast(Node *stmt)
{
	ListCell *lc;

	if (IsA(stmt, CreateStmt))
		edit_access_method(&((CreateStmt *) stmt)->accessMethod,
						   ((CreateStmt *) stmt)->options);
	else if (IsA(stmt, CreateTableAsStmt))
		edit_access_method(&((CreateTableAsStmt *) stmt)->into->accessMethod,
						   ((CreateTableAsStmt *) stmt)->into->options);
	else if (IsA(stmt, AlterTableStmt))
	{
		foreach (lc, ((AlterTableStmt *) stmt)->cmds)
		{
			const AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

			/* without a TOAST table the server would silently do nothing */
			if ((cmd->subtype == AT_SetRelOptions ||
				 cmd->subtype == AT_ResetRelOptions) &&
				has_toast_option((List *) cmd->def))
				ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
								errmsg("the table has no TOAST table")));
		}
	}
}
