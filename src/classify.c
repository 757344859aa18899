/*-------------------------------------------------------------------------
 *
 * classify.c
 *	  What a statement is, from its parse tree: may a script contain it, can
 *	  it run inside a transaction block, does it change a setting.
 *
 * Only what the parse tree alone can tell is decided here.  A few statements
 * are refused inside a transaction block depending on the catalogs (REINDEX
 * of a partitioned table, DROP SUBSCRIPTION with a slot): for those the
 * server's own error speaks when they run.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "nodes/parsenodes.h"

#include "classify.h"

#define OUR_NAME "schemamig"

/* The value of a boolean option, or what it is when it is not there */
static bool
bool_option(List *options, const char *name, bool fallback)
{
	ListCell *lc;

	foreach (lc, options)
	{
		DefElem *option = lfirst_node(DefElem, lc);

		if (strcmp(option->defname, name) == 0)
			return defGetBoolean(option);
	}
	return fallback;
}

static bool
has_option(List *options, const char *name)
{
	ListCell *lc;

	foreach (lc, options)
	{
		if (strcmp(lfirst_node(DefElem, lc)->defname, name) == 0)
			return true;
	}
	return false;
}

/* Whether a DROP names the extension or its schema */
static bool
drops_us(DropStmt *drop)
{
	ListCell *lc;

	if (drop->removeType != OBJECT_EXTENSION &&
		drop->removeType != OBJECT_SCHEMA)
		return false;
	foreach (lc, drop->objects)
	{
		if (strcmp(strVal(lfirst(lc)), OUR_NAME) == 0)
			return true;
	}
	return false;
}

static const char *
refused_set(VariableSetStmt *set, const char **hint)
{
	if (set->kind == VAR_SET_MULTI)
	{
		*hint =
			"Set the isolation level in the transaction that runs the revision.";
		return "SET TRANSACTION or SET SESSION CHARACTERISTICS";
	}
	if (set->name && (strcmp(set->name, "standard_conforming_strings") == 0 ||
					  strcmp(set->name, "backslash_quote") == 0))
	{
		*hint = "Scripts are always read with the setting's default.";
		return psprintf("SET %s", set->name);
	}
	return NULL;
}

/*
 * If no script may contain the statement, what it is, for "... is not allowed
 * in a script"; else NULL.
 */
const char *
sm_classify_refused(Node *stmt, const char **hint)
{
	switch (nodeTag(stmt))
	{
		case T_TransactionStmt:
			*hint =
				"schemamig begins and commits the transaction; put what must be committed apart into a revision of its own.";
			return "transaction control";
		case T_CopyStmt:
			if (((CopyStmt *) stmt)->filename != NULL)
				return NULL;
			*hint = "Use INSERT, or COPY with a file on the server.";
			return ((CopyStmt *) stmt)->is_from ? "COPY FROM STDIN"
												: "COPY TO STDOUT";
		case T_VariableSetStmt:
			return refused_set((VariableSetStmt *) stmt, hint);
		case T_DropStmt:
			if (!drops_us((DropStmt *) stmt))
				return NULL;
			*hint = "Drop it outside of a revision.";
			return "dropping the extension schemamig";
		default:
			return NULL;
	}
}

static const char *
outside_alter_table(AlterTableStmt *alter)
{
	ListCell *lc;

	foreach (lc, alter->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		if (cmd->subtype == AT_DetachPartition &&
			((PartitionCmd *) cmd->def)->concurrent)
			return "ALTER TABLE ... DETACH PARTITION CONCURRENTLY";
	}
	return NULL;
}

static const char *
outside_reindex(ReindexStmt *reindex)
{
	if (bool_option(reindex->params, "concurrently", false))
		return "REINDEX CONCURRENTLY";
	switch (reindex->kind)
	{
		case REINDEX_OBJECT_SCHEMA:
			return "REINDEX SCHEMA";
		case REINDEX_OBJECT_SYSTEM:
			return "REINDEX SYSTEM";
		case REINDEX_OBJECT_DATABASE:
			return "REINDEX DATABASE";
		default:
			return NULL;
	}
}

static const char *
outside_alter_subscription(AlterSubscriptionStmt *alter)
{
	switch (alter->kind)
	{
		case ALTER_SUBSCRIPTION_REFRESH:
			return "ALTER SUBSCRIPTION ... REFRESH PUBLICATION";
		case ALTER_SUBSCRIPTION_SET_PUBLICATION:
		case ALTER_SUBSCRIPTION_ADD_PUBLICATION:
		case ALTER_SUBSCRIPTION_DROP_PUBLICATION:
			return bool_option(alter->options, "refresh", true)
					   ? "ALTER SUBSCRIPTION ... PUBLICATION with refresh"
					   : NULL;
		default:
			return NULL;
	}
}

/* Whether a CALL is that of our own procedure, which commits its batches */
static bool
calls_backfill(CallStmt *call)
{
	List *name = call->funccall->funcname;

	return list_length(name) == 2 &&
		   strcmp(strVal(linitial(name)), OUR_NAME) == 0 &&
		   strcmp(strVal(lsecond(name)), "backfill") == 0;
}

/*
 * If the server refuses the statement inside a transaction block, its name;
 * else NULL.  The list is that of PreventInTransactionBlock()'s callers, as far
 * as the parse tree tells, and our own procedure.
 */
const char *
sm_classify_outside(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_IndexStmt:
			return ((IndexStmt *) stmt)->concurrent
					   ? "CREATE INDEX CONCURRENTLY"
					   : NULL;
		case T_DropStmt:
			return ((DropStmt *) stmt)->concurrent ? "DROP INDEX CONCURRENTLY"
												   : NULL;
		case T_ReindexStmt:
			return outside_reindex((ReindexStmt *) stmt);
		case T_VacuumStmt:
			return ((VacuumStmt *) stmt)->is_vacuumcmd ? "VACUUM" : NULL;
		case T_ClusterStmt:
			return ((ClusterStmt *) stmt)->relation == NULL
					   ? "CLUSTER without a table"
					   : NULL;
		case T_AlterTableStmt:
			return outside_alter_table((AlterTableStmt *) stmt);
		case T_CreatedbStmt:
			return "CREATE DATABASE";
		case T_DropdbStmt:
			return "DROP DATABASE";
		case T_AlterDatabaseStmt:
			return has_option(((AlterDatabaseStmt *) stmt)->options,
							  "tablespace")
					   ? "ALTER DATABASE SET TABLESPACE"
					   : NULL;
		case T_CreateTableSpaceStmt:
			return "CREATE TABLESPACE";
		case T_DropTableSpaceStmt:
			return "DROP TABLESPACE";
		case T_AlterSystemStmt:
			return "ALTER SYSTEM";
		case T_CallStmt:
			return calls_backfill((CallStmt *) stmt) ? "schemamig.backfill()"
													 : NULL;
		case T_DiscardStmt:
			return ((DiscardStmt *) stmt)->target == DISCARD_ALL ? "DISCARD ALL"
																 : NULL;
		case T_CreateSubscriptionStmt:
		{
			List *options = ((CreateSubscriptionStmt *) stmt)->options;
			bool connect = bool_option(options, "connect", true);

			return bool_option(options, "create_slot", connect)
					   ? "CREATE SUBSCRIPTION with a slot"
					   : NULL;
		}
		case T_AlterSubscriptionStmt:
			return outside_alter_subscription((AlterSubscriptionStmt *) stmt);
		default:
			return NULL;
	}
}

/* The string constant that an argument is, or NULL */
static const char *
string_argument(Node *argument)
{
	A_Const *constant = (A_Const *) argument;

	if (!IsA(argument, A_Const) || constant->isnull ||
		!IsA(&constant->val, String))
		return NULL;
	return strVal(&constant->val);
}

/*
 * The setting that SELECT set_config('name', 'value', false) changes for good,
 * as scripts of pg_dump do; NULL for another statement.
 */
static const char *
set_config_name(SelectStmt *select)
{
	ResTarget *target;
	FuncCall *call;
	Node *is_local;

	if (list_length(select->targetList) != 1 || select->fromClause ||
		select->intoClause || select->op != SETOP_NONE)
		return NULL;
	target = linitial_node(ResTarget, select->targetList);
	call = (FuncCall *) target->val;
	if (!IsA(call, FuncCall) || list_length(call->args) != 3 ||
		strcmp(strVal(llast(call->funcname)), "set_config") != 0)
		return NULL;
	is_local = lthird(call->args);
	if (IsA(is_local, A_Const) && IsA(&((A_Const *) is_local)->val, Boolean) &&
		!boolVal(&((A_Const *) is_local)->val))
		return string_argument(linitial(call->args));
	return NULL;
}

/*
 * Whether it takes a look at the catalogs to know if the server refuses the
 * statement inside a transaction block: see outside.c.
 */
bool
sm_classify_maybe_outside(Node *stmt)
{
	ReindexStmt *reindex = (ReindexStmt *) stmt;

	switch (nodeTag(stmt))
	{
		case T_ReindexStmt:
			return reindex->kind == REINDEX_OBJECT_TABLE ||
				   reindex->kind == REINDEX_OBJECT_INDEX;
		case T_ClusterStmt:
		case T_AlterSubscriptionStmt:
		case T_DropSubscriptionStmt:
			return true;
		default:
			return false;
	}
}

/*
 * Whether the statement is one of those that must not be cut short by a
 * timeout: they commit in between and leave behind what is half done.
 */
bool
sm_classify_concurrently(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_IndexStmt:
			return ((IndexStmt *) stmt)->concurrent;
		case T_DropStmt:
			return ((DropStmt *) stmt)->concurrent;
		case T_ReindexStmt:
			return bool_option(((ReindexStmt *) stmt)->params, "concurrently",
							   false);
		case T_AlterTableStmt:
			return outside_alter_table((AlterTableStmt *) stmt) != NULL;
		default:
			return false;
	}
}

/*
 * Whether all that such a statement can leave behind are indexes that it has
 * made.
 */
bool
sm_classify_makes_index(Node *stmt)
{
	return IsA(stmt, IndexStmt) || IsA(stmt, ReindexStmt);
}

/*
 * Whether what the statement makes cannot be used before it is committed: a
 * value that is added to an enum.
 */
bool
sm_classify_needs_commit(Node *stmt)
{
	return IsA(stmt, AlterEnumStmt) && ((AlterEnumStmt *) stmt)->oldVal == NULL;
}

/*
 * What a statement does to the settings: which one it changes for the rest of
 * the script, "" for RESET ALL, NULL if none, as with SET LOCAL; and whether it
 * changes the current user, for however long.
 */
SmSettingChange
sm_classify_setting(Node *stmt)
{
	SmSettingChange change = { 0 };
	VariableSetStmt *set = (VariableSetStmt *) stmt;

	if (IsA(stmt, SelectStmt))
		change.name = set_config_name((SelectStmt *) stmt);
	if (!IsA(stmt, VariableSetStmt))
		return change;
	if (set->kind == VAR_RESET_ALL)
		change.name = "";
	if (set->name == NULL)
		return change;
	change.sets_role = (strcmp(set->name, "role") == 0 ||
						strcmp(set->name, "session_authorization") == 0);
	change.is_local = set->is_local;
	change.name = set->name;
	return change;
}

/*
 * Whether a statement is a SELECT or VALUES that could be a query in a WITH
 * clause and has columns.  One with a WITH clause of its own is not: that may
 * change rows.
 */
bool
sm_classify_plain_select(Node *stmt)
{
	SelectStmt *select = (SelectStmt *) stmt;

	if (!IsA(stmt, SelectStmt) || select->intoClause || select->withClause)
		return false;
	while (select->op != SETOP_NONE)
		select = select->larg;
	return select->targetList != NIL || select->valuesLists != NIL;
}
