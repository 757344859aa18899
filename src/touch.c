/*-------------------------------------------------------------------------
 *
 * touch.c
 *	  Which objects a statement names, from its parse tree: those that it
 *	  makes, changes, or locks.
 *
 * What is only used, such as the type of a column or the function of a default,
 * is left out: that is read, and who reads is in nobody's way.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"

#include "compat.h"
#include "touch.h"

static void add_statement(List **touched, Node *stmt, const char *schema);

static SmTouch *
add(List **touched, SmTouchKind kind, const char *schema, const char *name)
{
	SmTouch *touch = palloc0_object(SmTouch);

	touch->kind = kind;
	touch->schema = schema;
	touch->name = name;
	*touched = lappend(*touched, touch);
	return touch;
}

static void
add_relation(List **touched, SmTouchKind kind, const RangeVar *relation)
{
	SmTouch *touch;

	if (relation == NULL)
		return;
	touch = add(touched, kind, relation->schemaname, relation->relname);
	touch->temporary = (kind == SM_TOUCH_MAKES &&
						relation->relpersistence == RELPERSISTENCE_TEMP);
}

static void
add_relations(List **touched, SmTouchKind kind, const List *relations)
{
	ListCell *lc;

	foreach (lc, relations)
		add_relation(touched, kind, lfirst_node(RangeVar, lc));
}

/* The first n parts of a name that is a list of strings, all if n is 0 */
static void
add_parts(List **touched, SmTouchKind kind, const List *names, int n)
{
	if (n == 0)
		n = list_length(names);
	if (n < 1)
		return;
	add(touched, kind, n > 1 ? strVal(list_nth(names, n - 2)) : NULL,
		strVal(list_nth(names, n - 1)));
}

static void
add_name(List **touched, SmTouchKind kind, const List *names)
{
	add_parts(touched, kind, names, 0);
}

static void
add_schemas(List **touched, SmTouchKind kind, const List *names)
{
	ListCell *lc;

	foreach (lc, names)
		add(touched, kind, strVal(lfirst(lc)), NULL);
}

/* Foreign keys lock what they refer to */
static void
add_constraints(List **touched, const List *constraints)
{
	ListCell *lc;

	foreach (lc, constraints)
	{
		if (IsA(lfirst(lc), Constraint))
			add_relation(touched, SM_TOUCH_LOCKS,
						 lfirst_node(Constraint, lc)->pktable);
	}
}

static void
add_columns(List **touched, const List *elements)
{
	ListCell *lc;

	add_constraints(touched, elements);
	foreach (lc, elements)
	{
		if (IsA(lfirst(lc), ColumnDef))
			add_constraints(touched, lfirst_node(ColumnDef, lc)->constraints);
	}
}

static void
add_create_table(List **touched, const CreateStmt *stmt)
{
	add_relation(touched, SM_TOUCH_MAKES, stmt->relation);
	add_relations(touched, SM_TOUCH_LOCKS, stmt->inhRelations);
	add_constraints(touched, stmt->constraints);
	add_columns(touched, stmt->tableElts);
}

static void
add_alter_table(List **touched, const AlterTableStmt *stmt)
{
	ListCell *lc;

	add_relation(touched, SM_TOUCH_LOCKS, stmt->relation);
	foreach (lc, stmt->cmds)
	{
		const AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		if (cmd->def == NULL)
			continue;
		if (IsA(cmd->def, PartitionCmd))
			add_relation(touched, SM_TOUCH_LOCKS,
						 ((PartitionCmd *) cmd->def)->name);
		else if (IsA(cmd->def, RangeVar))
			add_relation(touched, SM_TOUCH_LOCKS, (RangeVar *) cmd->def);
		else
			add_columns(touched, list_make1(cmd->def));
	}
}

/* RENAME has the domain's name here, COMMENT the domain and the constraint's */
static void
add_domain_of_constraint(List **touched, List *object)
{
	if (IsA(linitial(object), TypeName))
		object = linitial_node(TypeName, object)->names;
	add_name(touched, SM_TOUCH_CHANGES, object);
}

/*
 * An object as COMMENT, DROP and the like name it.  What is in no schema is
 * passed over.
 */
static void
add_object(List **touched, ObjectType type, Node *object)
{
	switch (type)
	{
		case OBJECT_TABLE:
		case OBJECT_INDEX:
		case OBJECT_SEQUENCE:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_FOREIGN_TABLE:
			add_name(touched, SM_TOUCH_LOCKS, castNode(List, object));
			break;
		case OBJECT_COLUMN:
		case OBJECT_TABCONSTRAINT:
		case OBJECT_TRIGGER:
		case OBJECT_POLICY:
		case OBJECT_RULE:
			add_parts(touched, SM_TOUCH_LOCKS, castNode(List, object),
					  list_length(castNode(List, object)) - 1);
			break;
		case OBJECT_FUNCTION:
		case OBJECT_PROCEDURE:
		case OBJECT_ROUTINE:
		case OBJECT_AGGREGATE:
		case OBJECT_OPERATOR:
			add_name(touched, SM_TOUCH_CHANGES,
					 castNode(ObjectWithArgs, object)->objname);
			break;
		case OBJECT_TYPE:
		case OBJECT_DOMAIN:
			add_name(touched, SM_TOUCH_CHANGES,
					 IsA(object, TypeName) ? ((TypeName *) object)->names
										   : castNode(List, object));
			break;
		case OBJECT_DOMCONSTRAINT:
			add_domain_of_constraint(touched, castNode(List, object));
			break;
		case OBJECT_COLLATION:
		case OBJECT_CONVERSION:
		case OBJECT_STATISTIC_EXT:
		case OBJECT_TSPARSER:
		case OBJECT_TSDICTIONARY:
		case OBJECT_TSTEMPLATE:
		case OBJECT_TSCONFIGURATION:
			add_name(touched, SM_TOUCH_CHANGES, castNode(List, object));
			break;
		case OBJECT_OPCLASS:
		case OBJECT_OPFAMILY:
			/* the access method comes first */
			add_name(touched, SM_TOUCH_CHANGES,
					 list_copy_tail(castNode(List, object), 1));
			break;
		case OBJECT_SCHEMA:
			add(touched, SM_TOUCH_CHANGES_SCHEMA, strVal(object), NULL);
			break;
		default:
			break;
	}
}

/* The same where a relation, if it is one, is named apart */
static void
add_relation_or_object(List **touched, RangeVar *relation, ObjectType type,
					   Node *object)
{
	if (relation)
		add_relation(touched, SM_TOUCH_LOCKS, relation);
	else if (object)
		add_object(touched, type, object);
}

static void
add_grant(List **touched, const GrantStmt *stmt)
{
	ListCell *lc;

	if (stmt->targtype == ACL_TARGET_ALL_IN_SCHEMA)
		add_schemas(touched, SM_TOUCH_CHANGES, stmt->objects);
	if (stmt->targtype != ACL_TARGET_OBJECT)
		return;
	foreach (lc, stmt->objects)
	{
		Node *object = lfirst(lc);

		if (IsA(object, RangeVar))
			add_relation(touched, SM_TOUCH_CHANGES, (RangeVar *) object);
		else
			add_object(touched, stmt->objtype, object);
	}
}

static void
add_drop(List **touched, const DropStmt *stmt)
{
	ListCell *lc;

	foreach (lc, stmt->objects)
		add_object(touched, stmt->removeType, lfirst(lc));
}

static void
add_create_schema(List **touched, const CreateSchemaStmt *stmt)
{
	const char *schema = stmt->schemaname;
	ListCell *lc;

	if (schema == NULL && stmt->authrole->roletype == ROLESPEC_CSTRING)
		schema = stmt->authrole->rolename;
	if (schema == NULL)
		return;
	add(touched, SM_TOUCH_SCHEMA, schema, NULL);
	foreach (lc, stmt->schemaElts)
		add_statement(touched, lfirst(lc), schema);
}

/* Statistics whose name has no schema, or none at all, are where the table is */
static void
add_create_statistics(List **touched, const CreateStatsStmt *stmt)
{
	ListCell *lc;

	foreach (lc, stmt->relations)
	{
		if (IsA(lfirst(lc), RangeVar))
			add_relation(touched, SM_TOUCH_LOCKS, lfirst(lc));
	}
	if (list_length(stmt->defnames) > 1)
		add_name(touched, SM_TOUCH_MAKES, stmt->defnames);
}

/* Statements that make an object */
static bool
add_create(List **touched, Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_CreateStmt:
			add_create_table(touched, (CreateStmt *) stmt);
			return true;
		case T_CreateForeignTableStmt:
			add_create_table(touched, &((CreateForeignTableStmt *) stmt)->base);
			return true;
		case T_CreateTableAsStmt:
			add_relation(touched, SM_TOUCH_MAKES,
						 ((CreateTableAsStmt *) stmt)->into->rel);
			return true;
		case T_ViewStmt:
			add_relation(touched, SM_TOUCH_MAKES, ((ViewStmt *) stmt)->view);
			return true;
		case T_CreateSeqStmt:
			add_relation(touched, SM_TOUCH_MAKES,
						 ((CreateSeqStmt *) stmt)->sequence);
			return true;
		case T_CompositeTypeStmt:
			add_relation(touched, SM_TOUCH_MAKES,
						 ((CompositeTypeStmt *) stmt)->typevar);
			return true;
		case T_CreateFunctionStmt:
			add_name(touched, SM_TOUCH_MAKES,
					 ((CreateFunctionStmt *) stmt)->funcname);
			return true;
		case T_CreateEnumStmt:
			add_name(touched, SM_TOUCH_MAKES,
					 ((CreateEnumStmt *) stmt)->typeName);
			return true;
		case T_CreateRangeStmt:
			add_name(touched, SM_TOUCH_MAKES,
					 ((CreateRangeStmt *) stmt)->typeName);
			return true;
		case T_CreateDomainStmt:
			add_name(touched, SM_TOUCH_MAKES,
					 ((CreateDomainStmt *) stmt)->domainname);
			return true;
		case T_DefineStmt:
			add_name(touched, SM_TOUCH_MAKES, ((DefineStmt *) stmt)->defnames);
			return true;
		case T_CreateConversionStmt:
			add_name(touched, SM_TOUCH_MAKES,
					 ((CreateConversionStmt *) stmt)->conversion_name);
			return true;
		case T_CreateOpClassStmt:
			add_name(touched, SM_TOUCH_MAKES,
					 ((CreateOpClassStmt *) stmt)->opclassname);
			return true;
		case T_CreateOpFamilyStmt:
			add_name(touched, SM_TOUCH_MAKES,
					 ((CreateOpFamilyStmt *) stmt)->opfamilyname);
			return true;
		case T_CreateStatsStmt:
			add_create_statistics(touched, (CreateStatsStmt *) stmt);
			return true;
		case T_CreateSchemaStmt:
			add_create_schema(touched, (CreateSchemaStmt *) stmt);
			return true;
		default:
			return false;
	}
}

/* Statements about a relation */
static bool
add_on_relation(List **touched, Node *stmt)
{
	RangeVar *relation;

	switch (nodeTag(stmt))
	{
		case T_IndexStmt:
			relation = ((IndexStmt *) stmt)->relation;
			break;
		case T_CreateTrigStmt:
			relation = ((CreateTrigStmt *) stmt)->relation;
			break;
		case T_CreatePolicyStmt:
			relation = ((CreatePolicyStmt *) stmt)->table;
			break;
		case T_AlterPolicyStmt:
			relation = ((AlterPolicyStmt *) stmt)->table;
			break;
		case T_RuleStmt:
			relation = ((RuleStmt *) stmt)->relation;
			break;
		case T_AlterSeqStmt:
			relation = ((AlterSeqStmt *) stmt)->sequence;
			break;
		default:
			return false;
	}
	add_relation(touched, SM_TOUCH_LOCKS, relation);
	return true;
}

/* Statements that change what is there already */
static bool
add_alter(List **touched, Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_AlterTableStmt:
			add_alter_table(touched, (AlterTableStmt *) stmt);
			return true;
		case T_AlterEnumStmt:
			add_name(touched, SM_TOUCH_CHANGES,
					 ((AlterEnumStmt *) stmt)->typeName);
			return true;
		case T_AlterDomainStmt:
			add_name(touched, SM_TOUCH_CHANGES,
					 ((AlterDomainStmt *) stmt)->typeName);
			return true;
		case T_AlterTypeStmt:
			add_name(touched, SM_TOUCH_CHANGES,
					 ((AlterTypeStmt *) stmt)->typeName);
			return true;
		case T_AlterFunctionStmt:
			add_name(touched, SM_TOUCH_CHANGES,
					 ((AlterFunctionStmt *) stmt)->func->objname);
			return true;
		case T_AlterOpFamilyStmt:
			add_name(touched, SM_TOUCH_CHANGES,
					 ((AlterOpFamilyStmt *) stmt)->opfamilyname);
			return true;
		case T_AlterOperatorStmt:
			add_name(touched, SM_TOUCH_CHANGES,
					 ((AlterOperatorStmt *) stmt)->opername->objname);
			return true;
		case T_AlterTSDictionaryStmt:
			add_name(touched, SM_TOUCH_CHANGES,
					 ((AlterTSDictionaryStmt *) stmt)->dictname);
			return true;
		case T_AlterTSConfigurationStmt:
			add_name(touched, SM_TOUCH_CHANGES,
					 ((AlterTSConfigurationStmt *) stmt)->cfgname);
			return true;
		case T_AlterStatsStmt:
			add_name(touched, SM_TOUCH_CHANGES,
					 ((AlterStatsStmt *) stmt)->defnames);
			return true;
		case T_AlterCollationStmt:
			add_name(touched, SM_TOUCH_CHANGES,
					 ((AlterCollationStmt *) stmt)->collname);
			return true;
		default:
			return false;
	}
}

static void
add_statement(List **touched, Node *stmt, const char *schema)
{
	int from = list_length(*touched);
	ListCell *lc;

	if (add_create(touched, stmt) || add_on_relation(touched, stmt) ||
		add_alter(touched, stmt))
		;
	else if (IsA(stmt, RenameStmt) &&
			 ((RenameStmt *) stmt)->renameType == OBJECT_SCHEMA)
	{
		add(touched, SM_TOUCH_CHANGES_SCHEMA, ((RenameStmt *) stmt)->subname,
			NULL);
		add(touched, SM_TOUCH_SCHEMA, ((RenameStmt *) stmt)->newname, NULL);
	}
	else if (IsA(stmt, RenameStmt))
		add_relation_or_object(touched, ((RenameStmt *) stmt)->relation,
							   ((RenameStmt *) stmt)->renameType,
							   ((RenameStmt *) stmt)->object);
	else if (IsA(stmt, AlterOwnerStmt))
		add_relation_or_object(touched, ((AlterOwnerStmt *) stmt)->relation,
							   ((AlterOwnerStmt *) stmt)->objectType,
							   ((AlterOwnerStmt *) stmt)->object);
	else if (IsA(stmt, AlterObjectDependsStmt))
		add_relation_or_object(touched,
							   ((AlterObjectDependsStmt *) stmt)->relation,
							   ((AlterObjectDependsStmt *) stmt)->objectType,
							   ((AlterObjectDependsStmt *) stmt)->object);
	else if (IsA(stmt, AlterObjectSchemaStmt))
	{
		AlterObjectSchemaStmt *alter = (AlterObjectSchemaStmt *) stmt;

		add_relation_or_object(touched, alter->relation, alter->objectType,
							   alter->object);
		if (alter->objectType != OBJECT_EXTENSION)
			add(touched, SM_TOUCH_MAKES, alter->newschema, "");
	}
	else if (IsA(stmt, CommentStmt))
		add_object(touched, ((CommentStmt *) stmt)->objtype,
				   ((CommentStmt *) stmt)->object);
	else if (IsA(stmt, SecLabelStmt))
		add_object(touched, ((SecLabelStmt *) stmt)->objtype,
				   ((SecLabelStmt *) stmt)->object);
	else if (IsA(stmt, GrantStmt))
		add_grant(touched, (GrantStmt *) stmt);
	else if (IsA(stmt, DropStmt))
		add_drop(touched, (DropStmt *) stmt);

	/* in CREATE SCHEMA, names without a schema are in that one */
	for_each_from (lc, *touched, from)
	{
		SmTouch *touch = lfirst(lc);

		if (touch->schema == NULL)
			touch->schema = schema;
	}
}

/*
 * The objects that a statement, as a raw parse tree, makes, changes or locks:
 * a list of SmTouch, whose strings are those of the tree.
 */
List *
sm_touch_names(Node *stmt)
{
	List *touched = NIL;

	add_statement(&touched, stmt, NULL);
	return touched;
}
