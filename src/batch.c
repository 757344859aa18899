/*-------------------------------------------------------------------------
 *
 * batch.c
 *	  The statements of a batch.
 *
 * The user gives assignments and a condition as text, and both become part of
 * two statements: one that looks for the last key of the next batch, and the
 * UPDATE up to there.  Before that the server's raw parser says whether each of
 * them is all that it claims to be, so that neither a semicolon nor a
 * parenthesis too many changes what the statements around it mean.  A newline
 * behind it ends a comment.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"

#include "batch.h"
#include "compat.h"
#include "script.h"

/* A parameter in the texts would be taken for one of ours */
static bool
find_nodes(Node *node, void *has_subquery)
{
	if (node == NULL)
		return false;
	if (IsA(node, ParamRef))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_PARAMETER),
						errmsg("there is no parameter $%d",
							   ((ParamRef *) node)->number)));
	if (IsA(node, SubLink))
		*(bool *) has_subquery = true;
	return raw_expression_tree_walker(node, find_nodes, has_subquery);
}

static void
refuse_clause(const void *clause, const char *name, const char *hint)
{
	if (clause)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the update of schemamig.backfill() cannot have %s",
						name),
				 hint ? errhint("%s", hint) : 0));
}

/* A key that changed would be met again, or never */
static void
check_targets(const UpdateStmt *stmt, const SmKeyset *keys)
{
	ListCell *lc;

	foreach (lc, stmt->targetList)
	{
		const char *name = lfirst_node(ResTarget, lc)->name;

		for (int i = 0; i < keys->n; i++)
		{
			if (strcmp(name, keys->column[i].name) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						 errmsg("cannot update column \"%s\" in batches", name),
						 errdetail("It is part of the primary key of table %s, along which the batches are made.",
								   keys->table)));
		}
	}
}

static void
check_update(const char *update, const SmKeyset *keys)
{
	char *sql = psprintf("UPDATE %s SET %s", keys->table, update);
	ErrorContextCallback context;
	bool has_subquery;
	List *raw;
	UpdateStmt *stmt;

	sm_script_push_text(&context, sql);
	raw = sm_script_parse_statement(sql);
	stmt = (UpdateStmt *) linitial_node(RawStmt, raw)->stmt;
	/* a length is set where there is a semicolon */
	if (list_length(raw) != 1 || !IsA(stmt, UpdateStmt) ||
		linitial_node(RawStmt, raw)->stmt_len != 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg(
					 "the update of schemamig.backfill() must be assignments only"),
				 errhint(
					 "Write what stands between SET and WHERE of an UPDATE, without a semicolon.")));
	refuse_clause(stmt->whereClause, "WHERE",
				  "Write it as the argument \"condition\".");
	refuse_clause(stmt->fromClause, "FROM",
				  "Use a subquery in the assignments.");
	refuse_clause(sm_update_returning(stmt), "RETURNING", NULL);
	(void) find_nodes((Node *) stmt, &has_subquery);
	check_targets(stmt, keys);
	error_context_stack = context.previous;
}

static void
check_condition(const char *condition, bool *has_subquery)
{
	ErrorContextCallback context;
	Node *expression;

	sm_script_push_text(&context, condition);
	expression = sm_script_parse_expression(condition);
	if (expression == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg(
					 "the condition of schemamig.backfill() must be one expression"),
				 errhint(
					 "Write what stands behind WHERE of an UPDATE, without WHERE.")));
	(void) find_nodes(expression, has_subquery);
	error_context_stack = context.previous;
}

/*
 * Refuses what is not assignments to columns outside of the primary key, and
 * an expression.
 */
void
sm_batch_check(SmBatch *batch, const SmKeyset *keys)
{
	batch->has_subquery = false;
	check_update(batch->update, keys);
	if (batch->condition)
		check_condition(batch->condition, &batch->has_subquery);
}

/*
 * All that is to be done, as one statement.  It says whether two calls are
 * the same.
 */
char *
sm_batch_call(const SmBatch *batch, const SmKeyset *keys)
{
	return psprintf("UPDATE %s SET %s%s%s", keys->table, batch->update,
					batch->condition ? " WHERE " : "",
					batch->condition ? batch->condition : "");
}

/*
 * The query for the key of the last row of the next batch.  Its parameters
 * are the key of the last row that is done, unless it starts from the
 * beginning.  No row: there is none left.
 */
char *
sm_batch_bound(const SmBatch *batch, const SmKeyset *keys, bool from_start,
			   int size)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "SELECT * FROM (SELECT ");
	for (int i = 0; i < keys->n; i++)
		appendStringInfo(&buf, "%s%s AS k%d", i > 0 ? ", " : "",
						 keys->column[i].reference, i + 1);
	appendStringInfo(&buf, " FROM %s WHERE ", keys->table);
	if (from_start)
		appendStringInfoString(&buf, "true");
	else
		sm_keyset_compare(&buf, keys, SM_KEYSET_AFTER, 1);
	if (batch->condition)
		appendStringInfo(&buf, " AND (%s\n)", batch->condition);
	appendStringInfoString(&buf, " ORDER BY ");
	for (int i = 0; i < keys->n; i++)
		appendStringInfo(&buf, "%s%s", i > 0 ? ", " : "",
						 keys->column[i].reference);
	appendStringInfo(&buf, " LIMIT %d) AS batch ORDER BY ", size);
	for (int i = 0; i < keys->n; i++)
		appendStringInfo(&buf, "%sk%d DESC", i > 0 ? ", " : "", i + 1);
	appendStringInfoString(&buf, " LIMIT 1");
	return buf.data;
}

/*
 * The UPDATE of a batch.  Its parameters are the key of the last row that is
 * done, unless it starts from the beginning, and that of its own last row.
 *
 * CASE has the condition not lead to an index of its own: each batch would read
 * all that is found there.  In a subquery it would do harm, as that could not
 * become a join.
 */
char *
sm_batch_update(const SmBatch *batch, const SmKeyset *keys, bool from_start)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "UPDATE %s SET %s\nWHERE ", keys->table,
					 batch->update);
	if (!from_start)
	{
		sm_keyset_compare(&buf, keys, SM_KEYSET_AFTER, 1);
		appendStringInfoString(&buf, " AND ");
	}
	sm_keyset_compare(&buf, keys, SM_KEYSET_UPTO, from_start ? 1 : keys->n + 1);
	if (batch->condition)
		appendStringInfo(&buf,
						 batch->has_subquery
							 ? " AND (%s\n)"
							 : " AND CASE WHEN %s\nTHEN true END",
						 batch->condition);
	return buf.data;
}
