/*-------------------------------------------------------------------------
 *
 * outside.c
 *	  Statements that run outside of a transaction block.
 *
 * Before such a statement the journal says that it begins, and the transaction
 * that it ends with says that it is done.  So it may be found begun by a later
 * run, and then some look is needed at what it has left behind:
 *
 *	- CREATE INDEX CONCURRENTLY: its index, which is dropped if it is not
 *	  valid and kept if it is.
 *	- REINDEX CONCURRENTLY: the copies that it makes, or the old indexes after
 *	  it has swapped them.
 *	- DETACH PARTITION CONCURRENTLY: a partition that is to be detached yet,
 *	  whoever began it.
 *
 * All others either take effect in the transaction that says so in the journal,
 * or can be run again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "attempt.h"
#include "blockers.h"
#include "compat.h"
#include "exec.h"
#include "locks.h"
#include "observe.h"
#include "outside.h"
#include "query.h"
#include "txn.h"

/* A statement at top level, or only what an earlier one has left */
typedef struct Outside
{
	SmTaking *taking;
	const SmStatement *stmt; /* NULL: none */
	const char *sql;
	bool concurrently;
	bool is_call;
	SmSessionEnv env;
	/* set by each try */
	List *leftovers;	 /* of char *: statements that remove them */
	const char *instead; /* runs instead of the statement; NULL: itself */
	bool is_done;		 /* it is done already */
	SmScriptContext context;
} Outside;

/* The run whose statement is running at top level, if any */
static const SmRun *current_run = NULL;

/*
 * The arguments of a CALL may call anything, also what would leave the role
 * that was lent to the run.  So they are evaluated with the rights of a script,
 * until the procedure asks for its run.
 */
static bool evaluating = false;
static SmEnv evaluation_env;

/* Indexes that a statement has made, and those that it has replaced by them */
static SmQuery left_indexes = {
	.sql =
		"SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), i.indisvalid, "
		"i.indexrelid = ANY ($1) "
		"FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
		"JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
		"WHERE i.indexrelid = ANY ($1) "
		"OR i.indrelid IN (SELECT m.indrelid FROM pg_catalog.pg_index m WHERE m.indexrelid = ANY ($1)) "
		"AND NOT i.indisvalid AND c.relname ~ '_ccold[0-9]*$' "
		"ORDER BY i.indexrelid",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { OIDARRAYOID }
};

static SmQuery detach_pending = {
	.sql =
		"SELECT pg_catalog.format('ALTER TABLE %s DETACH PARTITION %s FINALIZE', "
		"inhparent::pg_catalog.regclass, inhrelid::pg_catalog.regclass) "
		"FROM pg_catalog.pg_inherits "
		"WHERE inhparent = $1 AND inhrelid = $2 AND inhdetachpending",
	.mode = SM_READ_LATEST,
	.nargs = 2,
	.argtypes = { OIDOID, OIDOID }
};

static SmQuery valid_index = {
	.sql = "SELECT true FROM pg_catalog.pg_index "
		   "WHERE indexrelid = $1 AND indrelid = $2 AND indisvalid",
	.mode = SM_READ_LATEST,
	.nargs = 2,
	.argtypes = { OIDOID, OIDOID }
};

/*
 * The run whose statement is just running at top level in this session, for
 * procedures of ours that are such a statement; NULL if there is none.  To be
 * called before they commit: from here on it is up to them to run what belongs
 * to the user as a script is run.
 */
const SmRun *
sm_outside_run(void)
{
	if (evaluating)
		sm_env_leave(&evaluation_env);
	evaluating = false;
	return current_run;
}

static void
forget_current_run(void *arg)
{
	current_run = NULL;
	evaluating = false;
}

/* The ALTER TABLE ... DETACH PARTITION CONCURRENTLY of a statement, or NULL */
static PartitionCmd *
detach_command(Node *stmt)
{
	ListCell *lc;

	if (!IsA(stmt, AlterTableStmt))
		return NULL;
	foreach (lc, ((AlterTableStmt *) stmt)->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		if (cmd->subtype == AT_DetachPartition)
			return (PartitionCmd *) cmd->def;
	}
	return NULL;
}

/* The table that a statement CONCURRENTLY works on, and what it waits for */
static Oid
concurrent_table(Node *stmt, LOCKMODE *waits_for)
{
	const RangeVar *relation = NULL;
	Oid oid = InvalidOid;

	*waits_for = AccessExclusiveLock;
	switch (nodeTag(stmt))
	{
		case T_IndexStmt:
			relation = ((IndexStmt *) stmt)->relation;
			*waits_for = ShareLock;
			break;
		case T_ReindexStmt:
			relation = ((ReindexStmt *) stmt)->relation;
			break;
		case T_DropStmt:
			relation = makeRangeVarFromNameList(
				linitial(((DropStmt *) stmt)->objects));
			break;
		case T_AlterTableStmt:
			relation = ((AlterTableStmt *) stmt)->relation;
			break;
		default:
			break;
	}
	if (relation)
		oid = RangeVarGetRelid(relation, NoLock, true);
	if (OidIsValid(oid) && get_rel_relkind(oid) == RELKIND_INDEX)
		oid = IndexGetRelation(oid, true);
	return oid;
}

/*
 * Tells which sessions a statement CONCURRENTLY will have to wait for: it does
 * so without a limit, because a timeout is what leaves indexes that are not
 * valid.
 */
static void
tell_blockers(const Outside *o, Node *stmt)
{
	LOCKMODE mode;
	Oid table = concurrent_table(stmt, &mode);
	LOCKTAG tag;
	char *blockers;

	if (!OidIsValid(table))
		return;
	tag = sm_locks_relation_tag(table);
	blockers = sm_blockers_of_lock(&tag, mode);
	if (blockers == NULL)
		blockers = sm_blockers_of_snapshot();
	if (blockers)
		ereport(NOTICE,
				(errmsg("%s has to wait for other sessions", o->stmt->outside),
				 errdetail_internal("%s", blockers)));
}

/* Finds the indexes that an earlier try has left */
static void
find_left_indexes(Outside *o, const List *made, bool is_create)
{
	Datum *oids = palloc_array(Datum, list_length(made) + 1);
	Datum args[1];
	SmRows *rows;
	int n = 0;
	ListCell *lc;

	foreach (lc, made)
		oids[n++] = ObjectIdGetDatum(lfirst_oid(lc));
	args[0] = PointerGetDatum(
		construct_array(oids, n, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
	rows = sm_query(&left_indexes, args, NULL);
	for (uint64 i = 0; i < rows->n; i++)
	{
		const char *name = sm_rows_text(rows, i, 1);

		if (!sm_rows_bool(rows, i, 2))
		{
			ereport(NOTICE,
					(errmsg("dropping index %s, which an interrupted run has left invalid",
							name)));
			o->leftovers =
				lappend(o->leftovers,
						psprintf("DROP INDEX CONCURRENTLY IF EXISTS %s", name));
		}
		else if (is_create && sm_rows_bool(rows, i, 3))
			o->is_done = true;
	}
}

/* Whether the index that a statement is to create is there, and valid */
static bool
is_created(const IndexStmt *create)
{
	Oid table = RangeVarGetRelid(create->relation, NoLock, true);
	Oid index;
	Datum args[2];

	if (create->idxname == NULL || !OidIsValid(table))
		return false;
	index = get_relname_relid(create->idxname, get_rel_namespace(table));
	args[0] = ObjectIdGetDatum(index);
	args[1] = ObjectIdGetDatum(table);
	return OidIsValid(index) && sm_query(&valid_index, args, NULL)->n > 0;
}

/* Whether the statement is the one that is in doubt */
static bool
is_in_doubt(const SmTaking *taking, const SmUnfinished *unfinished)
{
	return unfinished->outside == taking->next + 1 &&
		   strcmp(unfinished->outside_checksum,
				  sm_prepare_statements_checksum(taking->step, taking->next,
												 taking->next + 1)) == 0;
}

/* Finds out what is left of the statement if it was begun and not finished */
static void
find_leftovers(Outside *o, Node *stmt, const SmUnfinished *unfinished)
{
	PartitionCmd *detach = detach_command(stmt);

	if (unfinished && unfinished->made && is_in_doubt(o->taking, unfinished))
	{
		find_left_indexes(o, unfinished->made, IsA(stmt, IndexStmt));
		if (IsA(stmt, IndexStmt) && is_created((IndexStmt *) stmt))
			o->is_done = true;
	}
	if (detach)
	{
		Datum args[] = {
			ObjectIdGetDatum(
				RangeVarGetRelid(((AlterTableStmt *) stmt)->relation, NoLock,
								 true)),
			ObjectIdGetDatum(RangeVarGetRelid(detach->name, NoLock, true))
		};
		SmRows *rows = sm_query(&detach_pending, args, NULL);

		if (rows->n > 0)
			o->instead = sm_rows_text(rows, 0, 1);
	}
}

/* The names of settings that the statements before have changed */
static List *
changed_settings(const SmScript *script, int upto)
{
	List *names = NIL;
	bool user = false;

	for (int i = sm_exec_settings_from(script, upto); i < upto; i++)
	{
		const SmSettingChange *set = &script->stmt[i].set;

		if (set->sets_role)
			user = true;
		else if (set->name && set->name[0] != '\0' && !set->is_local)
			names = lappend(names, (void *) set->name);
	}
	/* the right to set the others may be the first user's */
	if (user)
		names = lappend(lappend(names, "session_authorization"), "role");
	return names;
}

/*
 * The settings that the statement is to find: the tenant's, those of the
 * statements before it, and limits that fit.
 */
static List *
collect_settings(const Outside *o)
{
	List *names = list_make1("lock_timeout");
	List *settings;

	if (o->taking->run->tenant.schema)
		names = lappend(names, "search_path");
	names = list_concat(names, changed_settings(o->taking->step->script,
												o->taking->next));
	settings = sm_env_settings(names);
	if (o->concurrently)
	{
		/* our note in its last transaction should be in nobody's way */
		settings =
			lappend(settings, sm_env_setting("default_transaction_isolation",
											 "read committed"));
		settings = lappend(settings, sm_env_setting("lock_timeout", "0"));
		settings = lappend(settings, sm_env_setting("statement_timeout", "0"));
		if (GetConfigOption("transaction_timeout", true, false))
			settings =
				lappend(settings, sm_env_setting("transaction_timeout", "0"));
	}
	return settings;
}

/* Looks at everything that has to be known; returns the settings */
static List *
look(Outside *o)
{
	const SmRun *run = o->taking->run;
	const SmUnfinished *unfinished = sm_unfinished_read(run->tenant.name);
	List *settings;
	SmEnv env;

	o->leftovers = NIL;
	o->instead = NULL;
	o->is_done = false;
	sm_tenant_check(&run->tenant, run->run_as.role);
	sm_env_enter_script(&env, run->run_as, run->tenant.schema);
	sm_exec_settings(o->taking->step->script, o->taking->next);
	settings = collect_settings(o);
	if (o->stmt)
	{
		Node *stmt =
			linitial_node(RawStmt, sm_script_parse_statement(o->sql))->stmt;

		o->is_call = IsA(stmt, CallStmt);
		find_leftovers(o, stmt, unfinished);
		if (o->concurrently)
			tell_blockers(o, stmt);
	}
	else if (unfinished)
		find_left_indexes(o, unfinished->made, false);
	sm_env_leave(&env);
	return settings;
}

static void
note_made(Oid class_id, Oid object_id, void *arg)
{
	const Outside *o = arg;

	if (class_id == RelationRelationId)
		sm_unfinished_made(o->taking->run->tenant.name, object_id);
}

/* Runs the statement itself, between two commits */
static void
run_statement(Outside *o)
{
	const SmTaking *taking = o->taking;
	MemoryContext observation =
		AllocSetContextCreate(CurrentMemoryContext, "schemamig observation",
							  ALLOCSET_SMALL_SIZES);
	MemoryContextCallback *callback =
		MemoryContextAllocZero(observation, sizeof(MemoryContextCallback));

	sm_step_note(taking, taking->next, true);
	sm_txn_commit();

	callback->func = forget_current_run;
	MemoryContextRegisterResetCallback(observation, callback);
	current_run = taking->run;
	if (o->concurrently)
		sm_observe(observation, note_made, o);
	sm_script_push_context(&o->context, taking->step->script);
	o->context.stmt = taking->next;
	sm_env_restart_statement_timer(!o->concurrently);
	evaluating = o->is_call && taking->run->run_as.locked;
	if (evaluating)
		sm_env_enter_script(&evaluation_env, taking->run->run_as, NULL);
	sm_exec_toplevel(o->instead ? o->instead : o->sql);
	sm_script_pop_context(&o->context);
	MemoryContextDelete(observation);
}

/* One try */
static void
take(void *arg)
{
	Outside *o = arg;
	SmTaking *taking = o->taking;
	List *settings;
	ListCell *lc;

	sm_env_read_committed();
	sm_locks_run_again(&taking->run->tenant);
	sm_progress_statement(taking->next + 1);
	settings = look(o);
	sm_env_enter_session(&o->env, taking->run->run_as, settings);
	foreach (lc, o->leftovers)
	{
		sm_txn_commit();
		sm_env_restart_statement_timer(false);
		sm_exec_toplevel(lfirst(lc));
	}
	if (o->stmt && !o->is_done)
		run_statement(o);
	sm_env_leave_session(&o->env);
	if (o->stmt)
		sm_step_note(taking, taking->next + 1, false);
}

static void
clean_up(void *arg)
{
	Outside *o = arg;

	sm_exec_toplevel_failed();
	sm_env_leave_session(&o->env);
}

static void
attempt_outside(Outside *o, const char *what)
{
	SmAttempt attempt = {
		.what = what, .body = take, .failed = clean_up, .arg = o
	};

	o->env.context = CurrentMemoryContext;
	sm_attempt(&attempt);
}

/*
 * Takes the next statement of a step, at top level; also notes that it is
 * done, and commits.
 */
void
sm_outside_take(SmTaking *taking)
{
	const SmScript *script = taking->step->script;
	const SmStatement *stmt = &script->stmt[taking->next];
	Outside o = { .taking = taking,
				  .stmt = stmt,
				  .sql = pnstrdup(script->text + stmt->start, stmt->length),
				  .concurrently = stmt->concurrently };

	attempt_outside(&o, psprintf("statement %d of revision \"%s\"",
								 taking->next + 1, taking->step->rev->id));
	taking->next++;
}

/*
 * Drops the indexes that an interrupted run has left invalid.  The statement
 * that has made them may not be the next one any more, if the script was
 * edited.
 */
void
sm_outside_tidy(SmTaking *taking)
{
	Outside o = { .taking = taking, .concurrently = true };

	attempt_outside(&o, psprintf("revision \"%s\"", taking->step->rev->id));
}
