/*-------------------------------------------------------------------------
 *
 * ddl.c
 *	  The text of a model, as statements.
 *
 * The text is parsed as a whole before anything of it runs: what a model may
 * not contain is refused with its line and column, and the schemas in which it
 * makes objects are found.  For those that it names without a schema this goes
 * by the search_path, whose changes are followed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

#include "allow.h"
#include "compat.h"
#include "ddl.h"
#include "env.h"
#include "hint.h"
#include "object.h"
#include "touch.h"

/* What is known while the texts are read */
typedef struct Reader
{
	SmDdl *ddl;
	SmDdlPiece *piece;
	int size; /* of the piece's array */
	const char *schema;
	const char *initial_path;
	const char *path; /* search_path at this statement */
	SmHints *hints;
} Reader;

/* Adds a string to a list of them, once */
static List *
add_once(List *list, const char *string)
{
	return sm_names_have(list, string) ? list : lappend(list, pstrdup(string));
}

/*
 * The schema in which an object is made whose name says none: the first one of
 * search_path that is there.  NULL if none is, which is an error as soon as the
 * statement runs.
 */
static const char *
creation_schema(const Reader *r)
{
	char *copy = pstrdup(r->path);
	List *names;
	ListCell *lc;

	if (!SplitIdentifierString(copy, ',', &names))
		return NULL;
	foreach (lc, names)
	{
		const char *name = lfirst(lc);

		if (strcmp(name, "$user") == 0)
			name = sm_env_role_name(GetUserId());
		if (strcmp(name, r->schema) == 0 ||
			sm_names_have(r->ddl->created, name) ||
			OidIsValid(get_namespace_oid(name, true)))
			return name;
	}
	return NULL;
}

/* search_path as it is when a piece begins */
static char *
initial_path(const char *schema)
{
	const char *path = GetConfigOption("search_path", false, false);

	return path[0] == '\0' ? pstrdup(quote_identifier(schema))
						   : psprintf("%s, %s", quote_identifier(schema), path);
}

static void
follow_setting(Reader *r, Node *stmt)
{
	SmAllowSetting setting;

	if (!sm_allow_setting(stmt, &setting) ||
		strcmp(setting.name, "search_path") != 0)
		return;
	r->path = setting.value ? pstrdup(setting.value) : r->initial_path;
}

static void
refuse_schema(const SmScript *script, const char *schema)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("a model cannot define objects in schema \"%s\"", schema),
			 sm_script_errposition(script, script->stmt[script->n - 1].start),
			 errhint(
				 "It belongs to the server, to the session or to schemamig.")));
}

/* Notes the schemas in which a statement makes objects */
static void
note_schemas(Reader *r, const SmScript *script, Node *stmt)
{
	ListCell *lc;

	foreach (lc, sm_touch_names(stmt))
	{
		const SmTouch *touch = lfirst(lc);
		const char *schema = touch->schema;

		if (touch->kind == SM_TOUCH_SCHEMA)
			r->ddl->created = add_once(r->ddl->created, schema);
		else if (touch->kind != SM_TOUCH_MAKES)
			continue;
		if (schema == NULL)
			schema = creation_schema(r);
		if (schema && !sm_allow_schema(schema))
			refuse_schema(script, schema);
		if (schema)
			r->ddl->schemas = add_once(r->ddl->schemas, schema);
	}
}

/* IF NOT EXISTS does not make public: that is in every new database */
static bool
creates_schema(Node *stmt)
{
	CreateSchemaStmt *create = (CreateSchemaStmt *) stmt;

	return !(create->if_not_exists && create->schemaname &&
			 strcmp(create->schemaname, "public") == 0);
}

static void
note_extension(Reader *r, CreateExtensionStmt *stmt)
{
	SmDdlExtension *extension = palloc0_object(SmDdlExtension);
	ListCell *lc;

	extension->name = pstrdup(stmt->extname);
	foreach (lc, stmt->options)
	{
		DefElem *option = lfirst_node(DefElem, lc);

		if (strcmp(option->defname, "schema") == 0)
			extension->schema = pstrdup(defGetString(option));
		else if (strcmp(option->defname, "new_version") == 0)
			extension->version = pstrdup(defGetString(option));
	}
	r->ddl->extensions = lappend(r->ddl->extensions, extension);
}

/* Does the statement make something that has a name, and is in no schema? */
static bool
makes_solo(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_CreateFdwStmt:
		case T_CreateForeignServerStmt:
		case T_CreatePLangStmt:
		case T_CreateAmStmt:
		case T_CreatePublicationStmt:
		case T_CreateSubscriptionStmt:
		case T_CreateEventTrigStmt:
			return true;
		default:
			return false;
	}
}

/* What a statement is called in a message */
static const char *
statement_name(Node *stmt)
{
	SmAllowSetting setting;

	if (sm_allow_is_temporary(stmt))
		return "a temporary object";
	if (IsA(stmt, VariableSetStmt) && sm_allow_setting(stmt, &setting) &&
		setting.name)
		return psprintf("SET %s", setting.name);
	return CreateCommandName(stmt);
}

static void
refuse(const SmScript *script, const SmDdlPiece *piece, Node *stmt,
	   const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 piece->replay
				 ? errmsg("%s cannot be replayed", CreateCommandName(stmt))
				 : errmsg("%s is not allowed in a model", statement_name(stmt)),
			 sm_script_errposition(script, script->stmt[script->n - 1].start),
			 errhint("%s", hint)));
}

/*
 * Whether a statement is about the privileges of system objects only.  pg_dump
 * writes these if they were changed.
 */
static bool
is_about_system(Node *stmt)
{
	List *touched = IsA(stmt, GrantStmt) ? sm_touch_names(stmt) : NIL;
	ListCell *lc;

	foreach (lc, touched)
	{
		const SmTouch *touch = lfirst(lc);

		if (touch->schema == NULL || sm_allow_schema(touch->schema))
			return false;
	}
	return touched != NIL;
}

static void
read_statement(const SmScript *script, RawStmt *raw, void *arg)
{
	Reader *r = arg;
	SmDdlPiece *piece = r->piece;
	Node *stmt = raw->stmt;
	const char *hint = NULL;
	SmAllow allow = piece->replay ? sm_allow_in_replay(stmt, &hint)
								  : sm_allow_in_model(stmt, &hint);

	if (allow == SM_ALLOW_REFUSE)
		refuse(script, piece, stmt, hint);
	if (is_about_system(stmt))
	{
		allow = SM_ALLOW_SKIP;
		r->ddl->warned = true;
		ereport(piece->replay ? DEBUG1 : WARNING,
				(errmsg("privileges on system objects are not compared"),
				 sm_script_errposition(script,
									   script->stmt[script->n - 1].start)));
	}
	if (script->n > r->size)
	{
		r->size = r->size == 0 ? 64 : r->size * 2;
		piece->allow = piece->allow
						   ? repalloc_array(piece->allow, SmAllow, r->size)
						   : palloc_array(SmAllow, r->size);
	}
	piece->allow[script->n - 1] = allow;
	if (allow == SM_ALLOW_SET)
		follow_setting(r, stmt);
	else if (allow == SM_ALLOW_EXTENSION && IsA(stmt, CreateExtensionStmt))
		note_extension(r, (CreateExtensionStmt *) stmt);
	else if (allow == SM_ALLOW_RUN && makes_solo(stmt))
		r->ddl->solo = lappend(r->ddl->solo, copyObject(stmt));
	else if (allow == SM_ALLOW_SCHEMA ? creates_schema(stmt)
									  : allow != SM_ALLOW_SKIP)
		note_schemas(r, script, stmt);
	if (r->hints)
		sm_hint_statement(r->hints, script, raw, creation_schema(r));
}

/* Whether a line is \restrict or \unrestrict, as pg_dump writes them */
static bool
is_restrict_line(const char *line, size_t length)
{
	size_t word;

	if (length > 10 && strncmp(line, "\\restrict ", 10) == 0)
		word = 10;
	else if (length > 12 && strncmp(line, "\\unrestrict ", 12) == 0)
		word = 12;
	else
		return false;
	while (length > word && strchr(" \t\r", line[length - 1]))
		length--;
	for (size_t i = word; i < length; i++)
	{
		if (!isalnum((unsigned char) line[i]))
			return false;
	}
	return length > word;
}

/*
 * The text with those lines blanked out, so that all places stay the same: they
 * only tell psql to be careful.
 */
static char *
blank_restrict_lines(const char *text)
{
	char *copy = pstrdup(text);
	char *line = copy;

	while (*line != '\0')
	{
		size_t length = strcspn(line, "\n");

		if (*line == '\\' && is_restrict_line(line, length))
			memset(line, ' ', length);
		line += length + (line[length] == '\n');
	}
	return copy;
}

static void
read_text(Reader *r, const SmModelText *text)
{
	SmDdlPiece *piece = palloc0_object(SmDdlPiece);
	char *sql = blank_restrict_lines(text->text);

	piece->replay = text->replay;
	r->piece = piece;
	r->size = 0;
	r->path = r->initial_path;
	r->hints = text->replay ? NULL : sm_hint_begin(sql);
	piece->script =
		sm_script_parse_model(text->replay ? SM_SCRIPT_REPLAY : SM_SCRIPT_MODEL,
							  text->name ? text->name : "", sql, read_statement,
							  r);
	if (r->hints)
		r->ddl->renames =
			list_concat(r->ddl->renames, sm_hint_end(r->hints, piece->script));
	r->ddl->pieces = lappend(r->ddl->pieces, piece);
}

/*
 * Parses the texts of a model, a list of SmModelText.  schema is the one in
 * which names without a schema are, unless a statement changes search_path.
 * Syntax errors, statements that a model may not contain, and hints of a rename
 * that are about nothing, are errors that tell the piece, line and column.
 */
SmDdl *
sm_ddl_parse(const List *texts, const char *schema)
{
	Reader r = { .ddl = palloc0_object(SmDdl), .schema = schema };
	ListCell *lc;

	r.initial_path = initial_path(schema);
	foreach (lc, texts)
		read_text(&r, lfirst(lc));
	return r.ddl;
}
