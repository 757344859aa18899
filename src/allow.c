/*-------------------------------------------------------------------------
 *
 * allow.c
 *	  What a model may contain, by the kind of statement.
 *
 * A model says which objects there are.  What else a statement can do would
 * either reach objects that are not the model's, such as the rows of a table
 * and what belongs to the whole cluster, or would not be undone when the
 * model is rolled back.  So this is a list of what is allowed.
 *
 * When revisions are replayed, their scripts may do more: what they do with
 * rows is done with those that they have put there themselves, and what they do
 * to the cluster is passed over.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "allow.h"
#include "classify.h"

/* What a statement is about, as far as that decides */
typedef enum StatementClass
{
	CLASS_DEFINES, /* objects of the database */
	CLASS_SCHEMA,
	CLASS_EXTENSION,
	CLASS_ENUM,
	CLASS_SETTING,
	CLASS_ROWS,	   /* what is in the objects, or code that runs at once */
	CLASS_CLUSTER, /* what all databases share */
	CLASS_SUBSCRIPTION,
	CLASS_LARGE_OBJECT,
	CLASS_UPKEEP,  /* of storage */
	CLASS_SESSION, /* the state of the session, or other sessions */
	CLASS_OTHER
} StatementClass;

/* Settings that have no influence on what a statement defines */
static const char *const ignored_settings[] = {
	"client_encoding",
	"client_min_messages",
	"escape_string_warning",
	"idle_in_transaction_session_timeout",
	"idle_session_timeout",
	"lock_timeout",
	"row_security",
	"standard_conforming_strings",
	"statement_timeout",
	"synchronous_commit",
	"transaction_timeout",
	"log_statement",
	"log_min_duration_statement"
};

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
 * SELECT pg_catalog.set_config('name', 'value', false), which is how pg_dump
 * sets search_path.
 */
static bool
set_config_setting(const SelectStmt *select, SmAllowSetting *setting)
{
	const FuncCall *call;

	if (select->op != SETOP_NONE || list_length(select->targetList) != 1 ||
		select->fromClause || select->intoClause || select->whereClause ||
		select->withClause)
		return false;
	call = (const FuncCall *) linitial_node(ResTarget, select->targetList)->val;
	if (!IsA(call, FuncCall) || list_length(call->args) != 3 ||
		strcmp(strVal(llast(call->funcname)), "set_config") != 0)
		return false;
	setting->name = string_argument(linitial(call->args));
	setting->value = string_argument(lsecond(call->args));
	return setting->name && setting->value && IsA(lthird(call->args), A_Const);
}

/*
 * Whether a statement changes a setting, and which one.  The value is a list of
 * identifiers where the setting is one.
 */
bool
sm_allow_setting(Node *stmt, SmAllowSetting *setting)
{
	VariableSetStmt *set = (VariableSetStmt *) stmt;

	memset(setting, 0, sizeof(*setting));
	if (IsA(stmt, SelectStmt))
		return set_config_setting((SelectStmt *) stmt, setting);
	if (!IsA(stmt, VariableSetStmt) || set->kind == VAR_SET_MULTI)
		return false;
	setting->reset_all = (set->kind == VAR_RESET_ALL);
	setting->name = set->name;
	if (set->kind == VAR_SET_VALUE)
		setting->value = ExtractSetVariableArgs(set);
	return true;
}

static bool
is_cluster_object(ObjectType type)
{
	switch (type)
	{
		case OBJECT_DATABASE:
		case OBJECT_ROLE:
		case OBJECT_TABLESPACE:
		case OBJECT_PARAMETER_ACL:
			return true;
		default:
			return false;
	}
}

static StatementClass
class_of_object(ObjectType type)
{
	if (is_cluster_object(type))
		return CLASS_CLUSTER;
	if (type == OBJECT_LARGEOBJECT)
		return CLASS_LARGE_OBJECT;
	return CLASS_DEFINES;
}

/* Statements that can be about many kinds of object */
static StatementClass
class_of_generic(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_DropStmt:
			if (((DropStmt *) stmt)->removeType == OBJECT_EXTENSION)
				return CLASS_EXTENSION;
			return class_of_object(((DropStmt *) stmt)->removeType);
		case T_RenameStmt:
			return class_of_object(((RenameStmt *) stmt)->renameType);
		case T_AlterOwnerStmt:
			return class_of_object(((AlterOwnerStmt *) stmt)->objectType);
		case T_AlterObjectSchemaStmt:
			if (((AlterObjectSchemaStmt *) stmt)->objectType ==
				OBJECT_EXTENSION)
				return CLASS_EXTENSION;
			return CLASS_DEFINES;
		case T_CommentStmt:
			return class_of_object(((CommentStmt *) stmt)->objtype);
		case T_SecLabelStmt:
			return class_of_object(((SecLabelStmt *) stmt)->objtype);
		case T_GrantStmt:
			return class_of_object(((GrantStmt *) stmt)->objtype);
		case T_AlterDefaultPrivilegesStmt:
		case T_AlterObjectDependsStmt:
			return CLASS_DEFINES;
		default:
			return CLASS_OTHER;
	}
}

/* Statements that are about one kind of object */
static StatementClass
class_of_definition(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_CreateStmt:
		case T_CreateForeignTableStmt:
		case T_CreateTableAsStmt:
		case T_ViewStmt:
		case T_IndexStmt:
		case T_CreateSeqStmt:
		case T_AlterSeqStmt:
		case T_AlterTableStmt:
		case T_CreateFunctionStmt:
		case T_AlterFunctionStmt:
		case T_CreateTrigStmt:
		case T_CreatePolicyStmt:
		case T_AlterPolicyStmt:
		case T_RuleStmt:
		case T_CompositeTypeStmt:
		case T_CreateEnumStmt:
		case T_CreateRangeStmt:
		case T_CreateDomainStmt:
		case T_AlterDomainStmt:
		case T_AlterTypeStmt:
		case T_DefineStmt:
		case T_CreateCastStmt:
		case T_CreateTransformStmt:
		case T_CreateConversionStmt:
		case T_CreateOpClassStmt:
		case T_CreateOpFamilyStmt:
		case T_AlterOpFamilyStmt:
		case T_AlterOperatorStmt:
		case T_CreateStatsStmt:
		case T_AlterStatsStmt:
		case T_CreateAmStmt:
		case T_CreatePLangStmt:
		case T_CreateFdwStmt:
		case T_AlterFdwStmt:
		case T_CreateForeignServerStmt:
		case T_AlterForeignServerStmt:
		case T_CreateUserMappingStmt:
		case T_AlterUserMappingStmt:
		case T_DropUserMappingStmt:
		case T_AlterTSDictionaryStmt:
		case T_AlterTSConfigurationStmt:
		case T_AlterCollationStmt:
		case T_CreatePublicationStmt:
		case T_AlterPublicationStmt:
		case T_CreateEventTrigStmt:
		case T_AlterEventTrigStmt:
			return CLASS_DEFINES;
		case T_AlterEnumStmt:
			return CLASS_ENUM;
		case T_CreateSchemaStmt:
			return CLASS_SCHEMA;
		case T_CreateExtensionStmt:
		case T_AlterExtensionStmt:
		case T_AlterExtensionContentsStmt:
			return CLASS_EXTENSION;
		default:
			return class_of_generic(stmt);
	}
}

static StatementClass
class_of(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_VariableSetStmt:
			return CLASS_SETTING;
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
		case T_MergeStmt:
		case T_SelectStmt:
		case T_CopyStmt:
		case T_TruncateStmt:
		case T_DoStmt:
		case T_CallStmt:
		case T_RefreshMatViewStmt:
		case T_ImportForeignSchemaStmt:
		case T_DropOwnedStmt:
		case T_ReassignOwnedStmt:
		case T_LockStmt:
		case T_ConstraintsSetStmt:
		case T_PrepareStmt:
		case T_ExecuteStmt:
		case T_DeallocateStmt:
			return CLASS_ROWS;
		case T_CreateRoleStmt:
		case T_AlterRoleStmt:
		case T_AlterRoleSetStmt:
		case T_DropRoleStmt:
		case T_GrantRoleStmt:
		case T_CreatedbStmt:
		case T_AlterDatabaseStmt:
		case T_AlterDatabaseSetStmt:
		case T_AlterDatabaseRefreshCollStmt:
		case T_DropdbStmt:
		case T_CreateTableSpaceStmt:
		case T_DropTableSpaceStmt:
		case T_AlterTableSpaceOptionsStmt:
		case T_AlterTableMoveAllStmt:
		case T_AlterSystemStmt:
			return CLASS_CLUSTER;
		case T_CreateSubscriptionStmt:
		case T_AlterSubscriptionStmt:
		case T_DropSubscriptionStmt:
			return CLASS_SUBSCRIPTION;
		case T_VacuumStmt:
		case T_ClusterStmt:
		case T_ReindexStmt:
		case T_CheckPointStmt:
			return CLASS_UPKEEP;
		case T_NotifyStmt:
		case T_ListenStmt:
		case T_UnlistenStmt:
		case T_DiscardStmt:
		case T_VariableShowStmt:
		case T_ExplainStmt:
		case T_LoadStmt:
			return CLASS_SESSION;
		default:
			return class_of_definition(stmt);
	}
}

static bool
is_role_setting(const char *name)
{
	return strcmp(name, "role") == 0 ||
		   strcmp(name, "session_authorization") == 0;
}

static bool
is_ignored_setting(const char *name)
{
	for (size_t i = 0; i < lengthof(ignored_settings); i++)
	{
		if (pg_strcasecmp(name, ignored_settings[i]) == 0)
			return true;
	}
	return false;
}

static SmAllow
allow_setting(Node *stmt, const char **hint)
{
	SmAllowSetting setting;
	bool on = false;

	if (!sm_allow_setting(stmt, &setting) || setting.reset_all)
	{
		*hint = "Set or reset the settings that are meant, one by one.";
		return SM_ALLOW_REFUSE;
	}
	if (is_role_setting(setting.name))
	{
		*hint =
			"A model runs with the caller's rights. Say who is to own an object with ALTER ... OWNER TO.";
		return SM_ALLOW_REFUSE;
	}
	if (pg_strcasecmp(setting.name, "backslash_quote") == 0 ||
		(pg_strcasecmp(setting.name, "standard_conforming_strings") == 0 &&
		 setting.value && !(parse_bool(setting.value, &on) && on)))
	{
		*hint = "A model is always read with the setting's default.";
		return SM_ALLOW_REFUSE;
	}
	if (is_ignored_setting(setting.name))
		return SM_ALLOW_SKIP;
	if (strcmp(setting.name, "check_function_bodies") == 0)
		return SM_ALLOW_BODIES;
	return SM_ALLOW_SET;
}

/* Whether a statement makes something that only this session would see */
bool
sm_allow_is_temporary(Node *stmt)
{
	const RangeVar *relation = NULL;

	if (IsA(stmt, CreateStmt))
		relation = ((CreateStmt *) stmt)->relation;
	else if (IsA(stmt, ViewStmt))
		relation = ((ViewStmt *) stmt)->view;
	else if (IsA(stmt, CreateSeqStmt))
		relation = ((CreateSeqStmt *) stmt)->sequence;
	else if (IsA(stmt, CreateTableAsStmt))
		relation = ((CreateTableAsStmt *) stmt)->into->rel;
	return relation && relation->relpersistence == RELPERSISTENCE_TEMP;
}

/* Statements that would connect are refused; what is not compared is skipped */
static SmAllow
allow_subscription(Node *stmt, const char **hint)
{
	if (!superuser())
	{
		*hint = "Only a superuser can compare subscriptions.";
		return SM_ALLOW_REFUSE;
	}
	if (!IsA(stmt, AlterSubscriptionStmt))
		return SM_ALLOW_RUN;
	switch (((AlterSubscriptionStmt *) stmt)->kind)
	{
		case ALTER_SUBSCRIPTION_REFRESH:
			*hint =
				"A model does not connect to other servers. Refresh the subscription when it is there.";
			return SM_ALLOW_REFUSE;
		case ALTER_SUBSCRIPTION_ENABLED:
		case ALTER_SUBSCRIPTION_SKIP:
			return SM_ALLOW_SKIP;
		default:
			return SM_ALLOW_RUN;
	}
}

/*
 * What is to be done with a statement of a model.  If it is refused, *hint says
 * what to do about it.
 */
SmAllow
sm_allow_in_model(Node *stmt, const char **hint)
{
	SmAllowSetting setting;

	if (sm_allow_is_temporary(stmt))
	{
		*hint =
			"A temporary object ends with its session, so there is nothing to compare.";
		return SM_ALLOW_REFUSE;
	}
	if (IsA(stmt, SelectStmt) && sm_allow_setting(stmt, &setting))
		return allow_setting(stmt, hint);
	switch (class_of(stmt))
	{
		case CLASS_DEFINES:
			return SM_ALLOW_RUN;
		case CLASS_ENUM:
			return SM_ALLOW_ENUM;
		case CLASS_SCHEMA:
			return SM_ALLOW_SCHEMA;
		case CLASS_EXTENSION:
			if (IsA(stmt, CreateExtensionStmt))
				return SM_ALLOW_EXTENSION;
			*hint =
				"A model says with CREATE EXTENSION which extensions there are.";
			return SM_ALLOW_REFUSE;
		case CLASS_SETTING:
			return allow_setting(stmt, hint);
		case CLASS_ROWS:
			*hint =
				"A model says which objects there are. What works on rows, or runs code, belongs into a revision.";
			return SM_ALLOW_REFUSE;
		case CLASS_CLUSTER:
			*hint =
				"Roles, databases, tablespaces and their settings belong to the whole server and are not compared.";
			return SM_ALLOW_REFUSE;
		case CLASS_SUBSCRIPTION:
			return allow_subscription(stmt, hint);
		case CLASS_LARGE_OBJECT:
			*hint =
				"Large objects are not compared. Take the statement out of the model.";
			return SM_ALLOW_REFUSE;
		case CLASS_UPKEEP:
		case CLASS_SESSION:
		case CLASS_OTHER:
			break;
	}
	*hint = IsA(stmt, TransactionStmt)
				? "A model is run as a whole and rolled back."
				: "Only statements that define objects can be in a model.";
	return SM_ALLOW_REFUSE;
}

static SmAllow
replay_setting(Node *stmt, const char **hint)
{
	SmAllowSetting setting;

	if (!sm_allow_setting(stmt, &setting))
	{
		*hint = "It cannot be replayed.";
		return SM_ALLOW_REFUSE;
	}
	if (setting.reset_all)
		return SM_ALLOW_SKIP;
	if (is_role_setting(setting.name))
		return SM_ALLOW_ROLE;
	return allow_setting(stmt, hint);
}

/*
 * What is to be done with a statement of a script that is replayed.  Scripts
 * were checked when they were stored, so little is left to refuse.
 */
SmAllow
sm_allow_in_replay(Node *stmt, const char **hint)
{
	SmAllowSetting setting;

	if (IsA(stmt, SelectStmt) && sm_allow_setting(stmt, &setting))
		return replay_setting(stmt, hint);
	switch (class_of(stmt))
	{
		case CLASS_DEFINES:
			return SM_ALLOW_RUN;
		case CLASS_ENUM:
			return SM_ALLOW_ENUM;
		case CLASS_SCHEMA:
			return SM_ALLOW_SCHEMA;
		case CLASS_EXTENSION:
			return SM_ALLOW_EXTENSION;
		case CLASS_SETTING:
			return replay_setting(stmt, hint);
		case CLASS_ROWS:
			/* it commits in between; rows are no part of what is compared */
			return sm_classify_outside(stmt) ? SM_ALLOW_SKIP : SM_ALLOW_RUN;
		case CLASS_SUBSCRIPTION:
			return allow_subscription(stmt, hint) == SM_ALLOW_RUN
					   ? SM_ALLOW_RUN
					   : SM_ALLOW_SKIP;
		case CLASS_CLUSTER:
		case CLASS_LARGE_OBJECT:
		case CLASS_UPKEEP:
		case CLASS_SESSION:
			return SM_ALLOW_SKIP;
		case CLASS_OTHER:
			break;
	}
	*hint = "It cannot be replayed.";
	return SM_ALLOW_REFUSE;
}

/* Statements about rows that leave nothing behind, or that are made up for */
static bool
is_passing(Node *stmt)
{
	SmAllowSetting setting;

	switch (nodeTag(stmt))
	{
		case T_SelectStmt:
			return sm_allow_setting(stmt, &setting);
		case T_RefreshMatViewStmt:
		case T_ImportForeignSchemaStmt:
		case T_DropOwnedStmt:
		case T_ReassignOwnedStmt:
		case T_LockStmt:
		case T_ConstraintsSetStmt:
		case T_PrepareStmt:
		case T_DeallocateStmt:
			return true;
		default:
			return false;
	}
}

/* Whether ALTER TABLE says with what values rows that are there go on */
static bool
says_values(const AlterTableStmt *stmt)
{
	ListCell *lc;

	foreach (lc, stmt->cmds)
	{
		const AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		if (cmd->subtype == AT_ColumnDefault)
			return true;
		if (cmd->subtype == AT_AlterColumnType &&
			castNode(ColumnDef, cmd->def)->raw_default)
			return true;
	}
	return false;
}

/*
 * Whether a statement of a script does more than can be told from the objects
 * that are there afterwards: with rows, with the cluster, or in code.  Where
 * there are rows already, a new name does, too, since it keeps them; so does
 * USING, and a default, which is the value of a column that has just been added.
 */
bool
sm_allow_does_more(Node *stmt, bool with_rows)
{
	if (sm_allow_is_temporary(stmt))
		return false;
	switch (class_of(stmt))
	{
		case CLASS_ROWS:
			return !is_passing(stmt);
		case CLASS_CLUSTER:
		case CLASS_LARGE_OBJECT:
			return true;
		case CLASS_DEFINES:
			break;
		default:
			return false;
	}
	if (IsA(stmt, CreateTableAsStmt))
		return ((CreateTableAsStmt *) stmt)->objtype == OBJECT_TABLE &&
			   !((CreateTableAsStmt *) stmt)->into->skipData;
	if (!with_rows)
		return false;
	return IsA(stmt, RenameStmt) || IsA(stmt, AlterObjectSchemaStmt) ||
		   (IsA(stmt, AlterTableStmt) &&
			says_values((const AlterTableStmt *) stmt));
}

/*
 * What CONCURRENTLY does in several transactions has the same result in one,
 * where nobody else is to be let in between.
 */
void
sm_allow_strip_concurrently(Node *stmt)
{
	ListCell *lc;

	if (IsA(stmt, IndexStmt))
		((IndexStmt *) stmt)->concurrent = false;
	else if (IsA(stmt, DropStmt))
		((DropStmt *) stmt)->concurrent = false;
	else if (IsA(stmt, RefreshMatViewStmt))
		((RefreshMatViewStmt *) stmt)->concurrent = false;
	else if (IsA(stmt, AlterTableStmt))
	{
		foreach (lc, ((AlterTableStmt *) stmt)->cmds)
		{
			AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

			if (cmd->subtype == AT_DetachPartition)
				((PartitionCmd *) cmd->def)->concurrent = false;
		}
	}
}

/* Whether a model can define what is in a schema */
bool
sm_allow_schema(const char *schema)
{
	return strcmp(schema, "schemamig") != 0 &&
		   strcmp(schema, "information_schema") != 0 &&
		   strncmp(schema, "pg_", 3) != 0;
}
