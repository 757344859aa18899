/*-------------------------------------------------------------------------
 *
 * offline.c
 *	  Upgrades and downgrades as scripts for other databases.
 *
 * A script is for psql -1 -f and needs nothing of schemamig where it runs.
 * What it has done it records there in a table that has the layout of
 * Alembic's alembic_version, which holds the version rows: applied revisions
 * that no other applied one needs.  The rows are not moved step by step as
 * Alembic does; they are computed before and after each step from the set of
 * what is applied then, and the difference is written.  The script begins by
 * checking that the database is where it is meant to start.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "args.h"
#include "compat.h"
#include "plan.h"
#include "prepare.h"
#include "progress.h"
#include "query.h"
#include "range.h"
#include "repeat.h"
#include "revision.h"
#include "scan.h"
#include "variable.h"

#define VERSION_TABLE "public.alembic_version"

/* The width of Alembic's column; wider identifiers get a wider one */
#define VERSION_WIDTH 32

PG_FUNCTION_INFO_V1(schemamig_upgrade_sql);
PG_FUNCTION_INFO_V1(schemamig_downgrade_sql);

/* The version rows of a set, as a list of literals or of 'VALUES' rows */
static void
append_literals(StringInfo sql, const SmGraph *g, const Bitmapset *set,
				const char *before, const char *after)
{
	int i = -1;
	bool first = true;

	while ((i = bms_next_member(set, i)) >= 0)
	{
		appendStringInfo(sql, "%s%s%s%s", first ? "" : ", ", before,
						 quote_literal_cstr(g->node[i].id), after);
		first = false;
	}
}

/* A comment of one line, whatever the text */
static void
append_comment(StringInfo sql, const char *text)
{
	appendStringInfoString(sql, "-- ");
	for (const char *p = text; *p != '\0'; p++)
		appendStringInfoChar(sql, *p == '\n' || *p == '\r' ? ' ' : *p);
	appendStringInfoChar(sql, '\n');
}

/* A DO block, in dollar quotes that do not occur in it */
static void
append_do(StringInfo sql, const char *body)
{
	StringInfoData quote;

	initStringInfo(&quote);
	appendStringInfoString(&quote, "$schemamig");
	while (strstr(body, quote.data))
		appendStringInfoChar(&quote, '_');
	appendStringInfoChar(&quote, '$');
	appendStringInfo(sql, "DO %s\n%s%s;\n\n", quote.data, body, quote.data);
}

/*
 * The beginning: make the version table if there is none, and stop if the
 * database is not where the script starts.
 */
static void
append_prologue(StringInfo sql, const SmGraph *g, const Bitmapset *start)
{
	Bitmapset *rows = sm_graph_tips(g, start, SM_NEXT_ALL);
	int width = VERSION_WIDTH;
	const char *where =
		bms_is_empty(rows) ? "base" : sm_graph_id_list(g, rows, INT_MAX);
	StringInfoData ids;
	StringInfoData body;

	for (int i = 0; i < g->n; i++)
		width = Max(width, (int) strlen(g->node[i].id));
	appendStringInfo(sql,
					 "SET standard_conforming_strings = on;\n\n"
					 "CREATE TABLE IF NOT EXISTS " VERSION_TABLE " (\n"
					 "    version_num VARCHAR(%d) NOT NULL,\n"
					 "    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n"
					 ");\n\n"
					 "LOCK TABLE " VERSION_TABLE
					 " IN SHARE ROW EXCLUSIVE MODE;\n\n",
					 width);

	/* one that is there may be Alembic's own */
	if (width > VERSION_WIDTH)
		appendStringInfo(sql,
						 "ALTER TABLE " VERSION_TABLE
						 " ALTER COLUMN version_num TYPE VARCHAR(%d);\n\n",
						 width);

	initStringInfo(&ids);
	append_literals(&ids, g, rows, "", "");
	initStringInfo(&body);
	appendStringInfo(&body,
					 "BEGIN\n"
					 "    IF EXISTS (SELECT version_num FROM " VERSION_TABLE
					 "\n"
					 "               EXCEPT SELECT unnest(ARRAY[%s]::varchar[]))\n"
					 "       OR EXISTS (SELECT unnest(ARRAY[%s]::varchar[])\n"
					 "                  EXCEPT SELECT version_num FROM " VERSION_TABLE
					 ")\n"
					 "    THEN\n"
					 "        RAISE EXCEPTION 'this database is not where the script starts'\n"
					 "            USING ERRCODE = 'object_not_in_prerequisite_state',\n"
					 "                  DETAIL = %s;\n"
					 "    END IF;\n"
					 "END\n",
					 ids.data, ids.data,
					 quote_literal_cstr(
						 psprintf("The script starts from %s.", where)));
	append_do(sql, body.data);
}

/* The change of the version rows from one applied set to another */
static void
append_version_change(StringInfo sql, const SmGraph *g, const Bitmapset *before,
					  const Bitmapset *after)
{
	Bitmapset *old = sm_graph_tips(g, before, SM_NEXT_ALL);
	Bitmapset *new = sm_graph_tips(g, after, SM_NEXT_ALL);
	Bitmapset *gone = bms_difference(old, new);
	Bitmapset *come = bms_difference(new, old);

	if (!bms_is_empty(gone))
	{
		appendStringInfoString(sql, "DELETE FROM " VERSION_TABLE
									" WHERE version_num IN (");
		append_literals(sql, g, gone, "", "");
		appendStringInfoString(sql, ");\n");
	}
	if (!bms_is_empty(come))
	{
		appendStringInfoString(sql, "INSERT INTO " VERSION_TABLE
									" (version_num) VALUES ");
		append_literals(sql, g, come, "(", ")");
		appendStringInfoString(sql, ";\n");
	}
	appendStringInfoChar(sql, '\n');
}

/*
 * What stands before, between or after statements: comments and white space.
 * Semicolons are left out, because each statement is closed by its own.
 */
static void
append_gap(StringInfo sql, const char *text, int from, int to)
{
	char *gap = pnstrdup(text + from, to - from);
	SmScanner *scanner = sm_scan_begin(gap);
	SmToken token;
	int done = 0;

	while (sm_scan_next(scanner, &token))
	{
		appendBinaryStringInfo(sql, gap + done, token.start - done);
		done = token.start + token.length;
	}
	sm_scan_end(scanner);
	appendStringInfoString(sql, gap + done);
	pfree(gap);
}

/*
 * A statement with its semicolon.  Where a verify script would fail because
 * its one column is boolean and not true, a cast that fails says so: there is
 * no type to be known here, and a DO block would hide psql's variables.  It
 * is materialized so that each column is computed, as it is in a run.
 */
static void
append_statement(StringInfo sql, const SmScript *script, const SmStatement *s)
{
	bool check = (script->kind == SM_SCRIPT_VERIFY && s->is_select);

	if (check && sql->data[sql->len - 1] != '\n')
		appendStringInfoChar(sql, '\n');
	if (check)
		appendStringInfoString(sql,
							   "WITH schemamig_rows (schemamig_value) AS MATERIALIZED (");
	appendBinaryStringInfo(sql, script->text + s->start, s->length);
	if (check)
		appendStringInfo(sql,
						 ")\n"
						 "SELECT pg_catalog.format('verification of revision %%s failed in %%s rows', %s, pg_catalog.count(*))::int AS verification\n"
						 "FROM schemamig_rows\n"
						 "WHERE pg_catalog.pg_typeof(schemamig_value) = 'boolean'::regtype AND (schemamig_value::text = 'true') IS NOT TRUE\n"
						 "  AND (SELECT pg_catalog.count(*) FROM pg_catalog.json_object_keys(pg_catalog.row_to_json(schemamig_rows))) = 1\n"
						 "HAVING pg_catalog.count(*) > 0",
						 quote_literal_cstr(script->revision));
	appendStringInfoChar(sql, ';');
}

/*
 * psql reads strings as the session's settings say, and a backslash that it
 * takes to be outside of a string begins a command of its own.  A statement
 * can have changed those settings in ways that are not seen here, so they are
 * set again before a text that could be read in two ways.
 */
static void
pin_lexer(StringInfo sql, const char *text, int length)
{
	for (int i = 0; i < length; i++)
	{
		if (text[i] == '\\' || IS_HIGHBIT_SET(text[i]))
		{
			appendStringInfoString(sql,
								   "\nSET standard_conforming_strings = on;\n"
								   "RESET client_encoding;\n");
			break;
		}
	}
}

/* The statements of a script as they were written, with their comments */
static void
append_script(StringInfo sql, const SmScript *script)
{
	int end = strlen(script->text);
	int done = strspn(script->text, " \t\r\n\f\v");

	for (int i = 0; i < script->n; i++)
	{
		const SmStatement *s = &script->stmt[i];
		int next = s->start + s->length;

		pin_lexer(sql, script->text + done, next - done);
		append_gap(sql, script->text, done, s->start);
		append_statement(sql, script, s);
		done = next;
	}
	pin_lexer(sql, script->text + done, end - done);
	append_gap(sql, script->text, done, end);
	while (sql->len > 0 && isspace((unsigned char) sql->data[sql->len - 1]))
		sql->data[--sql->len] = '\0';
	appendStringInfoChar(sql, '\n');
}

/*
 * Resets the settings that a script has changed: in a run they end with the
 * step, here they would last until the end of the session.
 */
static void
append_resets(StringInfo sql, const SmScript *script)
{
	for (int i = 0; i < script->n; i++)
	{
		const char *name = script->stmt[i].set.name;

		if (name && name[0] != '\0')
			appendStringInfo(sql, "RESET %s;\n", quote_identifier(name));
	}
}

/* The steps, each with its scripts and the change of the version rows */
static void
append_steps(StringInfo sql, const SmGraph *g, const SmPlan *plan,
			 const SmStep *steps, const Bitmapset *start)
{
	Bitmapset *applied = bms_copy(start);
	bool up = (plan->direction == SM_UPGRADE);

	for (int i = 0; i < plan->n; i++)
	{
		const SmStep *step = &steps[i];
		const char *parents = sm_progress_parents(g, step->idx, step->squash);
		Bitmapset *moved = step->squash ? step->squash->members
										: bms_make_singleton(step->idx);
		Bitmapset *before = bms_copy(applied);

		append_comment(sql, psprintf("Running %s %s -> %s, %s",
									 sm_plan_direction_name(plan->direction),
									 up ? parents : step->rev->id,
									 up ? step->rev->id : parents,
									 step->rev->message));
		append_script(sql, step->script);
		if (step->verify)
			append_script(sql, step->verify);
		append_resets(sql, step->script);
		if (step->verify)
			append_resets(sql, step->verify);
		applied = up ? bms_add_members(applied, moved)
					 : bms_del_members(applied, moved);
		append_version_change(sql, g, before, applied);
		bms_free(before);
	}
}

/*
 * The repeatable scripts, which an upgrade runs when nothing is pending after
 * its steps.  Which of them the other database has run is not known here, so it
 * is all of them, each as often as the script is run.
 */
static void
append_repeats(StringInfo sql, const List *repeats)
{
	ListCell *lc;

	foreach (lc, repeats)
	{
		const SmRepeat *repeat = lfirst(lc);

		append_comment(sql,
					   psprintf("Running repeatable script %s", repeat->name));
		append_script(sql, repeat->script);
		append_resets(sql, repeat->script);
		appendStringInfoChar(sql, '\n');
	}
}

/* Those that come behind an upgrade of the range, parsed */
static List *
repeats_behind(const SmGraph *g, const SmRange *range, Jsonb *variables)
{
	List *repeats;
	ListCell *lc;

	if (bms_num_members(range->before) + bms_num_members(range->set) != g->n)
		return NIL;
	repeats = sm_repeat_load("");
	foreach (lc, repeats)
		sm_repeat_parse(lfirst(lc), variables, variables == NULL);
	return repeats;
}

/* The body of both SQL functions: argument 0 is the range, 1 the variables */
static Datum
script_of_range(FunctionCallInfo fcinfo, SmDirection direction)
{
	const char *text = sm_arg_text_required(fcinfo, 0, "range");
	Jsonb *variables = PG_ARGISNULL(1) ? NULL : PG_GETARG_JSONB_P(1);
	SmGraph *g = sm_revision_graph(SM_READ);
	Bitmapset *applied = sm_revision_applied(g, "", SM_READ);
	SmSquashUse use = { SM_READ, "", NULL };
	SmRange range;
	SmPlan plan;
	SmStep *steps;
	List *repeats = NIL;
	StringInfoData sql;

	sm_variable_check(variables);
	if (direction == SM_UPGRADE)
		sm_range_upgrade(g, text, applied, &range);
	else
		sm_range_downgrade(g, text, applied, &range);
	plan = sm_plan_set(g, direction, range.set);
	sm_squash_plan(g, &plan, &use);
	steps = sm_prepare_scripts(g, &plan, sm_squash_fetch(g, &plan, false),
							   variables, variables == NULL);
	sm_prepare_check_transactional(steps, plan.n, false);
	if (direction == SM_UPGRADE)
		repeats = repeats_behind(g, &range, variables);

	initStringInfo(&sql);
	append_comment(&sql,
				   psprintf("schemamig %s %s: run it with psql -1 -v ON_ERROR_STOP=1 -f",
							sm_plan_direction_name(direction), text));
	appendStringInfoChar(&sql, '\n');
	append_prologue(&sql, g, range.before);
	append_steps(&sql, g, &plan, steps, range.before);
	append_repeats(&sql, repeats);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(sql.data, sql.len));
}

/* SQL function upgrade_sql(range, variables) */
Datum
schemamig_upgrade_sql(PG_FUNCTION_ARGS)
{
	return script_of_range(fcinfo, SM_UPGRADE);
}

/* SQL function downgrade_sql(range, variables) */
Datum
schemamig_downgrade_sql(PG_FUNCTION_ARGS)
{
	return script_of_range(fcinfo, SM_DOWNGRADE);
}
