/*-------------------------------------------------------------------------
 *
 * autogenerate.c
 *	  Writing the next revision: autogenerate, baseline.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "acl.h"
#include "args.h"
#include "author.h"
#include "compat.h"
#include "ddl.h"
#include "env.h"
#include "errcodes.h"
#include "guc.h"
#include "kinds.h"
#include "others.h"
#include "prove.h"
#include "query.h"
#include "reach.h"
#include "request.h"
#include "revision.h"
#include "snapshot.h"
#include "stamp.h"

PG_FUNCTION_INFO_V1(schemamig_autogenerate);
PG_FUNCTION_INFO_V1(schemamig_baseline);

/* Where users keep their objects */
static SmQuery user_schemas = {
	.sql = "SELECT nspname::text FROM pg_namespace n "
		   "WHERE nspname !~ '^pg_' "
		   "AND nspname NOT IN ('information_schema', 'schemamig') "
		   "AND NOT EXISTS (SELECT FROM pg_depend d "
		   "WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid "
		   "AND d.deptype = 'e') ORDER BY nspname",
	.mode = SM_READ_LATEST
};

/*
 * A revision that is not applied would be written once more, as part of the new
 * one.
 */
static void
check_nothing_pending(void)
{
	SmGraph *g = sm_revision_graph(SM_READ_LATEST);
	Bitmapset *applied = sm_revision_applied(g, "", SM_READ_LATEST);
	Bitmapset *pending = bms_difference(sm_graph_all(g), applied);

	if (!bms_is_empty(pending))
		ereport(ERROR,
				(errcode(ERRCODE_SM_PENDING_REVISIONS),
				 errmsg("the database is not at the heads"),
				 errdetail("Pending: %s.", sm_graph_id_list(g, pending, 5)),
				 errhint(
					 "Run them first, with SELECT * FROM schemamig.upgrade('heads'), or drop them with schemamig.drop_revision().")));
}

static void
check_drops(const SmComparison *comparison)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	foreach (lc, comparison->changes)
	{
		SmChange *change = lfirst(lc);

		if (strcmp(change->change, "drop") == 0)
			appendStringInfo(&text, "%s%s %s", text.len > 0 ? ", " : "",
							 change->kind, change->identity);
	}
	if (text.len > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the changes would drop what the model does not have"),
				 errdetail("It would drop: %s.", text.data),
				 errhint(
					 "Use allow_drop => true, or leave it alone with exclude.")));
}

static void
prove(const SmComparison *comparison)
{
	if (!sm_proof)
		return;
	if (comparison->downgrade == NULL)
		ereport(WARNING,
				(errmsg(
					 "the revision is not proven, because it has no downgrade script"),
				 errdetail("%s.", comparison->irreversible)));
	else
		sm_prove(comparison);
}

/*
 * The state that is desired, as texts that make it: for what was read from
 * another schema
 */
static List *
texts_of(SmComparison *comparison)
{
	SmModelText *text = palloc0_object(SmModelText);
	SmSnapshot *empty = sm_snapshot_create();
	SmDiffOptions options = comparison->options;

	options.allow_data_loss = true;
	for (int i = 0; i < comparison->desired->objects.n; i++)
	{
		SmObject *object = comparison->desired->objects.item[i];
		SmObject *given;

		if (object->kind != &sm_kind_schema)
			continue;
		given = sm_snapshot_add(empty, object->kind, object->identity);
		given->name = object->name;
		memcpy(given->attr, object->attr,
			   (SM_FIRST_ATTR + object->kind->n_attrs) * sizeof(char *));
	}
	text->name = psprintf("schema %s", comparison->from_schema);
	text->text = sm_emit_script(sm_diff(empty, comparison->desired, &options));
	return list_make1(text);
}

static List *
optional_list(FunctionCallInfo fcinfo, int n, const char *name)
{
	return PG_ARGISNULL(n) ? NIL : sm_arg_text_list(fcinfo, n, name);
}

/*
 * SQL function autogenerate(message, model, from_schema, schemas, include,
 * exclude, renames, allow_drop, allow_data_loss, rev_id, head, branch_labels,
 * depends_on, online)
 */
Datum
schemamig_autogenerate(PG_FUNCTION_ARGS)
{
	SmNewRevision new = { .command = "schemamig.autogenerate()" };
	SmComparison *comparison;

	new.message = sm_arg_text_required(fcinfo, 0, "message");
	PreventCommandIfReadOnly(new.command);
	comparison = sm_request_read(fcinfo, 1, new.command);
	comparison->options.allow_data_loss = sm_arg_bool(fcinfo, 8);
	sm_request_online(fcinfo, 13, comparison);
	check_nothing_pending();
	sm_request_compare(comparison);
	if (comparison->changes == NIL)
	{
		ereport(NOTICE,
				(errmsg(
					"there is nothing to do: the database is as the model has it")));
		PG_RETURN_NULL();
	}
	sm_request_check_possible(comparison);
	if (!sm_arg_bool(fcinfo, 7))
		check_drops(comparison);
	if (comparison->from_schema)
		comparison->texts = texts_of(comparison);
	prove(comparison);
	new.upgrade = comparison->upgrade;
	new.downgrade = comparison->downgrade;
	new.rev_id = sm_arg_text(fcinfo, 9);
	new.head = PG_ARGISNULL(10) ? list_make1("head")
								: sm_arg_text_list(fcinfo, 10, "head");
	new.branch_labels = optional_list(fcinfo, 11, "branch_labels");
	new.depends_on = optional_list(fcinfo, 12, "depends_on");
	return CStringGetTextDatum(sm_author_create(&new));
}

/* What is there now is to be the beginning of the history */
static void
check_no_revisions(void)
{
	SmGraph *g = sm_revision_graph(SM_READ_LATEST);

	if (g->n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("there are revisions already"),
				 errhint(
					 "A baseline is the first one. schemamig.autogenerate() writes the next.")));
}

static List *
all_user_schemas(void)
{
	SmRows *rows = sm_query(&user_schemas, NULL, NULL);
	List *schemas = NIL;

	for (uint64 i = 0; i < rows->n; i++)
		schemas = lappend(schemas, sm_rows_text(rows, i, 1));
	return schemas;
}

/* What a new database has: the schema public, as initdb makes it */
static SmSnapshot *
new_database(const SmSnapshot *live)
{
	SmSnapshot *snapshot = sm_snapshot_create();
	SmObject *same = sm_snapshot_find(live, &sm_kind_schema, "public");

	if (same)
	{
		SmObject *object = sm_snapshot_add(snapshot, &sm_kind_schema, "public");

		object->name = "public";
		object->attr[SM_ACL] = "OWNER CREATE\nOWNER USAGE\nPUBLIC USAGE";
		object->attr[SM_OWNER] = "pg_database_owner";
		object->attr[SM_COMMENT] = "standard public schema";
	}
	return snapshot;
}

/* SQL function baseline(message, schemas, include, exclude, rev_id) */
Datum
schemamig_baseline(PG_FUNCTION_ARGS)
{
	SmNewRevision new = { .command = "schemamig.baseline()" };
	SmComparison comparison = { 0 };
	char *revision;
	bool all;

	new.message = sm_arg_text_required(fcinfo, 0, "message");
	PreventCommandIfReadOnly(new.command);
	comparison.schemas = sm_request_schemas(fcinfo, 1);
	all = comparison.schemas == NIL;
	if (all)
		comparison.schemas = all_user_schemas();
	sm_request_filter(fcinfo, 2, &comparison);
	comparison.options.allow_data_loss = true;
	check_no_revisions();
	comparison.self = sm_env_role_name(GetUserId());
	comparison.desired = sm_compare_live(&comparison);
	comparison.live = comparison.renamed = new_database(comparison.desired);
	if (all)
	{
		SmEnv env;

		sm_env_enter_deparse(&env);
		comparison.desired->warnings =
			list_concat(comparison.desired->warnings, sm_others_of_server());
		sm_env_leave(&env);
	}
	else
		sm_reach_live(comparison.desired, comparison.live);
	comparison.schema = linitial(comparison.schemas);
	sm_request_warn(&comparison);
	sm_compare_plan(&comparison);
	prove(&comparison);
	new.upgrade = comparison.upgrade;
	new.downgrade = comparison.downgrade;
	new.rev_id = sm_arg_text(fcinfo, 4);
	new.head = list_make1("head");
	revision = sm_author_create(&new);
	(void) sm_stamp(list_make1(revision), false, NULL);
	return CStringGetTextDatum(revision);
}
