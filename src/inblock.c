/*-------------------------------------------------------------------------
 *
 * inblock.c
 *	  Whether the server would refuse a statement inside a transaction block,
 *	  where that depends on the catalogs.
 *
 * The look is taken when the turn of the statement has come, with the rights
 * and settings that it will run with.  What does not exist is not refused: the
 * server's own error speaks of that.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_subscription.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "inblock.h"
#include "script.h"

static bool
is_partitioned(const RangeVar *relation)
{
	Oid oid = RangeVarGetRelid(relation, NoLock, true);
	char relkind = OidIsValid(oid) ? get_rel_relkind(oid) : '\0';

	return relkind == RELKIND_PARTITIONED_TABLE ||
		   relkind == RELKIND_PARTITIONED_INDEX;
}

/* The subscription of that name; *has_slot tells whether it uses a slot */
static bool
find_subscription(const char *name, bool *enabled, bool *has_slot)
{
	HeapTuple tuple =
		SearchSysCache2(SUBSCRIPTIONNAME, ObjectIdGetDatum(MyDatabaseId),
						CStringGetDatum(name));
	bool no_slot;

	if (!HeapTupleIsValid(tuple))
		return false;
	*enabled = ((Form_pg_subscription) GETSTRUCT(tuple))->subenabled;
	(void) SysCacheGetAttr(SUBSCRIPTIONNAME, tuple,
						   Anum_pg_subscription_subslotname, &no_slot);
	*has_slot = !no_slot;
	ReleaseSysCache(tuple);
	return true;
}

/* Options that the slot on the publisher has to be told of */
static bool
alters_slot(const List *options)
{
	ListCell *lc;

	foreach (lc, options)
	{
		const char *name = lfirst_node(DefElem, lc)->defname;

		if (strcmp(name, "failover") == 0 || strcmp(name, "two_phase") == 0)
			return true;
	}
	return false;
}

/*
 * What the statement is if the server would refuse it now, else NULL.  sql is
 * the text of one statement.
 */
const char *
sm_inblock_refused(const char *sql)
{
	RawStmt *raw = linitial_node(RawStmt, sm_script_parse_statement(sql));
	Node *stmt = raw->stmt;
	bool enabled = false;
	bool has_slot = false;

	switch (nodeTag(stmt))
	{
		case T_ReindexStmt:
			return is_partitioned(((ReindexStmt *) stmt)->relation)
					   ? "REINDEX of a partitioned relation"
					   : NULL;
		case T_ClusterStmt:
			return is_partitioned(((ClusterStmt *) stmt)->relation)
					   ? "CLUSTER of a partitioned table"
					   : NULL;
		case T_DropSubscriptionStmt:
			return find_subscription(((DropSubscriptionStmt *) stmt)->subname,
									 &enabled, &has_slot) &&
						   has_slot
					   ? "DROP SUBSCRIPTION with a slot"
					   : NULL;
		case T_AlterSubscriptionStmt:
			return alters_slot(((AlterSubscriptionStmt *) stmt)->options) &&
						   find_subscription(((AlterSubscriptionStmt *) stmt)
												 ->subname,
											 &enabled, &has_slot) &&
						   has_slot
					   ? "ALTER SUBSCRIPTION that alters the slot"
					   : NULL;
		default:
			return NULL;
	}
}
