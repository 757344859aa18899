/*-------------------------------------------------------------------------
 *
 * solo.c
 *	  Statements of a model about objects that are in no schema.
 *
 * Some of them would reach beyond the transaction: a subscription connects to
 * another server, an event trigger for logins has these wait.  So such
 * statements are changed, before they run, to ones that define the same and do
 * nothing else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/pg_am.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "commands/proclang.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "compat.h"
#include "locks.h"
#include "solo.h"

#define LOGIN_EVENT "login"

/* An event of no consequence, for which an event trigger can be changed */
#define OTHER_EVENT "ddl_command_end"

/* ------------------------------------------------------------------------
 * What a statement changes
 * ------------------------------------------------------------------------ */

static ObjectAddress
address(Oid class_id, Oid object)
{
	ObjectAddress result;

	ObjectAddressSet(result, class_id, object);
	return result;
}

static Oid
type_oid(Node *name)
{
	return LookupTypeNameOid(NULL, castNode(TypeName, name), true);
}

/* The object that COMMENT, DROP and the like name, if it is in no schema */
static ObjectAddress
named_object(ObjectType type, Node *object)
{
	List *parts = object && IsA(object, List) ? (List *) object : NIL;
	const char *name = object && IsA(object, String) ? strVal(object) : "";

	switch (type)
	{
		case OBJECT_ACCESS_METHOD:
			return address(AccessMethodRelationId, get_am_oid(name, true));
		case OBJECT_FDW:
			return address(ForeignDataWrapperRelationId,
						   get_foreign_data_wrapper_oid(name, true));
		case OBJECT_FOREIGN_SERVER:
			return address(ForeignServerRelationId,
						   get_foreign_server_oid(name, true));
		case OBJECT_LANGUAGE:
			return address(LanguageRelationId, get_language_oid(name, true));
		case OBJECT_PUBLICATION:
			return address(PublicationRelationId,
						   get_publication_oid(name, true));
		case OBJECT_SUBSCRIPTION:
			return address(SubscriptionRelationId,
						   get_subscription_oid(name, true));
		case OBJECT_EVENT_TRIGGER:
			return address(EventTriggerRelationId,
						   get_event_trigger_oid(name, true));
		case OBJECT_CAST:
			return address(CastRelationId,
						   get_cast_oid(type_oid(linitial(parts)),
										type_oid(lsecond(parts)), true));
		case OBJECT_TRANSFORM:
			return address(TransformRelationId,
						   get_transform_oid(type_oid(linitial(parts)),
											 get_language_oid(strVal(lsecond(
																  parts)),
															  true),
											 true));
		default:
			return InvalidObjectAddress;
	}
}

static ObjectAddress
user_mapping(const RoleSpec *user, const char *server)
{
	Oid role = user->roletype == ROLESPEC_PUBLIC ? InvalidOid
												 : get_rolespec_oid(user, true);

	return address(UserMappingRelationId,
				   GetSysCacheOid2(USERMAPPINGUSERSERVER,
								   Anum_pg_user_mapping_oid,
								   ObjectIdGetDatum(role),
								   ObjectIdGetDatum(
									   get_foreign_server_oid(server, true))));
}

/* The object of a statement that is about one kind of object */
static ObjectAddress
own_object(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_AlterFdwStmt:
			return address(ForeignDataWrapperRelationId,
						   get_foreign_data_wrapper_oid(((AlterFdwStmt *) stmt)
															->fdwname,
														true));
		case T_AlterForeignServerStmt:
			return address(ForeignServerRelationId,
						   get_foreign_server_oid(((AlterForeignServerStmt *)
													   stmt)
													  ->servername,
												  true));
		case T_AlterUserMappingStmt:
			return user_mapping(((AlterUserMappingStmt *) stmt)->user,
								((AlterUserMappingStmt *) stmt)->servername);
		case T_DropUserMappingStmt:
			return user_mapping(((DropUserMappingStmt *) stmt)->user,
								((DropUserMappingStmt *) stmt)->servername);
		case T_AlterPublicationStmt:
			return address(PublicationRelationId,
						   get_publication_oid(((AlterPublicationStmt *) stmt)
												   ->pubname,
											   true));
		case T_AlterSubscriptionStmt:
			return address(SubscriptionRelationId,
						   get_subscription_oid(((AlterSubscriptionStmt *) stmt)
													->subname,
												true));
		case T_DropSubscriptionStmt:
			return address(SubscriptionRelationId,
						   get_subscription_oid(((DropSubscriptionStmt *) stmt)
													->subname,
												true));
		case T_AlterEventTrigStmt:
			return address(EventTriggerRelationId,
						   get_event_trigger_oid(((AlterEventTrigStmt *) stmt)
													 ->trigname,
												 true));
		default:
			return InvalidObjectAddress;
	}
}

/*
 * Is the object one that was there before the model, and that somebody has made
 * for himself?
 */
static bool
is_live(ObjectAddress object, ObjectAddress *live)
{
	*live = object;
	return object.objectId >= FirstNormalObjectId &&
		   !sm_locks_created(object.classId, object.objectId) &&
		   !OidIsValid(getExtensionOfObject(object.classId, object.objectId));
}

static bool
any_is_live(ObjectType type, const List *objects, ObjectAddress *live)
{
	ListCell *lc;

	foreach (lc, objects)
		if (is_live(named_object(type, lfirst(lc)), live))
			return true;
	return false;
}

/*
 * Whether the statement would change an object in no schema that is not the
 * model's, and which one.
 */
bool
sm_solo_is_live(Node *stmt, ObjectAddress *live)
{
	switch (nodeTag(stmt))
	{
		case T_DropStmt:
			return any_is_live(((DropStmt *) stmt)->removeType,
							   ((DropStmt *) stmt)->objects, live);
		case T_GrantStmt:
			return ((GrantStmt *) stmt)->targtype == ACL_TARGET_OBJECT &&
				   any_is_live(((GrantStmt *) stmt)->objtype,
							   ((GrantStmt *) stmt)->objects, live);
		case T_RenameStmt:
			return is_live(named_object(((RenameStmt *) stmt)->renameType,
										((RenameStmt *) stmt)->object),
						   live);
		case T_AlterOwnerStmt:
			return is_live(named_object(((AlterOwnerStmt *) stmt)->objectType,
										((AlterOwnerStmt *) stmt)->object),
						   live);
		case T_CommentStmt:
			return is_live(named_object(((CommentStmt *) stmt)->objtype,
										((CommentStmt *) stmt)->object),
						   live);
		case T_SecLabelStmt:
			return is_live(named_object(((SecLabelStmt *) stmt)->objtype,
										((SecLabelStmt *) stmt)->object),
						   live);
		default:
			return is_live(own_object(stmt), live);
	}
}

/* ------------------------------------------------------------------------
 * Changes of statements
 * ------------------------------------------------------------------------ */

/*
 * Is the statement one that makes an object in no schema, or that has to be
 * changed?
 */
bool
sm_solo_concerns(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_CreateFdwStmt:
		case T_AlterFdwStmt:
		case T_CreateForeignServerStmt:
		case T_CreatePLangStmt:
		case T_CreateAmStmt:
		case T_CreateCastStmt:
		case T_CreateTransformStmt:
		case T_CreateUserMappingStmt:
		case T_AlterUserMappingStmt:
		case T_DropUserMappingStmt:
		case T_AlterDefaultPrivilegesStmt:
		case T_CreatePublicationStmt:
		case T_CreateSubscriptionStmt:
		case T_AlterSubscriptionStmt:
		case T_DropSubscriptionStmt:
		case T_CreateEventTrigStmt:
		case T_AlterEventTrigStmt:
			return true;
		default:
			return false;
	}
}

/* The role that a model runs as stands for the caller */
static void
edit_role(RoleSpec *role, const char *caller)
{
	if (role && role->roletype == ROLESPEC_CSTRING &&
		strcmp(role->rolename, caller) == 0)
	{
		role->roletype = ROLESPEC_CURRENT_USER;
		role->rolename = NULL;
	}
}

static void
edit_default_privileges(AlterDefaultPrivilegesStmt *stmt, const char *caller)
{
	ListCell *lc;

	foreach (lc, stmt->options)
	{
		DefElem *option = lfirst_node(DefElem, lc);
		ListCell *lc2;

		if (strcmp(option->defname, "roles") == 0)
			foreach (lc2, (List *) option->arg)
				edit_role(lfirst_node(RoleSpec, lc2), caller);
	}
}

static List *
set_option(List *options, const char *name, Node *value)
{
	ListCell *lc;

	foreach (lc, options)
		if (strcmp(lfirst_node(DefElem, lc)->defname, name) == 0)
			options = foreach_delete_current(options, lc);
	return value ? lappend(options, makeDefElem(pstrdup(name), value, -1))
				 : options;
}

/* Makes what is not connected, and has no slot made */
static void
edit_create_subscription(CreateSubscriptionStmt *stmt)
{
	static const char *const contrary[] = { "enabled", "create_slot",
											"copy_data" };

	for (int i = 0; i < (int) lengthof(contrary); i++)
		stmt->options = set_option(stmt->options, contrary[i], NULL);
	stmt->options =
		set_option(stmt->options, "connect", (Node *) makeString("false"));
}

static void
edit_alter_subscription(AlterSubscriptionStmt *stmt)
{
	switch (stmt->kind)
	{
		case ALTER_SUBSCRIPTION_SET_PUBLICATION:
		case ALTER_SUBSCRIPTION_ADD_PUBLICATION:
		case ALTER_SUBSCRIPTION_DROP_PUBLICATION:
			stmt->options = set_option(stmt->options, "copy_data", NULL);
			stmt->options = set_option(stmt->options, "refresh",
									   (Node *) makeString("false"));
			break;
		default:
			break;
	}
}

/* Changes a column of a row; to NULL if there is no value */
static void
update_column(Oid class_id, int cache, Oid object, AttrNumber column,
			  const char *value)
{
	Relation rel = table_open(class_id, RowExclusiveLock);
	HeapTuple tuple = SearchSysCacheCopy1(cache, ObjectIdGetDatum(object));
	int natts = RelationGetNumberOfAttributes(rel);
	Datum *values = palloc0_array(Datum, natts);
	bool *nulls = palloc0_array(bool, natts);
	bool *replace = palloc0_array(bool, natts);
	NameData name;

	if (value)
		namestrcpy(&name, value);
	values[column - 1] = NameGetDatum(&name);
	nulls[column - 1] = value == NULL;
	replace[column - 1] = true;
	tuple =
		heap_modify_tuple(tuple, RelationGetDescr(rel), values, nulls, replace);
	CatalogTupleUpdate(rel, &tuple->t_self, tuple);
	table_close(rel, RowExclusiveLock);
	CommandCounterIncrement();
}

/* Has DROP SUBSCRIPTION not look for the slot, which nobody has made */
static void
forget_slot(const DropSubscriptionStmt *stmt)
{
	Oid subscription = get_subscription_oid(stmt->subname, true);

	if (sm_locks_created(SubscriptionRelationId, subscription))
		update_column(SubscriptionRelationId, SUBSCRIPTIONOID, subscription,
					  Anum_pg_subscription_subslotname, NULL);
}

/*
 * Changes a statement of a model so that it connects to nobody, and is about
 * the role that the model runs as where it names the caller.
 */
void
sm_solo_edit(Node *stmt, const char *caller)
{
	switch (nodeTag(stmt))
	{
		case T_CreateUserMappingStmt:
			edit_role(((CreateUserMappingStmt *) stmt)->user, caller);
			break;
		case T_AlterUserMappingStmt:
			edit_role(((AlterUserMappingStmt *) stmt)->user, caller);
			break;
		case T_DropUserMappingStmt:
			edit_role(((DropUserMappingStmt *) stmt)->user, caller);
			break;
		case T_AlterDefaultPrivilegesStmt:
			edit_default_privileges((AlterDefaultPrivilegesStmt *) stmt,
									caller);
			break;
		case T_CreateSubscriptionStmt:
			edit_create_subscription((CreateSubscriptionStmt *) stmt);
			break;
		case T_AlterSubscriptionStmt:
			edit_alter_subscription((AlterSubscriptionStmt *) stmt);
			break;
		case T_DropSubscriptionStmt:
			forget_slot((DropSubscriptionStmt *) stmt);
			break;
		default:
			break;
	}
}

/*
 * Does the statement give warnings about what the server lacks to make use of
 * the object?  They are of no interest before it is really there.
 */
bool
sm_solo_is_noisy(Node *stmt)
{
	return IsA(stmt, CreateSubscriptionStmt) ||
		   IsA(stmt, CreatePublicationStmt) || IsA(stmt, AlterFdwStmt);
}

static void
set_event(const char *trigger, const char *event)
{
	update_column(EventTriggerRelationId, EVENTTRIGGEROID,
				  get_event_trigger_oid(trigger, false),
				  Anum_pg_event_trigger_evtevent, event);
}

/*
 * An event trigger for logins has the server lock the database, such that no
 * session can begin until the transaction ends.  So while the statement runs,
 * the event is another one.  Returns whether sm_solo_show_login() must be
 * called afterwards.
 */
bool
sm_solo_hide_login(Node *stmt)
{
	if (IsA(stmt, CreateEventTrigStmt))
	{
		CreateEventTrigStmt *create = (CreateEventTrigStmt *) stmt;

		if (strcmp(create->eventname, LOGIN_EVENT) != 0 || !SM_HAS_LOGIN_EVENT)
			return false;
		create->eventname = OTHER_EVENT;
		return true;
	}
	if (IsA(stmt, AlterEventTrigStmt))
	{
		const char *trigger = ((AlterEventTrigStmt *) stmt)->trigname;
		HeapTuple tuple =
			SearchSysCache1(EVENTTRIGGERNAME, CStringGetDatum(trigger));
		bool is_login;

		if (!HeapTupleIsValid(tuple))
			return false;
		is_login =
			strcmp(NameStr(
					   ((Form_pg_event_trigger) GETSTRUCT(tuple))->evtevent),
				   LOGIN_EVENT) == 0;
		ReleaseSysCache(tuple);
		if (is_login)
			set_event(trigger, OTHER_EVENT);
		return is_login;
	}
	return false;
}

void
sm_solo_show_login(Node *stmt)
{
	set_event(IsA(stmt, CreateEventTrigStmt)
				  ? ((CreateEventTrigStmt *) stmt)->trigname
				  : ((AlterEventTrigStmt *) stmt)->trigname,
			  LOGIN_EVENT);
}
