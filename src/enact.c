/*-------------------------------------------------------------------------
 *
 * enact.c
 *	  Running the statements of a model.
 *
 * Each statement runs as the server runs it, with small changes to its parse
 * tree.  They run in the order of the text.  Where that fails because a
 * statement names what comes later, the model is run in rounds: a statement
 * that does not work yet is tried again after the others, as often as there is
 * progress.  Then each of them needs a subtransaction of its own, except those
 * that make the values of an enum, which can be used only in the subtransaction
 * that has made the enum.
 *
 * The bodies of functions are checked after all else, since they may name
 * anything.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "parser/parse_utilcmd.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "allow.h"
#include "caches.h"
#include "compat.h"
#include "displace.h"
#include "enact.h"
#include "enumval.h"
#include "env.h"
#include "exec.h"
#include "locks.h"
#include "nostorage.h"
#include "object.h"
#include "relocate.h"
#include "seqlock.h"
#include "solo.h"
#include "subxact.h"

/* Objects that the caches may know of at a time */
#define CACHED_AT_ONCE 500

/* A piece whose statements are running */
typedef struct Piece
{
	SmEnactment *e;
	const SmDdlPiece *ddl;
	bool bodies;	/* check_function_bodies, as it was set last */
	List *names;	/* char *: settings that were set */
	List *settings; /* of SmSetting: their values; NIL: to be asked for */
} Piece;

/* A statement that is to be tried again, with the settings that it had */
typedef struct Deferred
{
	const Piece *piece;
	int stmt;
	bool bodies;
	List *settings;
} Deferred;

/* Whether another statement may make what an error says is missing */
bool
sm_enact_missing(int sqlerrcode)
{
	switch (sqlerrcode)
	{
		case ERRCODE_UNDEFINED_TABLE:
		case ERRCODE_UNDEFINED_FUNCTION:
		case ERRCODE_UNDEFINED_OBJECT:
		case ERRCODE_UNDEFINED_SCHEMA:
		case ERRCODE_UNDEFINED_COLUMN:
		case ERRCODE_INVALID_FOREIGN_KEY:
			return true;
		default:
			return false;
	}
}

/* Notes that a setting is another one now */
static void
note_setting(Piece *piece, const char *name)
{
	MemoryContext old = MemoryContextSwitchTo(piece->e->context);

	if (!sm_names_have(piece->names, name))
		piece->names = lappend(piece->names, pstrdup(name));
	piece->settings = NIL;
	MemoryContextSwitchTo(old);
}

/*
 * The values of the settings that the piece has set so far, for a statement
 * that needs them again later.
 */
static List *
present_settings(Piece *piece)
{
	MemoryContext old = MemoryContextSwitchTo(piece->e->context);

	if (piece->settings == NIL)
		piece->settings = sm_env_settings(piece->names);
	MemoryContextSwitchTo(old);
	return piece->settings;
}

/*
 * Runs a setting.  Without storage, heap stands for the access method that has
 * none.
 */
static void
run_set(Piece *piece, RawStmt *raw, const char *sql)
{
	SmAllowSetting setting;

	(void) sm_allow_setting(raw->stmt, &setting);
	note_setting(piece, setting.name);
	if (setting.value == NULL && strcmp(setting.name, "search_path") == 0)
		sm_env_set("search_path", piece->e->path);
	else if (piece->e->fast &&
			 strcmp(setting.name, "default_table_access_method") == 0 &&
			 (setting.value == NULL || strcmp(setting.value, "heap") == 0))
		sm_env_set("default_table_access_method", SM_SCRATCH_AM);
	else
		sm_exec_raw(raw, sql);
}

/* check_function_bodies is heeded when all else is done */
static void
run_bodies(Piece *piece, RawStmt *raw, const char *sql)
{
	SmAllowSetting setting;

	(void) sm_allow_setting(raw->stmt, &setting);
	if (piece->e->is_script)
		sm_exec_raw(raw, sql);
	else if (setting.value == NULL ||
			 !parse_bool(setting.value, &piece->bodies))
		piece->bodies = piece->e->checks_bodies;
}

/*
 * A role that a script takes on.  The session's own role stays out of it:
 * whoever had only lent his rights would not want that to be left.
 */
static void
run_role(const Piece *piece, RawStmt *raw)
{
	SmAllowSetting setting;
	Oid role = piece->e->owner;

	(void) sm_allow_setting(raw->stmt, &setting);
	if (setting.value && strcmp(setting.value, "none") != 0 &&
		strcmp(setting.value, "default") != 0)
	{
		char *copy = pstrdup(setting.value);
		List *names;

		role = SplitIdentifierString(copy, ',', &names) && names != NIL
				   ? get_role_oid(linitial(names), false)
				   : InvalidOid;
		if (!member_can_set_role(piece->e->owner, role))
			ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
							errmsg("permission denied to set role \"%s\"",
								   setting.value)));
	}
	sm_env_become(role);
}

/* The name of the schema that a statement creates */
static const char *
created_schema(const CreateSchemaStmt *stmt)
{
	if (stmt->schemaname)
		return stmt->schemaname;
	return GetUserNameFromId(get_rolespec_oid(stmt->authrole, false), false);
}

/* Runs what stands inside of CREATE SCHEMA, as the server does */
static void
run_schema_elements(const char *schema, List *elements, const char *sql)
{
	const char *path = GetConfigOption("search_path", false, false);
	Oid owner = InvalidOid;
	HeapTuple tuple =
		SearchSysCache1(NAMESPACEOID,
						ObjectIdGetDatum(get_namespace_oid(schema, false)));
	SmEnv env;
	ListCell *lc;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
		ReleaseSysCache(tuple);
	}
	path = path[0] == '\0' ? quote_identifier(schema)
						   : psprintf("%s, %s", quote_identifier(schema), path);
	sm_env_enter_role(&env, owner,
					  list_make1(sm_env_setting("search_path", path)));
	foreach (lc, transformCreateSchemaStmtElements(elements, schema))
	{
		RawStmt *raw = makeNode(RawStmt);

		raw->stmt = lfirst(lc);
		raw->stmt_location = -1;
		sm_exec_raw(raw, sql);
	}
	sm_env_leave(&env);
}

/*
 * Creates a schema.  Where one has to be there already, for the objects of
 * extensions, it takes the place of the one that is created.
 */
static void
run_create_schema(SmEnactment *e, RawStmt *raw, const char *sql)
{
	CreateSchemaStmt *stmt = castNode(CreateSchemaStmt, raw->stmt);
	const char *schema = created_schema(stmt);
	List *elements = stmt->schemaElts;

	if (!sm_aside_take(e->aside, schema))
	{
		sm_exec_raw(raw, sql);
		return;
	}
	stmt->schemaElts = NIL;
	sm_exec_raw(raw, sql);
	sm_aside_give(e->aside, schema);
	if (elements)
		run_schema_elements(schema, elements, sql);
}

/* Whether an extension was there before the model */
static bool
is_live_extension(const char *name)
{
	Oid extension = get_extension_oid(name, true);

	return OidIsValid(extension) &&
		   !sm_locks_created(ExtensionRelationId, extension);
}

/*
 * A statement about an extension.  One that is there already is what the model
 * means, and is not changed, but for the schema that it is in.
 */
static bool
concerns_live_extension(Node *stmt)
{
	ListCell *lc;

	switch (nodeTag(stmt))
	{
		case T_CreateExtensionStmt:
			return is_live_extension(((CreateExtensionStmt *) stmt)->extname);
		case T_AlterExtensionStmt:
			return is_live_extension(((AlterExtensionStmt *) stmt)->extname);
		case T_AlterExtensionContentsStmt:
			return is_live_extension(
				((AlterExtensionContentsStmt *) stmt)->extname);
		case T_AlterObjectSchemaStmt:
			return is_live_extension(
				strVal(((AlterObjectSchemaStmt *) stmt)->object));
		case T_DropStmt:
			foreach (lc, ((DropStmt *) stmt)->objects)
			{
				if (is_live_extension(strVal(lfirst(lc))))
					return true;
			}
			return false;
		default:
			return false;
	}
}

/* The schema that the statement wants an extension to be in, or InvalidOid */
static Oid
wanted_schema(Node *stmt)
{
	CreateExtensionStmt *create = (CreateExtensionStmt *) stmt;
	List *path;
	ListCell *lc;

	if (IsA(stmt, AlterObjectSchemaStmt))
		return get_namespace_oid(((AlterObjectSchemaStmt *) stmt)->newschema,
								 false);
	if (!IsA(stmt, CreateExtensionStmt))
		return InvalidOid;
	foreach (lc, create->options)
	{
		DefElem *option = lfirst_node(DefElem, lc);

		if (strcmp(option->defname, "schema") == 0)
			return get_namespace_oid(defGetString(option), true);
	}
	/* with IF NOT EXISTS it may be wherever it is */
	path = create->if_not_exists ? NIL : fetch_search_path(false);
	return path ? linitial_oid(path) : InvalidOid;
}

/*
 * Moves an extension that is there already to where the model wants to have it,
 * as far as it can be moved.
 */
static void
place_live_extension(Node *stmt)
{
	Oid schema = wanted_schema(stmt);
	Oid extension = InvalidOid;

	if (IsA(stmt, CreateExtensionStmt))
		extension =
			get_extension_oid(((CreateExtensionStmt *) stmt)->extname, false);
	else if (IsA(stmt, AlterObjectSchemaStmt))
		extension =
			get_extension_oid(strVal(((AlterObjectSchemaStmt *) stmt)->object),
							  false);
	if (OidIsValid(schema) && sm_relocate_is_possible(extension))
		sm_relocate_extension(extension, schema);
}

/*
 * A schema that is there only for the objects of extensions is not there for
 * DROP SCHEMA: takes it out of the statement.  Returns whether anything is left.
 */
static bool
edit_drop_schema(const SmEnactment *e, DropStmt *stmt)
{
	ListCell *lc;

	if (stmt->removeType != OBJECT_SCHEMA)
		return true;
	foreach (lc, stmt->objects)
	{
		const char *schema = strVal(lfirst(lc));

		if (sm_aside_is_pending(e->aside, schema))
		{
			if (!stmt->missing_ok)
				ereport(ERROR,
						(errcode(ERRCODE_UNDEFINED_SCHEMA),
						 errmsg("schema \"%s\" does not exist", schema)));
		}
		else if (!sm_aside_drop(e->aside, schema))
			continue;
		stmt->objects = foreach_delete_current(stmt->objects, lc);
	}
	return stmt->objects != NIL;
}

/*
 * An object in no schema that was there before is not the model's to change.
 * Where revisions are replayed, what they did to it does not count.
 */
static bool
is_about_live(const Piece *piece, Node *stmt)
{
	ObjectAddress live;

	if (!sm_solo_is_live(stmt, &live))
		return false;
	if (piece->ddl->replay)
		return true;
	piece->e->bounds.refused = true;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("%s is not part of the model",
					getObjectDescription(&live, false)),
			 errdetail("The statement would change it."),
			 errhint("Let the model create it, or take the statement out.")));
}

/* What is about an object in no schema, so that it defines it and no more */
static void
run_solo(const SmEnactment *e, RawStmt *raw, const char *sql)
{
	List *settings = NIL;
	bool login;
	SmEnv env;

	sm_displace(raw->stmt);
	sm_solo_edit(raw->stmt, e->caller);
	login = sm_solo_hide_login(raw->stmt);
	if (sm_solo_is_noisy(raw->stmt))
		settings = list_make1(sm_env_setting("client_min_messages", "error"));
	sm_env_enter_settings(&env, settings);
	sm_exec_raw(raw, sql);
	sm_env_leave(&env);
	if (login)
		sm_solo_show_login(raw->stmt);
}

static void
run_plain(const Piece *piece, RawStmt *raw, const char *sql)
{
	const SmEnactment *e = piece->e;
	RangeVar *filled = sm_nostorage_filled(raw->stmt);

	sm_allow_strip_concurrently(raw->stmt);
	if (IsA(raw->stmt, DropStmt) &&
		!edit_drop_schema(e, (DropStmt *) raw->stmt))
		return;
	if (!piece->ddl->replay || e->is_script)
		sm_nostorage_edit(raw->stmt);
	if (is_about_live(piece, raw->stmt))
		return;
	if (sm_solo_concerns(raw->stmt))
	{
		run_solo(e, raw, sql);
		return;
	}
	if (e->fast)
		sm_nostorage_edit_fast(raw->stmt);
	if (e->bounds.gave_sequences)
		sm_seqlock_again(raw->stmt);
	sm_exec_raw(raw, sql);
	if (filled)
		sm_nostorage_mark_filled(filled);
}

/* ALTER TYPE that adds a value to an enum, or renames one */
static void
run_add_value(RawStmt *raw, const char *sql)
{
	const AlterEnumStmt *stmt = castNode(AlterEnumStmt, copyObject(raw->stmt));

	sm_exec_raw(raw, sql);
	if (stmt->oldVal == NULL)
		sm_enumval_settle(stmt);
}

/* Notes the functions that a statement has made, if their bodies are to be
 * checked */
static void
note_functions(Piece *piece, int stmt, int from)
{
	SmEnactment *e = piece->e;
	int n;
	const SmCreated *created = sm_locks_all_created(&n);

	if (!piece->bodies || e->is_script)
		return;
	for (int i = from; i < n; i++)
	{
		MemoryContext old;
		SmBody *body;

		if (created[i].class_id != ProcedureRelationId)
			continue;
		old = MemoryContextSwitchTo(e->context);
		body = palloc0_object(SmBody);
		body->function = created[i].object_id;
		body->script = piece->ddl->script;
		body->stmt = stmt;
		body->settings = present_settings(piece);
		e->bodies = lappend(e->bodies, body);
		MemoryContextSwitchTo(old);
	}
}

/* Forgets what the caches know of objects that were made some time ago */
static void
keep_caches_small(SmEnactment *e)
{
	int n;
	const SmCreated *created = sm_locks_all_created(&n);

	if (n - e->uncached < CACHED_AT_ONCE)
		return;
	sm_caches_drop_created(created + e->uncached, n - e->uncached);
	e->uncached = n;
}

/* Runs one statement, in the current memory context */
static void
run_statement(Piece *piece, int i)
{
	SmEnactment *e = piece->e;
	SmAllow allow = piece->ddl->allow[i];
	char *sql = sm_script_statement_text(piece->ddl->script, i);
	RawStmt *raw = linitial_node(RawStmt, sm_script_parse_statement(sql));
	int created;

	(void) sm_locks_all_created(&created);
	sm_bounds_before(&e->bounds, raw->stmt);
	switch (allow)
	{
		case SM_ALLOW_SET:
			run_set(piece, raw, sql);
			return;
		case SM_ALLOW_BODIES:
			run_bodies(piece, raw, sql);
			return;
		case SM_ALLOW_ROLE:
			run_role(piece, raw);
			return;
		case SM_ALLOW_SCHEMA:
			run_create_schema(e, raw, sql);
			break;
		case SM_ALLOW_EXTENSION:
			if (concerns_live_extension(raw->stmt))
				place_live_extension(raw->stmt);
			else
				sm_exec_raw(raw, sql);
			break;
		case SM_ALLOW_RUN:
			run_plain(piece, raw, sql);
			break;
		case SM_ALLOW_ENUM:
			run_add_value(raw, sql);
			break;
		case SM_ALLOW_REFUSE:
		case SM_ALLOW_SKIP:
			return;
	}
	if (allow == SM_ALLOW_RUN)
		note_functions(piece, i, created);
	sm_bounds_after(&e->bounds, allow == SM_ALLOW_EXTENSION);
	keep_caches_small(e);
}

/* Runs one statement; an error tells where it is */
static void
run_in_place(Piece *piece, int i)
{
	MemoryContext old = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(old, "schemamig statement",
												  ALLOCSET_DEFAULT_SIZES);
	SmScriptContext error_context;

	CHECK_FOR_INTERRUPTS();
	sm_script_push_context(&error_context, piece->ddl->script);
	error_context.stmt = i;
	MemoryContextSwitchTo(context);
	run_statement(piece, i);
	MemoryContextSwitchTo(old);
	sm_script_pop_context(&error_context);
	MemoryContextDelete(context);
}

static Piece *
begin_piece(SmEnactment *e, const SmDdlPiece *ddl)
{
	MemoryContext old = MemoryContextSwitchTo(e->context);
	Piece *piece = palloc0_object(Piece);

	piece->e = e;
	piece->ddl = ddl;
	piece->bodies = e->checks_bodies;
	piece->names = list_make1("search_path");
	MemoryContextSwitchTo(old);
	return piece;
}

/*
 * Runs the statements in the order of the text.  What one piece sets ends with
 * the piece.
 */
void
sm_enact_straight(SmEnactment *e, const SmDdl *ddl)
{
	ListCell *lc;

	foreach (lc, ddl->pieces)
	{
		Piece *piece = begin_piece(e, lfirst(lc));
		SmEnv env;

		sm_env_enter_settings(&env, NIL);
		for (int i = 0; i < piece->ddl->script->n; i++)
		{
			if (piece->ddl->allow[i] != SM_ALLOW_SKIP)
				run_in_place(piece, i);
		}
		sm_env_leave(&env);
	}
}

/* ---- In rounds ---- */

/* What sm_subxact_try() needs to know */
typedef struct Try
{
	Piece *piece;
	int stmt;
} Try;

static void
run_try(void *arg)
{
	Try *t = arg;

	run_in_place(t->piece, t->stmt);
}

/*
 * Runs a statement if it works; returns whether it has.  An error that the
 * other statements can do nothing about is thrown.
 */
static bool
try_statement(Piece *piece, int i)
{
	Try t = { .piece = piece, .stmt = i };
	ErrorData *error;

	error = sm_subxact_try(run_try, &t);
	if (error == NULL)
		return true;
	if (!sm_enact_missing(error->sqlerrcode))
		ReThrowError(error);
	FreeErrorData(error);
	return false;
}

static void
defer(List **deferred, Piece *piece, int i)
{
	MemoryContext old = MemoryContextSwitchTo(piece->e->context);
	Deferred *d = palloc0_object(Deferred);

	d->piece = piece;
	d->stmt = i;
	d->bodies = piece->bodies;
	d->settings = present_settings(piece);
	*deferred = lappend(*deferred, d);
	MemoryContextSwitchTo(old);
}

/* Runs what does not need anything later; returns the rest, of Deferred */
static List *
first_round(SmEnactment *e, const SmDdl *ddl)
{
	List *deferred = NIL;
	ListCell *lc;

	foreach (lc, ddl->pieces)
	{
		Piece *piece = begin_piece(e, lfirst(lc));
		SmEnv env;

		sm_env_enter_settings(&env, NIL);
		for (int i = 0; i < piece->ddl->script->n; i++)
		{
			SmAllow allow = piece->ddl->allow[i];

			if (allow == SM_ALLOW_SET || allow == SM_ALLOW_BODIES ||
				allow == SM_ALLOW_ROLE)
				run_in_place(piece, i);
			else if (allow != SM_ALLOW_SKIP && !try_statement(piece, i))
				defer(&deferred, piece, i);
		}
		sm_env_leave(&env);
	}
	return deferred;
}

/*
 * Tries a statement again.  At last, when no other can help it any more, its
 * error is the one to be shown.
 */
static bool
run_deferred(const Deferred *d, bool at_last)
{
	Piece piece = *d->piece;
	bool done = true;
	SmEnv env;

	piece.bodies = d->bodies;
	piece.settings = d->settings;
	sm_env_enter_settings(&env, d->settings);
	if (at_last)
		run_in_place(&piece, d->stmt);
	else
		done = try_statement(&piece, d->stmt);
	sm_env_leave(&env);
	return done;
}

/*
 * One more round, from the one end or the other: so a chain in which each needs
 * the next one takes no more rounds than one in which each needs the one
 * before. Returns those that are left, in the same order.
 */
static List *
next_round(SmEnactment *e, List *deferred, bool backward)
{
	int n = list_length(deferred);
	bool *done = palloc0_array(bool, n);
	List *left = NIL;
	MemoryContext old;

	for (int i = 0; i < n; i++)
	{
		int at = backward ? n - 1 - i : i;

		done[at] = run_deferred(list_nth(deferred, at), false);
	}
	old = MemoryContextSwitchTo(e->context);
	for (int i = 0; i < n; i++)
	{
		if (!done[i])
			left = lappend(left, list_nth(deferred, i));
	}
	MemoryContextSwitchTo(old);
	pfree(done);
	return left;
}

/* Runs the statements in whatever order works */
void
sm_enact_rounds(SmEnactment *e, const SmDdl *ddl)
{
	List *deferred = first_round(e, ddl);
	bool backward = true;
	int idle = 0; /* rounds without progress, one after the other */

	while (deferred != NIL && idle < 2)
	{
		int before = list_length(deferred);

		deferred = next_round(e, deferred, backward);
		backward = !backward;
		idle = list_length(deferred) < before ? 0 : idle + 1;
	}
	if (deferred != NIL)
		(void) run_deferred(linitial(deferred), true);
}
