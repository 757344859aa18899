/*-------------------------------------------------------------------------
 *
 * repeatable.c
 *	  Writing repeatable scripts: repeatable, drop_repeatable.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "author.h"
#include "checksum.h"
#include "compat.h"
#include "env.h"
#include "query.h"
#include "repeat.h"
#include "repeatable.h"

static SmQuery find_repeatable = {
	.sql = "SELECT checksum, author, depends_on FROM schemamig.repeatable "
		   "WHERE name = $1",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery write_repeatable = {
	.sql =
		"INSERT INTO schemamig.repeatable "
		"(name, script, depends_on, checksum, token_checksum, author, created_at) "
		"VALUES ($1, $2, $3, $4, $5, $6, pg_catalog.clock_timestamp()) "
		"ON CONFLICT (name) DO UPDATE SET script = excluded.script, "
		"depends_on = excluded.depends_on, checksum = excluded.checksum, "
		"token_checksum = excluded.token_checksum, author = excluded.author, "
		"edited_at = pg_catalog.clock_timestamp()",
	.mode = SM_WRITE,
	.nargs = 6,
	.argtypes = { TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID, TEXTOID, TEXTOID }
};

static SmQuery delete_repeatable = {
	.sql =
		"WITH a AS (DELETE FROM schemamig.repeatable_applied WHERE name = $1) "
		"DELETE FROM schemamig.repeatable WHERE name = $1",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

PG_FUNCTION_INFO_V1(schemamig_repeatable);
PG_FUNCTION_INFO_V1(schemamig_drop_repeatable);

static void
check_name(const char *name)
{
	size_t length = strlen(name);
	bool good = length > 0 && name[0] != ' ' && name[length - 1] != ' ';

	for (const char *p = name; *p; p++)
		good = good && (unsigned char) *p >= ' ' && *p != 0x7f && *p != ',';
	if (!good)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("invalid name \"%s\" of a repeatable script", name),
				 errdetail(
					 "It is empty, begins or ends with a space, or has a comma or control characters.")));
}

static bool
same_list(const List *a, const List *b)
{
	ListCell *left;
	ListCell *right;

	if (list_length(a) != list_length(b))
		return false;
	forboth (left, a, right, b)
		if (strcmp(lfirst(left), lfirst(right)) != 0)
			return false;
	return true;
}

/*
 * Sets a repeatable script, whose text was parsed already.  Whoever sets it is
 * its author, also if it is the same as before.  Returns what was done.  The
 * caller holds the graph lock, and checks the order of all when it is done.
 */
const char *
sm_repeatable_set(const char *name, const char *text, const List *depends_on)
{
	Datum key[] = { CStringGetTextDatum(name) };
	char *checksum = sm_checksum_text(text);
	char *self = sm_env_role_name(GetUserId());
	SmRows *old;
	Datum args[6];

	check_name(name);
	old = sm_query(&find_repeatable, key, NULL);
	if (old->n > 0 && strcmp(sm_rows_text(old, 0, 1), checksum) == 0 &&
		strcmp(sm_rows_text(old, 0, 2), self) == 0 &&
		same_list(sm_rows_text_list(old, 0, 3), depends_on))
		return "unchanged";
	args[0] = key[0];
	args[1] = CStringGetTextDatum(text);
	args[2] = sm_list_to_text_array(depends_on);
	args[3] = CStringGetTextDatum(checksum);
	args[4] = CStringGetTextDatum(sm_checksum_tokens(text));
	args[5] = CStringGetTextDatum(self);
	(void) sm_query(&write_repeatable, args, NULL);
	return old->n > 0 ? "updated" : "created";
}

/* Refuses scripts that depend on each other */
void
sm_repeatable_check_order(void)
{
	(void) sm_repeat_load("");
}

/* SQL function repeatable(name text, sql text, depends_on text[]) */
Datum
schemamig_repeatable(PG_FUNCTION_ARGS)
{
	char *name = sm_arg_text_required(fcinfo, 0, "name");
	char *text = sm_arg_text_required(fcinfo, 1, "sql");
	const char *action;

	(void) sm_author_lock_graph("schemamig.repeatable()");
	sm_author_check_script(SM_SCRIPT_REPLAY, name, text);
	action = sm_repeatable_set(name, text,
							   PG_ARGISNULL(2)
								   ? NIL
								   : sm_arg_text_list(fcinfo, 2, "depends_on"));
	sm_repeatable_check_order();
	return CStringGetTextDatum(action);
}

/* SQL function drop_repeatable(name text) */
Datum
schemamig_drop_repeatable(PG_FUNCTION_ARGS)
{
	char *name = sm_arg_text_required(fcinfo, 0, "name");
	Datum key[] = { CStringGetTextDatum(name) };

	(void) sm_author_lock_graph("schemamig.drop_repeatable()");
	if (sm_query(&find_repeatable, key, NULL)->n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("repeatable script \"%s\" does not exist", name),
				 errhint("SELECT name FROM schemamig.repeatable lists them.")));
	(void) sm_query(&delete_repeatable, key, NULL);
	return CStringGetTextDatum(name);
}
