/*-------------------------------------------------------------------------
 *
 * displace.c
 *	  Live objects that are in no schema, put out of a model's way.
 *
 * Casts, servers, languages and the like cannot be put aside with a schema. The
 * live one gives way when the model makes one of the same name: it gets another
 * name, or, if it has none of its own, its row is deleted; in the catalog only,
 * for a subtransaction that is rolled back.
 *
 * What has a name gives way before the model begins: otherwise a statement that
 * stands too early would find it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_am.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_default_acl.h"
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
#include "commands/proclang.h"
#include "foreign/foreign.h"
#include "parser/parse_type.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "compat.h"
#include "displace.h"
#include "locks.h"

/* Gives an object another name; without one, deletes its row */
static void
put_away(Oid class_id, Oid object)
{
	AttrNumber attnum = get_object_attnum_name(class_id);
	Relation rel;
	HeapTuple tuple;

	if (!OidIsValid(object) || sm_locks_created(class_id, object))
		return;
	rel = table_open(class_id, RowExclusiveLock);
	tuple =
		get_catalog_object_by_oid(rel, get_object_attnum_oid(class_id), object);
	if (attnum == InvalidAttrNumber)
		CatalogTupleDelete(rel, &tuple->t_self);
	else
	{
		int natts = RelationGetNumberOfAttributes(rel);
		Datum *values = palloc0_array(Datum, natts);
		bool *nulls = palloc0_array(bool, natts);
		bool *replace = palloc0_array(bool, natts);
		NameData name;

		namestrcpy(&name, psprintf("schemamig aside %u", object));
		values[attnum - 1] = NameGetDatum(&name);
		replace[attnum - 1] = true;
		tuple = heap_modify_tuple(tuple, RelationGetDescr(rel), values, nulls,
								  replace);
		CatalogTupleUpdate(rel, &tuple->t_self, tuple);
	}
	table_close(rel, RowExclusiveLock);
	CommandCounterIncrement();
}

static Oid
type_oid(const TypeName *name)
{
	return LookupTypeNameOid(NULL, name, true);
}

static Oid
cast_oid(const CreateCastStmt *stmt)
{
	return get_cast_oid(type_oid(stmt->sourcetype), type_oid(stmt->targettype),
						true);
}

static Oid
transform_oid(const CreateTransformStmt *stmt)
{
	return get_transform_oid(type_oid(stmt->type_name),
							 get_language_oid(stmt->lang, true), true);
}

static Oid
user_mapping_oid(const CreateUserMappingStmt *stmt)
{
	Oid role = stmt->user->roletype == ROLESPEC_PUBLIC
				   ? InvalidOid
				   : get_rolespec_oid(stmt->user, true);

	return GetSysCacheOid2(USERMAPPINGUSERSERVER, Anum_pg_user_mapping_oid,
						   ObjectIdGetDatum(role),
						   ObjectIdGetDatum(
							   get_foreign_server_oid(stmt->servername, true)));
}

/* The letter for a type of objects in pg_default_acl */
static char
default_acl_type(ObjectType type)
{
	switch (type)
	{
		case OBJECT_TABLE:
			return DEFACLOBJ_RELATION;
		case OBJECT_SEQUENCE:
			return DEFACLOBJ_SEQUENCE;
		case OBJECT_TYPE:
			return DEFACLOBJ_TYPE;
		case OBJECT_SCHEMA:
			return DEFACLOBJ_NAMESPACE;
		case OBJECT_FUNCTION:
		case OBJECT_PROCEDURE:
		case OBJECT_ROUTINE:
			return DEFACLOBJ_FUNCTION;
		default:
			return SM_DEFACLOBJ_LARGEOBJECT;
	}
}

/* Those of a schema are put aside with it */
static void
put_away_default_privileges(const AlterDefaultPrivilegesStmt *stmt)
{
	char type = default_acl_type(stmt->action->objtype);
	List *roles = NIL;
	ListCell *lc;

	foreach (lc, stmt->options)
	{
		DefElem *option = lfirst_node(DefElem, lc);

		if (strcmp(option->defname, "schemas") == 0)
			return;
		if (strcmp(option->defname, "roles") == 0)
			roles = (List *) option->arg;
	}
	foreach (lc, roles)
		put_away(DefaultAclRelationId,
				 GetSysCacheOid3(DEFACLROLENSPOBJ, Anum_pg_default_acl_oid,
								 ObjectIdGetDatum(
									 get_rolespec_oid(lfirst(lc), true)),
								 ObjectIdGetDatum(InvalidOid),
								 CharGetDatum(type)));
}

/*
 * To be called before a statement of a model: if it makes an object that is in
 * no schema, one of the same name that was there before is put away.
 */
void
sm_displace(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_CreateFdwStmt:
			put_away(ForeignDataWrapperRelationId,
					 get_foreign_data_wrapper_oid(((CreateFdwStmt *) stmt)
													  ->fdwname,
												  true));
			break;
		case T_CreateForeignServerStmt:
			put_away(ForeignServerRelationId,
					 get_foreign_server_oid(((CreateForeignServerStmt *) stmt)
												->servername,
											true));
			break;
		case T_CreatePLangStmt:
			put_away(LanguageRelationId,
					 get_language_oid(((CreatePLangStmt *) stmt)->plname,
									  true));
			break;
		case T_CreateAmStmt:
			put_away(AccessMethodRelationId,
					 get_am_oid(((CreateAmStmt *) stmt)->amname, true));
			break;
		case T_CreateCastStmt:
			put_away(CastRelationId, cast_oid((CreateCastStmt *) stmt));
			break;
		case T_CreateTransformStmt:
			put_away(TransformRelationId,
					 transform_oid((CreateTransformStmt *) stmt));
			break;
		case T_CreateUserMappingStmt:
			put_away(UserMappingRelationId,
					 user_mapping_oid((CreateUserMappingStmt *) stmt));
			break;
		case T_AlterDefaultPrivilegesStmt:
			put_away_default_privileges((AlterDefaultPrivilegesStmt *) stmt);
			break;
		case T_CreatePublicationStmt:
			put_away(PublicationRelationId,
					 get_publication_oid(((CreatePublicationStmt *) stmt)
											 ->pubname,
										 true));
			break;
		case T_CreateSubscriptionStmt:
			put_away(SubscriptionRelationId,
					 get_subscription_oid(((CreateSubscriptionStmt *) stmt)
											  ->subname,
										  true));
			break;
		case T_CreateEventTrigStmt:
			put_away(EventTriggerRelationId,
					 get_event_trigger_oid(((CreateEventTrigStmt *) stmt)
											   ->trigname,
										   true));
			break;
		default:
			break;
	}
}
