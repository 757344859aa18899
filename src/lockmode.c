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

static LOCKMODE
create_lock(const CreateStmt *stmt)
{
	if (stmt->partbound)
		return AccessExclusiveLock;
	return stmt->inhRelations ? ShareUpdateExclusiveLock : NoLock;
}

static LOCKMODE
drop_lock(const DropStmt *stmt)
{
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
		return AccessShareLock;
	return is_relation_part(stmt->objtype) ? ShareUpdateExclusiveLock : NoLock;
}

static LOCKMODE
statement_lock(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_AlterTableStmt:
			if (((AlterTableStmt *) stmt)->objtype == OBJECT_TYPE)
				return NoLock;
			return AlterTableGetLockLevel(((AlterTableStmt *) stmt)->cmds);
		case T_CreateStmt:
			return create_lock((CreateStmt *) stmt);
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
			return is_relation_part(((RenameStmt *) stmt)->renameType)
					   ? AccessExclusiveLock
					   : NoLock;
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

/*
 * The strongest lock that a statement takes on relations that it changes, and
 * that others may be using; NoLock if it changes none.
 */
LOCKMODE
sm_lockmode_of(const char *sql)
{
	LOCKMODE strongest = NoLock;
	ListCell *lc;

	foreach (lc, sm_script_parse_statement(sql))
	{
		LOCKMODE mode = statement_lock(((RawStmt *) lfirst(lc))->stmt);

		strongest = Max(strongest, mode);
	}
	return strongest;
}

/* As pg_locks shows it; NULL for none */
const char *
sm_lockmode_name(LOCKMODE mode)
{
	return mode == NoLock ? NULL : GetLockmodeName(DEFAULT_LOCKMETHOD, mode);
}
