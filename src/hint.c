/*-------------------------------------------------------------------------
 *
 * hint.c
 *	  Comments in a model that say what an object was called before.
 *
 *		-- schemamig: renamed from old_name
 *
 * on a line of its own is about what begins next: a statement that makes an
 * object, or a column or constraint inside of CREATE TABLE.  Behind something
 * on the same line it is about that.
 *
 * The places in the text at which objects are named are collected while the
 * statements are parsed; the comments are found afterwards, by the lexer, since
 * the parser does not see them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "compat.h"
#include "hint.h"
#include "scan.h"
#include "script.h"
#include "touch.h"

#define MARK "schemamig:"
#define MARK_ACTION "renamed from"

/* Where something is named that a hint can be about */
typedef struct Place
{
	int offset;
	int stmt;
	char *parent; /* what its old name, if it is one part only, is in */
	char *name;	  /* NULL: nothing that can be renamed */
} Place;

struct SmHints
{
	const char *text;
	List *places; /* of Place, in the order of the text */
};

/* A hint: where it is in the text, in bytes */
typedef struct Hint
{
	int offset;
	int line_start;
	bool alone; /* there is nothing else on the line */
	char *old;
} Hint;

/*
 * Begins to look for hints in a text.  Returns NULL if it cannot have any.
 */
SmHints *
sm_hint_begin(const char *text)
{
	SmHints *hints;

	if (strstr(text, MARK) == NULL)
		return NULL;
	hints = palloc0_object(SmHints);
	hints->text = text;
	return hints;
}

static char *
qualify(const char *parent, const char *name)
{
	return parent ? psprintf("%s.%s", parent, quote_identifier(name))
				  : pstrdup(quote_identifier(name));
}

static Place *
add_place(SmHints *hints, int offset, int stmt, const char *parent,
		  const char *name)
{
	Place *place = palloc0_object(Place);

	place->offset = offset;
	place->stmt = stmt;
	place->parent = parent ? pstrdup(parent) : NULL;
	place->name = name ? pstrdup(name) : NULL;
	hints->places = lappend(hints->places, place);
	return place;
}

/* The columns and constraints of a table */
static void
add_elements(SmHints *hints, int stmt, const List *elements, const char *table)
{
	ListCell *lc;

	foreach (lc, elements)
	{
		Node *element = lfirst(lc);

		if (IsA(element, ColumnDef))
			add_place(hints, ((ColumnDef *) element)->location, stmt, table,
					  ((ColumnDef *) element)->colname);
		else if (IsA(element, Constraint))
			add_place(hints, ((Constraint *) element)->location, stmt, table,
					  ((Constraint *) element)->conname);
	}
}

static char *
relation_identity(const RangeVar *relation, const char *schema)
{
	if (relation->schemaname)
		schema = relation->schemaname;
	return qualify(schema ? quote_identifier(schema) : NULL, relation->relname);
}

/* What ALTER TABLE adds; the only thing, if it is one, is what it is about */
static void
add_alter_table(SmHints *hints, int stmt, const AlterTableStmt *alter,
				Place *whole, const char *schema)
{
	char *table = relation_identity(alter->relation, schema);
	ListCell *lc;

	foreach (lc, alter->cmds)
	{
		Node *def = lfirst_node(AlterTableCmd, lc)->def;

		if (def)
			add_elements(hints, stmt, list_make1(def), table);
	}
	if (list_length(alter->cmds) == 1 && llast(hints->places) != whole)
	{
		whole->parent = ((Place *) llast(hints->places))->parent;
		whole->name = ((Place *) llast(hints->places))->name;
	}
}

/* What a statement makes, if that has a name of its own */
static void
name_statement(Place *whole, Node *stmt, const char *schema)
{
	const RangeVar *relation = NULL;
	ListCell *lc;

	if (IsA(stmt, IndexStmt))
	{
		const IndexStmt *index = (IndexStmt *) stmt;

		if (index->relation->schemaname)
			schema = index->relation->schemaname;
		whole->parent = schema ? pstrdup(quote_identifier(schema)) : NULL;
		whole->name = index->idxname ? pstrdup(index->idxname) : NULL;
		return;
	}
	if (IsA(stmt, CreateTrigStmt))
	{
		relation = ((CreateTrigStmt *) stmt)->relation;
		whole->name = pstrdup(((CreateTrigStmt *) stmt)->trigname);
	}
	else if (IsA(stmt, CreatePolicyStmt))
	{
		relation = ((CreatePolicyStmt *) stmt)->table;
		whole->name = pstrdup(((CreatePolicyStmt *) stmt)->policy_name);
	}
	if (relation)
	{
		whole->parent = relation_identity(relation, schema);
		return;
	}
	foreach (lc, sm_touch_names(stmt))
	{
		const SmTouch *touch = lfirst(lc);

		if (touch->kind == SM_TOUCH_SCHEMA)
			whole->name = pstrdup(touch->schema);
		else if (touch->kind == SM_TOUCH_MAKES)
		{
			if (touch->schema)
				schema = touch->schema;
			whole->parent = schema ? pstrdup(quote_identifier(schema)) : NULL;
			whole->name = pstrdup(touch->name);
		}
		else
			continue;
		return;
	}
}

/*
 * Notes what the statement that was just parsed, the last one of the script,
 * names and where.  schema is the one of names without a schema, or NULL.
 */
void
sm_hint_statement(SmHints *hints, const SmScript *script, RawStmt *raw,
				  const char *schema)
{
	int i = script->n - 1;
	Node *stmt = raw->stmt;
	Place *whole = add_place(hints, script->stmt[i].start, i, NULL, NULL);

	if (IsA(stmt, AlterTableStmt))
		add_alter_table(hints, i, (AlterTableStmt *) stmt, whole, schema);
	else
		name_statement(whole, stmt, schema);
	if (IsA(stmt, CreateStmt) || IsA(stmt, CreateForeignTableStmt))
		add_elements(hints, i, ((CreateStmt *) stmt)->tableElts,
					 relation_identity(((CreateStmt *) stmt)->relation,
									   schema));
	else if (IsA(stmt, CompositeTypeStmt))
		add_elements(hints, i, ((CompositeTypeStmt *) stmt)->coldeflist,
					 relation_identity(((CompositeTypeStmt *) stmt)->typevar,
									   schema));
}

/*
 * Reads a comment that begins at the offset, up to the end of its line.
 * Returns NULL if it is not a hint.
 */
static Hint *
read_comment(const char *text, int offset, int token_end)
{
	const char *at = text + offset + 2;
	const char *end = at + strcspn(at, "\r\n");
	Hint *hint;

	while (at < end && scanner_isspace(*at))
		at++;
	if (strncmp(at, MARK, strlen(MARK)) != 0)
		return NULL;
	at += strlen(MARK);
	while (at < end && scanner_isspace(*at))
		at++;
	if (strncmp(at, MARK_ACTION, strlen(MARK_ACTION)) != 0)
		return NULL;
	at += strlen(MARK_ACTION);
	while (at < end && scanner_isspace(*at))
		at++;
	while (end > at && scanner_isspace(end[-1]))
		end--;
	hint = palloc0_object(Hint);
	hint->offset = offset;
	hint->line_start = offset;
	while (hint->line_start > 0 && text[hint->line_start - 1] != '\n')
		hint->line_start--;
	hint->alone = (token_end <= hint->line_start);
	hint->old = pnstrdup(at, end - at);
	return hint;
}

/* Skips a block comment, which may contain others */
static int
skip_block_comment(const char *text, int offset, int end)
{
	int depth = 0;

	while (offset < end)
	{
		if (text[offset] == '/' && text[offset + 1] == '*')
		{
			depth++;
			offset += 2;
		}
		else if (text[offset] == '*' && text[offset + 1] == '/')
		{
			depth--;
			offset += 2;
			if (depth == 0)
				break;
		}
		else
			offset++;
	}
	return offset;
}

/* Finds the hints between two tokens, where there are only comments */
static List *
find_between(List *found, const char *text, int from, int to)
{
	int offset = from;

	while (offset < to)
	{
		if (text[offset] == '-' && text[offset + 1] == '-')
		{
			Hint *hint = read_comment(text, offset, from);

			if (hint)
				found = lappend(found, hint);
			offset += strcspn(text + offset, "\r\n");
		}
		else if (text[offset] == '/' && text[offset + 1] == '*')
			offset = skip_block_comment(text, offset, to);
		else
			offset++;
	}
	return found;
}

static List *
find_hints(const char *text)
{
	SmScanner *scanner = sm_scan_begin(text);
	SmToken token;
	List *found = NIL;
	int end = 0;

	while (sm_scan_next(scanner, &token))
	{
		CHECK_FOR_INTERRUPTS();
		found = find_between(found, text, end, token.start);
		end = token.start + token.length;
	}
	sm_scan_end(scanner);
	return find_between(found, text, end, strlen(text));
}

/* The first place behind the hint, or the last one before it; NULL if none */
static const Place *
nearest(const SmHints *hints, int offset, bool behind)
{
	const Place *result = NULL;
	ListCell *lc;

	foreach (lc, hints->places)
	{
		const Place *place = lfirst(lc);

		if (place->offset > offset)
			return behind ? place : result;
		result = place;
	}
	return behind ? NULL : result;
}

/* What a hint is about */
static const Place *
resolve(const SmHints *hints, const SmScript *script, const Hint *hint)
{
	const Place *place = nearest(hints, hint->offset, hint->alone);
	const SmStatement *s;
	ListCell *lc;

	if (place == NULL || hint->alone)
		return place;
	s = &script->stmt[place->stmt];
	if (hint->offset < s->start + s->length ||
		place->offset >= hint->line_start)
	{
		/* behind a statement that is one line, it is not about its last part */
		if (hint->offset < s->start + s->length || s->start < hint->line_start)
			return place;
	}
	foreach (lc, hints->places)
	{
		if (((Place *) lfirst(lc))->stmt == place->stmt)
			return lfirst(lc);
	}
	return place;
}

static char *
old_identity(const Place *place, const char *old)
{
	char *copy = pstrdup(old);
	List *parts;
	char *identity = NULL;
	ListCell *lc;

	if (!SplitIdentifierString(copy, '.', &parts) || parts == NIL)
		return NULL;
	if (list_length(parts) == 1)
		return qualify(place->parent, linitial(parts));
	foreach (lc, parts)
		identity = qualify(identity, lfirst(lc));
	return identity;
}

/* A hint of a text that is one statement inside of another is about no place */
static SmRename *
make_rename(const SmHints *hints, const SmScript *script, const Hint *hint)
{
	const Place *place = resolve(hints, script, hint);
	SmRename *rename = palloc0_object(SmRename);

	if (place == NULL || place->name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				 errmsg(
					 "this hint is not about anything that can have been renamed"),
				 sm_script_errposition(script, hint->offset),
				 errhint(
					 "Write it on a line of its own before the statement or the column, or behind it on the same line.")));
	rename->new_identity = qualify(place->parent, place->name);
	rename->old_identity = old_identity(place, hint->old);
	if (rename->old_identity == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_NAME),
						errmsg("invalid name \"%s\"", hint->old),
						sm_script_errposition(script, hint->offset)));
	return rename;
}

/*
 * The renames that the text of a script, now parsed, tells of: a list of
 * SmRename.  A hint that is about nothing is an error, which shows its line.
 */
List *
sm_hint_end(SmHints *hints, const SmScript *script)
{
	SmScriptContext context;
	List *renames = NIL;
	ListCell *lc;

	sm_script_push_context(&context, script);
	foreach (lc, find_hints(hints->text))
		renames = lappend(renames, make_rename(hints, script, lfirst(lc)));
	sm_script_pop_context(&context);
	return renames;
}
