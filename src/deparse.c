/*-------------------------------------------------------------------------
 *
 * deparse.c
 *	  The text of expressions and queries in the catalogs.
 *
 * The server's functions for that give the same text.  But they open each
 * relation, to find the names of its columns, which fills the caches of a
 * session with tables that it does not use, and for many tables takes longer
 * than all that the snapshot needs of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "nodes/bitmapset.h"
#include "nodes/makefuncs.h"
#include "nodes/plannodes.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

#include "compat.h"
#include "deparse.h"

/*
 * Is there anything in the expression that is written in another way if the
 * server is asked, or that takes more than names of columns: CASE, of which it
 * makes several lines, whole rows, and columns of the system?
 */
static bool
is_special(const char *tree)
{
	return strstr(tree, "{CASE") || strstr(tree, "{SUBLINK ") ||
		   strstr(tree, ":varattno 0 ") || strstr(tree, ":varattno -");
}

/*
 * What stands for the relation: something with columns, of which those that the
 * expression has have their names.
 */
static RangeTblEntry *
make_relation(const SmSnapshot *snapshot, Oid relation, Node *expression)
{
	RangeTblEntry *rte = makeNode(RangeTblEntry);
	String *unused = makeString("");
	SmAddress address = { RelationRelationId, relation, 0 };
	Bitmapset *numbers = NULL;
	List *names = NIL;
	int number = -1;

	pull_varattnos(expression, 1, &numbers);
	while ((number = bms_next_member(numbers, number)) >= 0)
	{
		const SmObject *column;

		address.subid = number + FirstLowInvalidHeapAttributeNumber;
		column = sm_snapshot_at(snapshot, address);
		if (column == NULL || column->address.subid != address.subid)
			return NULL;
		while (list_length(names) < address.subid - 1)
			names = lappend(names, unused);
		names = lappend(names, makeString(pstrdup(column->name)));
	}
	rte->rtekind = RTE_NAMEDTUPLESTORE;
	rte->eref = makeAlias("relation", names);
	return rte;
}

static List *
make_context(const SmSnapshot *snapshot, Oid relation, Node *expression)
{
	PlannedStmt *plan;
	RangeTblEntry *rte = make_relation(snapshot, relation, expression);

	if (rte == NULL)
		return NIL;
	plan = makeNode(PlannedStmt);
	plan->rtable = list_make1(rte);
	return deparse_context_for_plan_tree(plan, list_make1("relation"));
}

/* What a function of the server says, which is null for what is not there */
static char *
ask_server(PGFunction function, Datum arg1, Datum arg2, int nargs)
{
	LOCAL_FCINFO(fcinfo, 2);
	Datum result;

	InitFunctionCallInfoData(*fcinfo, NULL, nargs, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = arg1;
	fcinfo->args[0].isnull = false;
	fcinfo->args[1].value = arg2;
	fcinfo->args[1].isnull = false;
	result = function(fcinfo);
	if (fcinfo->isnull)
		sm_snapshot_outdated();
	return TextDatumGetCString(result);
}

/*
 * The text of an expression, as pg_get_expr() gives it.  relation is that whose
 * columns it may have, or InvalidOid.
 */
char *
sm_deparse(const SmSnapshot *snapshot, Oid relation, const char *tree)
{
	if (!is_special(tree))
	{
		Node *expression = stringToNode(tree);
		List *context = OidIsValid(relation)
							? make_context(snapshot, relation, expression)
							: NIL;

		if (context != NIL || !OidIsValid(relation))
			return deparse_expression(expression, context, false, false);
	}
	return ask_server(pg_get_expr, CStringGetTextDatum(tree),
					  ObjectIdGetDatum(relation), 2);
}

/* Gives the columns of a query the names that those of the view have */
static void
name_columns(Query *query, TupleDesc desc)
{
	int number = 0;
	ListCell *lc;

	foreach (lc, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);

		if (!entry->resjunk && number < desc->natts)
			entry->resname =
				pstrdup(NameStr(TupleDescAttr(desc, number++)->attname));
	}
}

/*
 * The query of a view, as pg_get_viewdef() gives it, but without the semicolon.
 * That looks for the rule and parses it once more, although the view has it.
 */
char *
sm_deparse_view(Oid view)
{
	Relation relation = try_relation_open(view, AccessShareLock);
	Query *query;
	char *definition;

	if (relation == NULL)
		sm_snapshot_outdated();
	query = copyObject(get_view_query(relation));
	name_columns(query, RelationGetDescr(relation));
	relation_close(relation, AccessShareLock);
	/* in a set operation, all of its parts have these names */
	if (query->setOperations == NULL)
		return pg_get_querydef(query, false);
	definition =
		ask_server(pg_get_viewdef, ObjectIdGetDatum(view), (Datum) 0, 1);
	definition[strlen(definition) - 1] = '\0';
	return definition;
}
