/*-------------------------------------------------------------------------
 *
 * unenforced.c
 *	  Foreign keys without triggers.
 *
 * Where nobody ever puts a row into a table, its foreign keys need no triggers.
 * To make these takes longer than all else about a foreign key; so those of a
 * model are added as NOT ENFORCED, where the server has that, and their tuples
 * corrected.
 *
 * Not those of partitioned tables and partitions, for which the server looks
 * for the triggers when partitions come and go.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "compat.h"
#include "locks.h"
#include "unenforced.h"

/* Is it an ordinary table that is no partition? */
static bool
is_plain(const RangeVar *name)
{
	Oid relation = RangeVarGetRelid(name, NoLock, true);

	return OidIsValid(relation) &&
		   get_rel_relkind(relation) == RELKIND_RELATION &&
		   !get_rel_relispartition(relation);
}

/* The foreign keys that the statement adds; NIL if they need their triggers */
static List *
added_keys(const AlterTableStmt *stmt)
{
	List *keys = NIL;
	ListCell *lc;

	foreach (lc, stmt->cmds)
	{
		const AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);
		Constraint *key = (Constraint *) cmd->def;

		if (cmd->subtype != AT_AddConstraint || !IsA(key, Constraint) ||
			key->contype != CONSTR_FOREIGN)
			continue;
		if (!sm_to_be_enforced(key) || !is_plain(key->pktable) ||
			(keys && key->initially_valid !=
						 linitial_node(Constraint, keys)->initially_valid))
			return NIL;
		keys = lappend(keys, key);
	}
	return keys && is_plain(stmt->relation) ? keys : NIL;
}

/*
 * To be called before a statement that may be changed is run, for which
 * sm_locks_observe() is in force: has the foreign keys that it adds made
 * without triggers.
 */
void
sm_unenforced_begin(SmUnenforced *u, const AlterTableStmt *stmt)
{
	List *keys = SM_CAN_LEAVE_UNENFORCED ? added_keys(stmt) : NIL;
	ListCell *lc;

	u->any = keys != NIL;
	if (!u->any)
		return;
	u->valid = linitial_node(Constraint, keys)->initially_valid;
	foreach (lc, keys)
		sm_leave_unenforced(lfirst_node(Constraint, lc));
	(void) sm_locks_all_created(&u->created);
}

static void
enforce(Relation constraints, Oid oid, bool valid)
{
	HeapTuple tuple = SearchSysCacheCopy1(CONSTROID, ObjectIdGetDatum(oid));
	Form_pg_constraint form;

	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	if (form->contype == CONSTRAINT_FOREIGN && !sm_is_enforced(form))
	{
		sm_set_enforced(form, valid);
		CatalogTupleUpdate(constraints, &tuple->t_self, tuple);
	}
	heap_freetuple(tuple);
}

/* To be called after the statement: what it has made is what it says */
void
sm_unenforced_end(const SmUnenforced *u)
{
	Relation constraints;
	const SmCreated *created;
	int n;

	if (!u->any)
		return;
	CommandCounterIncrement();
	created = sm_locks_all_created(&n);
	constraints = table_open(ConstraintRelationId, RowExclusiveLock);
	for (int i = u->created; i < n; i++)
		if (created[i].class_id == ConstraintRelationId)
			enforce(constraints, created[i].object_id, u->valid);
	table_close(constraints, RowExclusiveLock);
	CommandCounterIncrement();
}
