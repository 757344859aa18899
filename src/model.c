/*-------------------------------------------------------------------------
 *
 * model.c
 *	  The stored model: its pieces, and the snapshot of what it makes.
 *
 * The snapshot is kept with everything that it depends on as its key.  So the
 * model is run again only when something has changed.  Beside it there are an
 * outline of the text, which so need not be parsed, and a checksum of the live
 * state that was found to be the same: as long as both stay what they are,
 * neither is the snapshot looked at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "args.h"
#include "checksum.h"
#include "compat.h"
#include "env.h"
#include "model.h"
#include "query.h"
#include "serialize.h"
#include "trust.h"

PG_FUNCTION_INFO_V1(schemamig_set_model);
PG_FUNCTION_INFO_V1(schemamig_drop_model);

static SmQuery select_pieces = {
	.sql = "SELECT name, ddl, set_by FROM schemamig.model ORDER BY name",
	.mode = SM_READ_LATEST
};

static SmQuery upsert_piece = {
	.sql = "INSERT INTO schemamig.model AS m (name, ddl, set_at, set_by) "
		   "VALUES ($1, $2, pg_catalog.now(), $3) "
		   "ON CONFLICT (name) DO UPDATE SET ddl = EXCLUDED.ddl, "
		   "set_at = EXCLUDED.set_at, set_by = EXCLUDED.set_by "
		   "WHERE m.ddl <> EXCLUDED.ddl OR m.set_by <> EXCLUDED.set_by",
	.mode = SM_WRITE,
	.nargs = 3,
	.argtypes = { TEXTOID, TEXTOID, TEXTOID }
};

static SmQuery delete_piece = {
	.sql = "DELETE FROM schemamig.model WHERE name = $1",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

/*
 * What the snapshot of a model depends on besides its text: a schema that it
 * does not create is as it is, an extension has what its version has.
 */
static SmQuery surroundings = {
	.sql = "SELECT coalesce(string_agg(format('%L %L %L', e.extname, "
		   "e.extversion, e.extnamespace::regnamespace), ' ' "
		   "ORDER BY e.extname), '') FROM pg_extension e "
		   "UNION ALL SELECT coalesce(string_agg(format('%L %L %L %L', "
		   "n.nspname, n.nspowner, n.nspacl, "
		   "obj_description(n.oid, 'pg_namespace')), ' ' "
		   "ORDER BY n.nspname), '') FROM pg_namespace n "
		   "WHERE n.nspname = ANY ($1)",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTARRAYOID }
};

static SmQuery select_outline = {
	.sql = "SELECT outline FROM schemamig.model_snapshot "
		   "WHERE text_key = $1 AND outline IS NOT NULL LIMIT 1",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery select_in_step = {
	.sql = "SELECT key FROM schemamig.model_snapshot "
		   "WHERE key = $1 AND in_step = $2",
	.mode = SM_READ_LATEST,
	.nargs = 2,
	.argtypes = { TEXTOID, TEXTOID }
};

static SmQuery update_in_step = {
	.sql = "UPDATE schemamig.model_snapshot SET in_step = $2 "
		   "WHERE key = $1 AND in_step IS DISTINCT FROM $2",
	.mode = SM_WRITE,
	.nargs = 2,
	.argtypes = { TEXTOID, TEXTOID }
};

static SmQuery select_snapshot = {
	.sql = "SELECT snapshot FROM schemamig.model_snapshot WHERE key = $1",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery delete_snapshots = {
	.sql = "DELETE FROM schemamig.model_snapshot WHERE key <> $1",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery insert_snapshot = {
	.sql =
		"INSERT INTO schemamig.model_snapshot "
		"(key, text_key, outline, snapshot, made_at) "
		"VALUES ($1, $2, $3, $4, pg_catalog.now()) ON CONFLICT (key) DO NOTHING",
	.mode = SM_WRITE,
	.nargs = 4,
	.argtypes = { TEXTOID, TEXTOID, TEXTARRAYOID, BYTEAOID }
};

/*
 * The stored pieces as a list of SmModelText, in name order; NIL if there are
 * none.  Refuses one whose author may not act with the current user's rights,
 * for its DDL may call functions.
 */
List *
sm_model_texts(void)
{
	SmRows *rows = sm_query(&select_pieces, NULL, NULL);
	List *texts = NIL;

	for (uint64 i = 0; i < rows->n; i++)
	{
		SmModelText *text = palloc0_object(SmModelText);
		char *author = sm_rows_text(rows, i, 3);

		text->name = sm_rows_text(rows, i, 1);
		text->text = sm_rows_text(rows, i, 2);
		if (!sm_trust_role(author, GetUserId()))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("piece \"%s\" of the model was written by role \"%s\", which is not trusted",
							text->name, author),
					 errdetail("What runs it would run with the rights of \"%s\".",
							   sm_env_role_name(GetUserId())),
					 errhint(
						 "Read it, and set it again with schemamig.set_model(), or put the role into schemamig.trusted_authors.")));
		texts = lappend(texts, text);
	}
	return texts;
}

/* SQL function set_model(name, ddl) */
Datum
schemamig_set_model(PG_FUNCTION_ARGS)
{
	SmModelText text = { 0 };
	Datum args[3];

	PreventCommandIfReadOnly("schemamig.set_model()");
	text.name = sm_arg_text_required(fcinfo, 0, "name");
	text.text = sm_arg_text_required(fcinfo, 1, "ddl");
	if (*text.name == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("name must not be empty")));
	/* what is refused in a model, is so now */
	(void) sm_ddl_parse(list_make1(&text), "public");
	args[0] = CStringGetTextDatum(text.name);
	args[1] = CStringGetTextDatum(text.text);
	args[2] = CStringGetTextDatum(sm_env_role_name(GetUserId()));
	(void) sm_query(&upsert_piece, args, NULL);
	PG_RETURN_VOID();
}

/* SQL function drop_model(name) */
Datum
schemamig_drop_model(PG_FUNCTION_ARGS)
{
	char *name = sm_arg_text_required(fcinfo, 0, "name");
	Datum arg = CStringGetTextDatum(name);

	PreventCommandIfReadOnly("schemamig.drop_model()");
	if (sm_query(&delete_piece, &arg, NULL)->n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("the model has no piece \"%s\"", name),
				 errhint("SELECT name FROM schemamig.model shows them.")));
	PG_RETURN_VOID();
}

static void
append_part(StringInfo all, const char *part)
{
	appendStringInfo(all, "%zu:%s", strlen(part), part);
}

/*
 * A key for what can be told of the texts without running them: a checksum of
 * all that it depends on.  schema is the one of names without any.
 */
char *
sm_model_text_key(const List *texts, const char *schema)
{
	StringInfoData all;
	ListCell *lc;

	initStringInfo(&all);
	append_part(&all, GetConfigOption("server_version", false, false));
	append_part(&all, sm_serialized_form());
	append_part(&all, GetConfigOption("search_path", false, false));
	append_part(&all, sm_env_role_name(GetUserId()));
	append_part(&all, schema);
	foreach (lc, texts)
	{
		append_part(&all, ((SmModelText *) lfirst(lc))->name);
		append_part(&all, ((SmModelText *) lfirst(lc))->text);
	}
	return sm_checksum_text(all.data);
}

/*
 * A key for what the texts make when they are run now, of the key of the texts
 * and all else that it depends on.
 */
char *
sm_model_key(const char *text_key, const List *schemas)
{
	Datum names = sm_list_to_text_array(schemas);
	SmRows *rows = sm_query(&surroundings, &names, NULL);
	StringInfoData all;
	ListCell *lc;

	initStringInfo(&all);
	append_part(&all, text_key);
	foreach (lc, schemas)
		append_part(&all, lfirst(lc));
	for (uint64 i = 0; i < rows->n; i++)
		append_part(&all, sm_rows_text(rows, i, 1));
	return sm_checksum_text(all.data);
}

/* ---- The outline: for each thing a letter, then what there is to say ---- */

static List *
add_to_outline(List *outline, char letter, const char *value)
{
	return lappend(outline, psprintf("%c%s", letter, value));
}

/* NULL if the text has to be read each time, since it has something to say */
static Datum
make_outline(const SmDdl *ddl, char *null)
{
	List *outline = NIL;
	ListCell *lc;

	if (ddl->warned || ddl->renames != NIL)
	{
		*null = 'n';
		return (Datum) 0;
	}
	foreach (lc, ddl->schemas)
		outline = add_to_outline(outline, 's', lfirst(lc));
	foreach (lc, ddl->created)
		outline = add_to_outline(outline, 'c', lfirst(lc));
	foreach (lc, ddl->extensions)
	{
		const SmDdlExtension *extension = lfirst(lc);

		outline = add_to_outline(outline, 'e', extension->name);
		if (extension->schema)
			outline = add_to_outline(outline, 'i', extension->schema);
		if (extension->version)
			outline = add_to_outline(outline, 'v', extension->version);
	}
	return sm_list_to_text_array(outline);
}

/* Takes over what one item of an outline says; e is the last extension */
static void
read_item(SmDdl *ddl, const char *item, SmDdlExtension **e)
{
	char *value = pstrdup(item + 1);

	switch (item[0])
	{
		case 's':
			ddl->schemas = lappend(ddl->schemas, value);
			break;
		case 'c':
			ddl->created = lappend(ddl->created, value);
			break;
		case 'e':
			*e = palloc0_object(SmDdlExtension);
			(*e)->name = value;
			ddl->extensions = lappend(ddl->extensions, *e);
			break;
		case 'i':
			(*e)->schema = value;
			break;
		case 'v':
			(*e)->version = value;
			break;
	}
}

/*
 * What sm_ddl_parse() would say about the texts of the key, without their
 * statements; NULL if it is not known
 */
SmDdl *
sm_model_outline(const char *text_key)
{
	Datum arg = CStringGetTextDatum(text_key);
	SmRows *rows = sm_query(&select_outline, &arg, NULL);
	SmDdlExtension *extension = NULL;
	SmDdl *ddl;
	bool isnull;
	ListCell *lc;

	if (rows->n == 0)
		return NULL;
	ddl = palloc0_object(SmDdl);
	foreach (lc, sm_text_array_to_list(sm_rows_datum(rows, 0, 1, &isnull)))
		read_item(ddl, lfirst(lc), &extension);
	return ddl;
}

/* ---- The snapshot ---- */

/* The snapshot that was kept under the key, or NULL */
SmSnapshot *
sm_model_snapshot(const char *key)
{
	Datum arg = CStringGetTextDatum(key);
	SmRows *rows = sm_query(&select_snapshot, &arg, NULL);
	bool isnull;

	if (rows->n == 0)
		return NULL;
	return sm_deserialize(DatumGetByteaPP(sm_rows_datum(rows, 0, 1, &isnull)));
}

/* Keeps the snapshot under the key, instead of others */
void
sm_model_keep(const char *key, const char *text_key, const SmDdl *ddl,
			  const SmSnapshot *snapshot)
{
	Datum args[4];
	char nulls[] = "    ";

	if (XactReadOnly)
		return;
	args[0] = CStringGetTextDatum(key);
	args[1] = CStringGetTextDatum(text_key);
	args[2] = make_outline(ddl, &nulls[2]);
	args[3] = PointerGetDatum(sm_serialize(snapshot));
	(void) sm_query(&delete_snapshots, args, NULL);
	(void) sm_query(&insert_snapshot, args, nulls);
}

/* ---- A live state that does not differ ---- */

/* What sm_model_is_in_step() knows a live state by */
char *
sm_model_state(const SmSnapshot *live)
{
	bytea *bytes = sm_serialize(live);
	char *state = sm_checksum_bytes(VARDATA(bytes), VARSIZE(bytes) - VARHDRSZ);

	pfree(bytes);
	return state;
}

/* Was the live state the same as the snapshot under the key before? */
bool
sm_model_is_in_step(const char *key, const char *state)
{
	Datum args[2] = { CStringGetTextDatum(key), CStringGetTextDatum(state) };

	return sm_query(&select_in_step, args, NULL)->n > 0;
}

/* Remembers that it is */
void
sm_model_set_in_step(const char *key, const char *state)
{
	Datum args[2] = { CStringGetTextDatum(key), CStringGetTextDatum(state) };

	if (!XactReadOnly)
		(void) sm_query(&update_in_step, args, NULL);
}
