/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  The live schemas and the desired ones, and what leads from one to the
 *	  other.
 *
 * Both are read from the catalogs by the same queries.  Plans are made when the
 * database is as it is, not inside of the scratch, because they ask the server
 * about live types, and about the caller's default privileges.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "acl.h"
#include "aside.h"
#include "compare.h"
#include "compat.h"
#include "ddl.h"
#include "env.h"
#include "kinds.h"
#include "lockmode.h"
#include "mark.h"
#include "model.h"
#include "reach.h"
#include "rename.h"
#include "scratch.h"
#include "snapshot.h"
#include "subxact.h"

/* ------------------------------------------------------------------------
 * How long it took, for those who want to know
 * ------------------------------------------------------------------------ */

static void
report_time(const char *what, const SmSnapshot *snapshot, instr_time start)
{
	instr_time end;

	INSTR_TIME_SET_CURRENT(end);
	INSTR_TIME_SUBTRACT(end, start);
	if (snapshot)
		elog(DEBUG1, "schemamig: %s of %d objects in %.3f ms", what,
			 snapshot->objects.n, INSTR_TIME_GET_MILLISEC(end));
	else
		elog(DEBUG1, "schemamig: %s in %.3f ms", what,
			 INSTR_TIME_GET_MILLISEC(end));
}

static SmSnapshot *
read_snapshot(const SmComparison *comparison, Oid nobody)
{
	SmSnapshot *snapshot;
	instr_time start;

	INSTR_TIME_SET_CURRENT(start);
	snapshot = sm_snapshot_read(comparison->schemas, nobody, comparison->self);
	report_time("snapshot", snapshot, start);
	return snapshot;
}

/* ------------------------------------------------------------------------
 * The desired state
 * ------------------------------------------------------------------------ */

/* Where a reader in a subtransaction leaves what it has read */
typedef struct Reading
{
	SmComparison *comparison;
	MemoryContext context;
	const SmDdl *ddl;
	SmSnapshot *snapshot;
} Reading;

/* Has it read in a subtransaction that is rolled back */
static SmSnapshot *
read_undone(SmComparison *comparison, SmSubxactBody body)
{
	Reading reading = { .comparison = comparison,
						.context = CurrentMemoryContext };
	ErrorData *error = sm_subxact_undo(body, &reading);

	if (error)
		ReThrowError(error);
	return reading.snapshot;
}

static void
read_for(Reading *reading, Oid nobody)
{
	MemoryContext old = MemoryContextSwitchTo(reading->context);

	reading->snapshot = read_snapshot(reading->comparison, nobody);
	MemoryContextSwitchTo(old);
}

static const SmDdlExtension *
find_declared(const SmDdl *ddl, const SmObject *extension)
{
	ListCell *lc;

	foreach (lc, ddl->extensions)
		if (strcmp(((SmDdlExtension *) lfirst(lc))->name, extension->name) == 0)
			return lfirst(lc);
	return NULL;
}

static bool
is_declared(const SmDdl *ddl, const SmObject *extension)
{
	return find_declared(ddl, extension) != NULL;
}

/*
 * An extension that is installed already is not installed again for the model,
 * but has the schema and version that it says.
 */
static void
declare_extensions(const SmDdl *ddl, SmSnapshot *snapshot)
{
	for (int i = 0; i < snapshot->objects.n; i++)
	{
		SmObject *object = snapshot->objects.item[i];
		const SmDdlExtension *declared = object->kind == &sm_kind_extension
											 ? find_declared(ddl, object)
											 : NULL;

		if (declared && declared->schema)
			object->attr[SM_EXTENSION_SCHEMA] =
				MemoryContextStrdup(snapshot->context,
									quote_identifier(declared->schema));
		if (declared && declared->version)
			object->attr[SM_EXTENSION_VERSION] =
				MemoryContextStrdup(snapshot->context, declared->version);
	}
}

/*
 * Is the object there although the model does not make it?  An extension that
 * is installed is there for everybody; and a schema that the caller names is
 * made before the model runs.  Neither is desired if nothing of the model needs
 * it.
 */
static bool
is_undesired(const Reading *reading, const SmObject *object)
{
	if (object->users.n > 0)
		return false;
	if (object->kind == &sm_kind_extension)
		return !is_declared(reading->ddl, object);
	return object->kind == &sm_kind_schema && reading->comparison->given &&
		   strcmp(object->name, "public") != 0 &&
		   !sm_names_have(reading->ddl->created, object->name);
}

/* Is the extension in one of the schemas that are compared? */
static bool
is_managed(const SmComparison *comparison, const SmObject *extension)
{
	ListCell *lc;

	foreach (lc, comparison->schemas)
		if (sm_attr_is(extension, SM_EXTENSION_SCHEMA,
					   quote_identifier(lfirst(lc))))
			return true;
	return false;
}

/*
 * Extensions that are none of the model's business: neither does it name them,
 * nor are they in a schema that is managed
 */
static void
remove_foreign_extensions(const SmComparison *comparison, const SmDdl *ddl,
						  SmSnapshot *snapshot)
{
	for (int i = snapshot->objects.n - 1; i >= 0; i--)
	{
		SmObject *object = snapshot->objects.item[i];

		if (object->kind == &sm_kind_extension && !is_declared(ddl, object) &&
			!is_managed(comparison, object))
			sm_snapshot_remove(snapshot, object);
	}
}

static void
remove_undesired(const Reading *reading, SmSnapshot *snapshot)
{
	for (int i = snapshot->objects.n - 1; i >= 0; i--)
		if (is_undesired(reading, snapshot->objects.item[i]))
			sm_snapshot_remove(snapshot, snapshot->objects.item[i]);
}

static void
read_scratch(SmScratch *scratch, void *arg)
{
	Reading *reading = arg;

	read_for(reading, sm_scratch_owner(scratch));
	sm_reach_created(reading->snapshot);
	remove_undesired(reading, reading->snapshot);
	declare_extensions(reading->ddl, reading->snapshot);
}

static SmSnapshot *
run_model(SmComparison *comparison, const SmDdl *ddl)
{
	SmScratchSpec spec = { .ddl = ddl };
	Reading reading = { 0 };
	instr_time start;

	PreventCommandIfReadOnly(comparison->command);
	spec.texts = comparison->texts;
	spec.schemas = comparison->schemas;
	spec.schema = (char *) comparison->schema;
	reading.comparison = comparison;
	reading.context = CurrentMemoryContext;
	reading.ddl = ddl;
	INSTR_TIME_SET_CURRENT(start);
	sm_scratch(&spec, read_scratch, &reading);
	report_time("scratch", NULL, start);
	return reading.snapshot;
}

static SmSnapshot *
desired_by_model(SmComparison *comparison, const SmDdl *ddl)
{
	SmSnapshot *snapshot = NULL;

	if (comparison->stored)
	{
		snapshot = sm_model_snapshot(comparison->key);
		/* of an outline nothing can be run */
		if (snapshot == NULL && ddl->pieces == NIL)
			ddl = sm_ddl_parse(comparison->texts, comparison->schema);
	}
	if (snapshot == NULL)
	{
		snapshot = run_model(comparison, ddl);
		if (comparison->stored)
			sm_model_keep(comparison->key, comparison->text_key, ddl, snapshot);
	}
	return snapshot;
}

/*
 * Reads the other schema while it has the name of the one that it is to
 * replace.  What belongs to its owner, belongs to nobody in particular.
 */
static void
read_other_schema(void *arg)
{
	Reading *reading = arg;
	SmComparison *comparison = reading->comparison;
	Oid other = get_namespace_oid(comparison->from_schema, false);
	Oid live = get_namespace_oid(comparison->schema, true);
	HeapTuple tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(other));
	Oid owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;

	ReleaseSysCache(tuple);
	if (OidIsValid(live))
		sm_aside_rename_schema(live, psprintf("schemamig aside %u", live));
	sm_aside_rename_schema(other, comparison->schema);
	read_for(reading, owner);
}

/* The schema itself is to stay as it is */
static void
keep_schema(SmComparison *comparison, SmSnapshot *desired)
{
	for (int i = 0; i < comparison->live->objects.n; i++)
	{
		SmObject *live = comparison->live->objects.item[i];
		SmObject *schema;

		if (live->kind != &sm_kind_schema)
			continue;
		schema = sm_snapshot_find(desired, live->kind, live->identity);
		if (schema)
			memcpy(schema->attr, live->attr,
				   (SM_FIRST_ATTR + live->kind->n_attrs) * sizeof(char *));
	}
}

static SmSnapshot *
desired_by_schema(SmComparison *comparison)
{
	SmSnapshot *desired;

	PreventCommandIfReadOnly(comparison->command);
	desired = read_undone(comparison, read_other_schema);
	keep_schema(comparison, desired);
	return desired;
}

/* ------------------------------------------------------------------------
 * The live state
 * ------------------------------------------------------------------------ */

/* What the caller's search_path creates objects in */
static const char *
current_schema_name(void)
{
	List *path = fetch_search_path(false);
	char *name = path ? get_namespace_name(linitial_oid(path)) : NULL;

	if (name == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_SCHEMA),
						errmsg("no schema has been selected to create in"),
						errhint("Set search_path, or say schemas.")));
	return name;
}

/* The caller has named the schemas: is the first one there, are they all? */
static void
check_schemas(const SmComparison *comparison, const SmDdl *ddl)
{
	ListCell *lc;

	if (sm_names_have(ddl->schemas, comparison->schema) &&
		!sm_names_have(ddl->created, comparison->schema) &&
		!OidIsValid(get_namespace_oid(comparison->schema, true)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("schema \"%s\" does not exist", comparison->schema),
				 errhint(
					 "Neither is it in the database, nor does the model create it.")));
	foreach (lc, ddl->schemas)
		if (!sm_names_have(comparison->schemas, lfirst(lc)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the model makes objects in schema \"%s\", which is not among the schemas",
							(char *) lfirst(lc)),
					 errhint(
						 "Name it in the argument \"schemas\", or leave that out.")));
}

/*
 * The first of the schemas that the caller has named and that there is; one
 * that is not there has been dropped already, or the model creates it
 */
static const char *
first_schema(const SmComparison *comparison)
{
	ListCell *lc;

	foreach (lc, comparison->schemas)
		if (OidIsValid(get_namespace_oid(lfirst(lc), true)))
			return lfirst(lc);
	return linitial(comparison->schemas);
}

/* What the texts say of themselves, without reading them if that is known */
static SmDdl *
outline(SmComparison *comparison)
{
	SmDdl *ddl = NULL;

	if (comparison->stored)
	{
		comparison->text_key =
			sm_model_text_key(comparison->texts, comparison->schema);
		ddl = sm_model_outline(comparison->text_key);
	}
	return ddl ? ddl : sm_ddl_parse(comparison->texts, comparison->schema);
}

/* The schemas that are compared, and where unqualified names belong */
static void
choose_schemas(SmComparison *comparison, SmDdl **ddl)
{
	comparison->given = comparison->schemas != NIL;
	comparison->schema =
		comparison->given ? first_schema(comparison) : current_schema_name();
	*ddl = outline(comparison);
	if (comparison->given)
		check_schemas(comparison, *ddl);
	else if (comparison->from_schema == NULL)
		comparison->schemas = (*ddl)->schemas;
	if (comparison->schemas == NIL)
		comparison->schemas = list_make1((void *) comparison->schema);
	comparison->hints =
		list_concat(comparison->hints, list_copy((*ddl)->renames));
	if (comparison->stored)
		comparison->key =
			sm_model_key(comparison->text_key, comparison->schemas);
}

static void
read_live(void *arg)
{
	read_for(arg, InvalidOid);
}

/*
 * Reads the live state.  The server locks what it deparses, tables of views for
 * one, until the end of the transaction; with thousands of them others would
 * find the lock table full, so these locks are given back at once.
 */
SmSnapshot *
sm_compare_live(SmComparison *comparison)
{
	return read_undone(comparison, read_live);
}

static void
read_renamed(void *arg)
{
	Reading *reading = arg;

	sm_rename_catalogs(reading->comparison->renames);
	read_for(reading, InvalidOid);
}

static SmSnapshot *
rename_live(SmComparison *comparison)
{
	comparison->renames =
		sm_rename_steps(comparison->hints, &comparison->options.filter,
						comparison->live, comparison->desired);
	if (comparison->renames == NIL)
		return comparison->live;
	return read_undone(comparison, read_renamed);
}

/* The live owner of an object that the desired state gives none, or NULL */
static const char *
owner_left_open(const SmComparison *comparison, const SmObject *desired)
{
	const SmObject *owned =
		desired->kind == &sm_kind_column ? desired->parent : desired;
	const SmObject *live =
		sm_snapshot_find(comparison->renamed, owned->kind, owned->identity);

	return live && owned->attr[SM_OWNER] == NULL ? live->attr[SM_OWNER] : NULL;
}

static void
settle_owners(const SmComparison *comparison)
{
	for (int i = 0; i < comparison->desired->objects.n; i++)
	{
		SmObject *desired = comparison->desired->objects.item[i];
		const char *owner =
			desired->attr[SM_ACL] ? owner_left_open(comparison, desired) : NULL;

		if (owner)
			sm_acl_settle_owner(desired, owner);
	}
}

/*
 * Objects that are in no schema and none of the model's business.  Another
 * schema says nothing about them.
 */
static void
remove_unreached(const SmComparison *comparison, SmSnapshot *live)
{
	if (comparison->from_schema)
		sm_reach_nothing(live);
	else
		sm_reach_live(live, comparison->desired);
}

/*
 * Is the live state one that was the same as what the stored model makes?  Not
 * asked if there are hints, which may be wrong.
 */
static bool
is_known_in_step(SmComparison *comparison)
{
	instr_time start;
	bool result;

	if (!comparison->stored || comparison->hints)
		return false;
	INSTR_TIME_SET_CURRENT(start);
	comparison->state = sm_model_state(comparison->live);
	result = sm_model_is_in_step(comparison->key, comparison->state);
	if (result)
		report_time("diff", NULL, start);
	return result;
}

/*
 * Reads both states, in the current memory context.  Nothing of it is left in
 * the database, except for the snapshot of a stored model.
 */
void
sm_compare_read(SmComparison *comparison)
{
	SmDdl *ddl;

	comparison->self = sm_env_role_name(GetUserId());
	choose_schemas(comparison, &ddl);
	comparison->options.default_privileges = sm_acl_at_creation();
	comparison->live = sm_compare_live(comparison);
	if (is_known_in_step(comparison))
	{
		comparison->desired = comparison->renamed = comparison->live;
		return;
	}
	if (comparison->from_schema)
		comparison->desired = desired_by_schema(comparison);
	else
		comparison->desired = desired_by_model(comparison, ddl);
	comparison->renamed = rename_live(comparison);
	settle_owners(comparison);
	remove_unreached(comparison, comparison->live);
	if (comparison->renamed != comparison->live)
		remove_unreached(comparison, comparison->renamed);
	if (comparison->from_schema)
		sm_reach_nothing(comparison->desired);
	else
		sm_reach_desired(comparison->desired);
	remove_foreign_extensions(comparison, ddl, comparison->live);
	remove_foreign_extensions(comparison, ddl, comparison->desired);
	if (comparison->renamed != comparison->live)
		remove_foreign_extensions(comparison, ddl, comparison->renamed);
}

/*
 * The texts that make the state before, where there is nothing yet of the
 * schemas that the texts behind them create
 */
SmDdl *
sm_compare_before(const SmComparison *comparison)
{
	SmDdl *ddl = sm_ddl_parse(comparison->before, comparison->schema);
	const SmDdl *all = sm_ddl_parse(comparison->texts, comparison->schema);
	ListCell *lc;

	foreach (lc, all->created)
		if (!sm_names_have(ddl->created, lfirst(lc)))
			ddl->created = lappend(ddl->created, lfirst(lc));
	return ddl;
}

static SmSnapshot *
state_before(const SmComparison *comparison)
{
	SmComparison before = *comparison;

	before.texts = comparison->before;
	return run_model(&before, sm_compare_before(comparison));
}

/*
 * Reads two states that scripts of revisions make: what is desired, by all of
 * them, and what is there in place of the live state, by the first few, which
 * comparison->before has.  Nothing of it is left in the database.
 */
void
sm_compare_replay(SmComparison *comparison)
{
	SmDdl *ddl;

	comparison->self = sm_env_role_name(GetUserId());
	choose_schemas(comparison, &ddl);
	comparison->live = comparison->renamed = state_before(comparison);
	comparison->desired = desired_by_model(comparison, ddl);
	settle_owners(comparison);
	sm_reach_live(comparison->live, comparison->desired);
	sm_reach_desired(comparison->desired);
	remove_foreign_extensions(comparison, ddl, comparison->live);
	remove_foreign_extensions(comparison, ddl, comparison->desired);
}

/* ------------------------------------------------------------------------
 * What leads from one to the other
 * ------------------------------------------------------------------------ */

static char *
with_renames(const SmComparison *comparison, char *script, bool is_upgrade)
{
	const char *commit = "";
	StringInfoData text;
	ListCell *lc;

	if (comparison->renames == NIL)
		return script;
	/* nobody is to wait for a new name while something else takes long */
	if (strstr(script, SM_MARK_COMMIT))
		commit = SM_MARK_COMMIT "\n\n";
	initStringInfo(&text);
	if (is_upgrade)
		foreach (lc, comparison->renames)
			appendStringInfo(&text, "%s;\n",
							 ((SmRenameStep *) lfirst(lc))->upgrade);
	if (*script)
		appendStringInfo(&text, "%s%s%s", text.len > 0 ? "\n" : "",
						 text.len > 0 ? commit : "", script);
	if (!is_upgrade)
	{
		if (*script)
			appendStringInfo(&text, "\n%s", commit);
		for (int i = list_length(comparison->renames) - 1; i >= 0; i--)
			appendStringInfo(&text, "%s;\n",
							 ((SmRenameStep *) list_nth(comparison->renames, i))
								 ->downgrade);
	}
	return text.data;
}

static List *
rename_changes(const SmComparison *comparison)
{
	List *changes = NIL;
	ListCell *lc;

	foreach (lc, comparison->renames)
	{
		SmRenameStep *step = lfirst(lc);
		SmChange *change = palloc0_object(SmChange);

		change->kind = step->kind->name;
		change->identity = step->to;
		change->change = step->created ? "create"
						 : step->kind == &sm_kind_extension
							 ? "alter: schema"
							 : psprintf("rename from %s", step->from);
		change->upgrade = psprintf("%s;", step->upgrade);
		change->downgrade = psprintf("%s;", step->downgrade);
		change->lock_mode = sm_lockmode_of(step->upgrade, true);
		changes = lappend(changes, change);
	}
	return changes;
}

static void
forget_changes(SmSnapshot *snapshot)
{
	for (int i = 0; i < snapshot->objects.n; i++)
		snapshot->objects.item[i]->change = NULL;
}

/* Nothing to do, whatever the caller wants compared: that can be remembered */
static bool
is_in_step(const SmComparison *comparison)
{
	return comparison->changes == NIL && comparison->likely == NIL &&
		   comparison->options.filter.include == NIL &&
		   comparison->options.filter.exclude == NIL &&
		   comparison->desired->warnings == NIL;
}

/*
 * Makes the scripts and the rows.  In the scripts nothing is left out that was
 * refused; whether that is an error, the caller decides.
 */
void
sm_compare_plan(SmComparison *comparison)
{
	SmDiffOptions back = comparison->options;
	SmDelta *delta;
	instr_time start;

	if (comparison->desired == comparison->live)
	{
		comparison->upgrade = comparison->downgrade = pstrdup("");
		return;
	}
	INSTR_TIME_SET_CURRENT(start);
	forget_changes(comparison->renamed);
	forget_changes(comparison->desired);
	delta =
		sm_diff(comparison->renamed, comparison->desired, &comparison->options);
	comparison->changes = rename_changes(comparison);
	comparison->changes = sm_emit_changes(delta, comparison->changes, true);
	comparison->upgrade = with_renames(comparison, sm_emit_script(delta), true);
	comparison->likely = sm_rename_likely(delta);
	/* on the way back, data that came with the upgrade has to go */
	back.allow_data_loss = true;
	delta = sm_diff(comparison->desired, comparison->renamed, &back);
	comparison->changes = sm_emit_changes(delta, comparison->changes, false);
	if (delta->refusals == NIL)
		comparison->downgrade =
			with_renames(comparison, sm_emit_script(delta), false);
	else
	{
		SmRefusal *refusal = linitial(delta->refusals);

		comparison->irreversible =
			psprintf("%s %s: %s", refusal->object->kind->name,
					 refusal->object->identity, refusal->reason);
	}
	report_time("diff", NULL, start);
	if (comparison->state && is_in_step(comparison))
		sm_model_set_in_step(comparison->key, comparison->state);
}
