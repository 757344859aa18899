/*-------------------------------------------------------------------------
 *
 * repeat.c
 *	  Repeatable scripts: run after an upgrade, whenever they have changed.
 *
 * They are for what is defined as a whole, such as views, functions and
 * policies: a script can be run again on what it has made before.  They are no
 * part of the graph, and a downgrade does not undo them.  It forgets that they
 * were run, because it may have taken away what they have made.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "exec.h"
#include "journal.h"
#include "prepare.h"
#include "progress.h"
#include "query.h"
#include "repeat.h"
#include "trust.h"

static SmQuery select_repeatables = {
	.sql =
		"SELECT r.name, r.script, r.checksum, r.token_checksum, r.author, r.depends_on, "
		"a.token_checksum IS DISTINCT FROM r.token_checksum "
		"FROM schemamig.repeatable r LEFT JOIN schemamig.repeatable_applied a "
		"ON a.name = r.name AND a.tenant = $1 ORDER BY r.name",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

/* Nobody can change it while it is run */
static SmQuery lock_repeatable = {
	.sql =
		"SELECT checksum FROM schemamig.repeatable WHERE name = $1 FOR SHARE",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery record_repeatable = {
	.sql =
		"INSERT INTO schemamig.repeatable_applied "
		"(tenant, name, token_checksum, applied_at, applied_by, run) "
		"VALUES ($1, $2, $3, pg_catalog.clock_timestamp(), $4, $5) "
		"ON CONFLICT (tenant, name) DO UPDATE SET token_checksum = excluded.token_checksum, "
		"applied_at = excluded.applied_at, applied_by = excluded.applied_by, "
		"run = excluded.run",
	.mode = SM_WRITE,
	.nargs = 5,
	.argtypes = { TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID }
};

static SmQuery forget_repeatables = {
	.sql = "DELETE FROM schemamig.repeatable_applied WHERE tenant = $1",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmRepeat *
find_repeat(const List *repeats, const char *name)
{
	ListCell *lc;

	foreach (lc, repeats)
		if (strcmp(((SmRepeat *) lfirst(lc))->name, name) == 0)
			return lfirst(lc);
	return NULL;
}

/* Whether all that it depends on, as far as it is there, is in the result */
static bool
is_ready(const SmRepeat *repeat, const List *all, const List *result)
{
	ListCell *lc;

	foreach (lc, repeat->depends_on)
	{
		SmRepeat *other = find_repeat(all, lfirst(lc));

		if (other && other != repeat && !list_member_ptr(result, other))
			return false;
	}
	return true;
}

/*
 * By name, but what others depend on comes before them.  An error if they
 * depend on each other.
 */
static List *
sort_repeats(const List *repeats)
{
	List *result = NIL;

	while (list_length(result) < list_length(repeats))
	{
		int before = list_length(result);
		ListCell *lc;

		foreach (lc, repeats)
		{
			SmRepeat *repeat = lfirst(lc);

			CHECK_FOR_INTERRUPTS();
			if (list_member_ptr(result, repeat) ||
				!is_ready(repeat, repeats, result))
				continue;
			result = lappend(result, repeat);
			break;
		}
		if (list_length(result) == before)
			ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
							errmsg("repeatable scripts depend on each other")));
	}
	return result;
}

/* All of them, as a list of SmRepeat in the order in which they run */
List *
sm_repeat_load(const char *tenant)
{
	Datum args[] = { CStringGetTextDatum(tenant) };
	SmRows *rows = sm_query(&select_repeatables, args, NULL);
	List *repeats = NIL;

	for (uint64 i = 0; i < rows->n; i++)
	{
		SmRepeat *repeat = palloc0_object(SmRepeat);

		repeat->name = sm_rows_text(rows, i, 1);
		repeat->text = sm_rows_text(rows, i, 2);
		repeat->checksum = sm_rows_text(rows, i, 3);
		repeat->token_checksum = sm_rows_text(rows, i, 4);
		repeat->author = sm_rows_text(rows, i, 5);
		repeat->depends_on = sm_rows_text_list(rows, i, 6);
		repeat->pending = sm_rows_bool(rows, i, 7);
		repeats = lappend(repeats, repeat);
	}
	return sort_repeats(repeats);
}

/* Those that have changed since they were run in the tenant, or never were */
List *
sm_repeat_pending(const char *tenant)
{
	List *pending = NIL;
	ListCell *lc;

	foreach (lc, sm_repeat_load(tenant))
		if (((SmRepeat *) lfirst(lc))->pending)
			pending = lappend(pending, lfirst(lc));
	return pending;
}

/* Refuses a script whose author may not have the rights of run_as */
void
sm_repeat_check_trust(const SmRepeat *repeat, Oid run_as)
{
	if (!sm_trust_role(repeat->author, run_as))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("repeatable script \"%s\" was written by role \"%s\", who does not have the rights of role \"%s\"",
						repeat->name, repeat->author, sm_env_role_name(run_as)),
				 errhint(
					 "Read it, and set it again with schemamig.repeatable(), or put the role into schemamig.trusted_authors.")));
}

/*
 * Parses the script, its variables replaced or left to psql, and refuses what
 * cannot run in a transaction.
 */
void
sm_repeat_parse(SmRepeat *repeat, Jsonb *variables, bool leave_variables)
{
	repeat->script =
		sm_prepare_script(SM_SCRIPT_REPLAY, repeat->name, repeat->text,
						  variables, leave_variables);
	for (int i = 0; i < repeat->script->n; i++)
		if (repeat->script->stmt[i].outside)
			ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
							errmsg("%s cannot be part of a repeatable script",
								   repeat->script->stmt[i].outside),
							errdetail("Script \"%s\" is one transaction.",
									  repeat->name),
							errhint("Make a revision of it.")));
}

/*
 * Parses the scripts, and refuses those that may not run with these rights, or
 * not in a transaction: before anything has run.
 */
void
sm_repeat_prepare(const List *repeats, Jsonb *variables, SmRunAs run_as)
{
	ListCell *lc;

	foreach (lc, repeats)
	{
		SmRepeat *repeat = lfirst(lc);

		sm_repeat_check_trust(repeat, run_as.role);
		sm_repeat_parse(repeat, variables, false);
		if (run_as.locked)
			sm_prepare_check_role(repeat->script);
	}
}

/* The script must be the one that was prepared */
static void
lock(const SmRepeat *repeat)
{
	Datum args[] = { CStringGetTextDatum(repeat->name) };
	SmRows *rows = sm_query(&lock_repeatable, args, NULL);

	if (rows->n == 0 || strcmp(sm_rows_text(rows, 0, 1), repeat->checksum) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("repeatable script \"%s\" was changed while the run was under way",
						repeat->name),
				 errhint("Call it again: it goes on with what is there now.")));
}

static void
record(const SmRepeatRun *run, const SmRepeat *repeat, int step,
	   TimestampTz started_at)
{
	SmJournalStep journal = { .run = run->number,
							  .step = step,
							  .revision = repeat->name,
							  .direction = "repeat",
							  .message = "repeatable script",
							  .started_at = started_at,
							  .statements_done = repeat->script->n,
							  .statements = repeat->script->n,
							  .checksum = repeat->checksum };
	Datum args[] = { CStringGetTextDatum(run->tenant->name),
					 CStringGetTextDatum(repeat->name),
					 CStringGetTextDatum(repeat->token_checksum),
					 CStringGetTextDatum(run->role),
					 Int64GetDatum(run->number) };

	(void) sm_query(&record_repeatable, args, NULL);
	sm_journal_step(&journal);
}

/* Runs a script that is prepared, in the current transaction, and records it */
void
sm_repeat_take(const SmRepeatRun *run, const SmRepeat *repeat, int step,
			   int steps)
{
	SmStepReport report = { .step = step,
							.steps = steps,
							.direction = "repeat",
							.revision = repeat->name,
							.message = "repeatable script",
							.statements = repeat->script->n };
	TimestampTz started_at = GetCurrentTimestamp();
	SmEnv env;

	lock(repeat);
	sm_progress_repeat(&report);
	sm_tenant_check(run->tenant, run->run_as.role);
	sm_env_enter_script(&env, run->run_as, run->tenant->schema);
	sm_exec_script(repeat->script, 0);
	sm_env_leave(&env);
	sm_tenant_check(run->tenant, run->run_as.role);
	record(run, repeat, step, started_at);
	sm_progress_repeat(NULL);
}

/* After a downgrade: what they have made may be gone */
void
sm_repeat_forget(const char *tenant)
{
	Datum args[] = { CStringGetTextDatum(tenant) };

	(void) sm_query(&forget_repeatables, args, NULL);
}
