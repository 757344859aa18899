/*-------------------------------------------------------------------------
 *
 * lockmode.c
 *	  How a statement locks the relations that it changes.
 *
 * For ALTER TABLE the server has a function that says so; of the others it is
 * in their code, and stands here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/tablecmds.h"
#include "nodes/parsenodes.h"
#include "storage/lock.h"

#include "compat.h"
#include "lockmode.h"
#include "script.h"

static bool
is_relation_part(ObjectType type)
{
	switch (type)
	{
		case OBJECT_TABLE:
		case OBJECT_INDEX:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_SEQUENCE:
		case OBJECT_FOREIGN_TABLE:
		case OBJECT_TRIGGER:
		case OBJECT_POLICY:
		case OBJECT_RULE:
		case OBJECT_COLUMN:
		case OBJECT_TABCONSTRAINT:
			return true;
		default:
			return false;
	}
}

/*
 * ALTER TABLE takes some more locks than the one on its table: on one that a
 * foreign key refers to, on a partition, on a parent.
 */
static LOCKMODE
alter_table_lock(const AlterTableStmt *stmt, bool in_use)
{
	LOCKMODE own;
	LOCKMODE others = NoLock;
	ListCell *lc;

	if (stmt->objtype == OBJECT_TYPE)
		return NoLock;
	own = AlterTableGetLockLevel(stmt->cmds);
	foreach (lc, stmt->cmds)
	{
		const AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		switch (cmd->subtype)
		{
			case AT_AddConstraint:
				if (castNode(Constraint, cmd->def)->contype == CONSTR_FOREIGN)
					others = Max(others, ShareRowExclusiveLock);
				break;
			case AT_AttachPartition:
			case AT_DetachPartition:
				/* that of its parent; then there is that of itself */
				others = Max(others, own);
				own = AccessExclusiveLock;
				break;
			case AT_AddInherit:
				others = Max(others, ShareUpdateExclusiveLock);
				break;
			default:
				break;
		}
	}
	return in_use ? Max(own, others) : others;
}

static LOCKMODE
create_lock(const CreateStmt *stmt)
{
	if (stmt->partbound)
		return AccessExclusiveLock;
	return stmt->inhRelations ? ShareUpdateExclusiveLock : NoLock;
}

static LOCKMODE
rename_lock(const RenameStmt *stmt)
{
	if (stmt->renameType == OBJECT_INDEX)
		return ShareUpdateExclusiveLock;
	return is_relation_part(stmt->renameType) ? AccessExclusiveLock : NoLock;
}

/* The checks of a domain are made of the values in all columns of it */
static LOCKMODE
domain_lock(const AlterDomainStmt *stmt)
{
	switch (stmt->subtype)
	{
		case 'C':
			return castNode(Constraint, stmt->def)->skip_validation ? NoLock
																	: ShareLock;
		case 'O':
		case 'V':
			return ShareLock;
		default:
			return NoLock;
	}
}

static LOCKMODE
drop_lock(const DropStmt *stmt)
{
	if (stmt->removeType == OBJECT_STATISTIC_EXT)
		return ShareUpdateExclusiveLock;
	if (!is_relation_part(stmt->removeType))
		return NoLock;
	return stmt->concurrent ? ShareUpdateExclusiveLock : AccessExclusiveLock;
}

static LOCKMODE
comment_lock(const CommentStmt *stmt)
{
	if (stmt->objtype == OBJECT_TABCONSTRAINT ||
		stmt->objtype == OBJECT_TRIGGER || stmt->objtype == OBJECT_POLICY ||
		stmt->objtype == OBJECT_RULE)
		return NoLock;
	return is_relation_part(stmt->objtype) ? ShareUpdateExclusiveLock : NoLock;
}

/* On the relation that the statement is about */
static LOCKMODE
own_lock(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_IndexStmt:
			return ((IndexStmt *) stmt)->concurrent ? ShareUpdateExclusiveLock
													: ShareLock;
		case T_DropStmt:
			return drop_lock((DropStmt *) stmt);
		case T_CommentStmt:
			return comment_lock((CommentStmt *) stmt);
		case T_CreateTrigStmt:
		case T_AlterSeqStmt:
			return ShareRowExclusiveLock;
		case T_ViewStmt:
			return ((ViewStmt *) stmt)->replace ? AccessExclusiveLock : NoLock;
		case T_CreatePolicyStmt:
		case T_AlterPolicyStmt:
		case T_RuleStmt:
		case T_RefreshMatViewStmt:
			return AccessExclusiveLock;
		case T_RenameStmt:
			return rename_lock((RenameStmt *) stmt);
		case T_AlterObjectSchemaStmt:
			return is_relation_part(
					   ((AlterObjectSchemaStmt *) stmt)->objectType)
					   ? AccessExclusiveLock
					   : NoLock;
		case T_CreateStatsStmt:
			return ShareUpdateExclusiveLock;
		default:
			return NoLock;
	}
}

static LOCKMODE
statement_lock(Node *stmt, bool in_use)
{
	switch (nodeTag(stmt))
	{
		case T_AlterTableStmt:
			return alter_table_lock((AlterTableStmt *) stmt, in_use);
		case T_CreateStmt:
			return create_lock((CreateStmt *) stmt);
		case T_AlterDomainStmt:
			return domain_lock((AlterDomainStmt *) stmt);
		default:
			return in_use ? own_lock(stmt) : NoLock;
	}
}

/*
 * The strongest lock that a statement takes on relations that it changes, and
 * that others may be using; NoLock if it changes none.  Whether they may be
 * using the one that it is about, is up to the caller to know.
 */
LOCKMODE
sm_lockmode_of(const char *sql, bool in_use)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "schemamig lock mode",
							  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	LOCKMODE strongest = NoLock;
	ListCell *lc;

	foreach (lc, sm_script_parse_statement(sql))
	{
		LOCKMODE mode = statement_lock(((RawStmt *) lfirst(lc))->stmt, in_use);

		strongest = Max(strongest, mode);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return strongest;
}

/* As pg_locks shows it; NULL for none */
const char *
sm_lockmode_name(LOCKMODE mode)
{
	return mode == NoLock ? NULL : GetLockmodeName(DEFAULT_LOCKMETHOD, mode);
}
