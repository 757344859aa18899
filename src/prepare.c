/*-------------------------------------------------------------------------
 *
 * prepare.c
 *	  Everything that is checked before a plan runs.
 *
 * A run that is going to fail for a reason that can be known should fail
 * before its first statement, with all locks on users' tables still free.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "checksum.h"
#include "compat.h"
#include "errcodes.h"
#include "mark.h"
#include "prepare.h"
#include "query.h"
#include "trust.h"
#include "variable.h"

static SmQuery changed_revisions = {
	.sql =
		"SELECT a.revision, a.token_checksum = r.token_checksum "
		"FROM schemamig.applied a JOIN schemamig.revision r USING (revision) "
		"WHERE a.tenant = $1 AND a.checksum <> r.checksum "
		"ORDER BY r.ordinal",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

/*
 * A script cut into statements, its variables replaced or left to psql.  An
 * error in it is shown in its place in either stage.
 */
SmScript *
sm_prepare_script(SmScriptKind kind, const char *revision, const char *text,
				  Jsonb *variables, bool leave_variables)
{
	SmScript raw = { .kind = kind, .revision = revision, .text = text };
	SmScript *script;
	SmScriptContext context;
	char *parsed;

	sm_script_push_context(&context, &raw);
	parsed = leave_variables ? sm_variable_blank(text)
							 : sm_variable_replace(text, variables);
	sm_script_pop_context(&context);
	script = sm_script_parse(kind, revision, parsed);
	/* blanking moves nothing, so the statements are in the same places */
	if (leave_variables)
		script->text = text;
	return script;
}

/*
 * A script that was changed without schemamig.edit() has an author that is
 * not on record.
 */
static void
check_text(const SmRevision *rev, bool squash)
{
	if (strcmp(sm_checksum_text(rev->upgrade), rev->checksum) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_SM_CHECKSUM_MISMATCH),
				 errmsg("upgrade script of revision \"%s\" does not match its checksum",
						rev->id),
				 errdetail(
					 "It was changed in the table, not by schemamig.edit()."),
				 squash
					 ? errhint(
						   "Drop the squash with schemamig.drop_squash(), and make it again.")
					 : errhint("Read it, then put it on record with schemamig.edit('%s', upgrade => ...).",
							   rev->id)));
}

/*
 * The steps of a plan with their scripts, parsed, and their variables
 * replaced unless they are to be left to psql.  Refuses a downgrade of a
 * revision that has no downgrade script.
 */
SmStep *
sm_prepare_scripts(const SmGraph *g, const SmPlan *plan, SmRevision **revs,
				   Jsonb *variables, bool leave_variables)
{
	SmStep *steps = palloc0_array(SmStep, plan->n + 1);
	bool up = (plan->direction == SM_UPGRADE);

	for (int i = 0; i < plan->n; i++)
	{
		SmStep *step = &steps[i];

		step->idx = plan->idx[i];
		step->rev = revs[i];
		step->squash = sm_squash_at(plan, i);
		step->text = up ? step->rev->upgrade : step->rev->downgrade;
		if (step->text == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_SM_IRREVERSIBLE_DOWNGRADE),
					 errmsg("revision \"%s\" cannot be downgraded",
							step->rev->id),
					 errdetail("It has no downgrade script (%s).",
							   step->rev->message),
					 errhint("Write one with schemamig.edit('%s', downgrade => ..., force => true); an empty one says that there is nothing to undo.",
							 step->rev->id)));
		check_text(step->rev, step->squash != NULL);
		step->script =
			sm_prepare_script(up ? SM_SCRIPT_UPGRADE : SM_SCRIPT_DOWNGRADE,
							  step->rev->id, step->text, variables,
							  leave_variables);
		if (up && step->rev->verify)
			step->verify = sm_prepare_script(SM_SCRIPT_VERIFY, step->rev->id,
											 step->rev->verify, variables,
											 leave_variables);
	}
	return steps;
}

/* What an error about a statement of a script speaks of */
static void
push_statement_context(SmScriptContext *context, const SmScript *script, int i)
{
	sm_script_push_context(context, script);
	context->stmt = i;
}

/* What of a statement takes more than one transaction; NULL: nothing */
static const char *
needs_several(const SmScript *script, int i)
{
	if (script->stmt[i].outside)
		return script->stmt[i].outside;
	if (script->stmt[i].commit_after &&
		(i + 1 < script->n || script->kind == SM_SCRIPT_VERIFY))
		return SM_MARK_COMMIT;
	return NULL;
}

static void
check_script_transactional(const SmScript *script, int from)
{
	for (int i = from; i < script->n; i++)
	{
		SmScriptContext context;
		const char *what = needs_several(script, i);

		if (what == NULL)
			continue;
		push_statement_context(&context, script, i);
		if (script->kind == SM_SCRIPT_VERIFY)
			ereport(ERROR,
					(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
					 errmsg("%s cannot be part of a verify script", what),
					 errdetail(
						 "A verify script runs in the transaction that records the revision.")));
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("%s cannot run inside a transaction block", what),
				 errdetail("Revision \"%s\" contains it, and this call runs all revisions in one transaction.",
						   script->revision),
				 errhint(
					 "CALL schemamig.migrate() runs it, or schemamig.start() in the background.")));
	}
}

/*
 * Refuses steps with statements that cannot run in a transaction block, as far
 * as the parse tree tells.  Where a run commits in between, only verify
 * scripts must not have any.
 */
void
sm_prepare_check_transactional(const SmStep *steps, int n, bool in_pieces)
{
	for (int i = 0; i < n; i++)
	{
		if (!in_pieces)
			check_script_transactional(steps[i].script, steps[i].done);
		if (steps[i].verify)
			check_script_transactional(steps[i].verify, 0);
	}
}

/*
 * Checksum of the tokens of some statements of a script, up to the last one
 * exclusive, as it is stored: the values of variables are nobody's business.
 */
char *
sm_prepare_statements_checksum(const SmStep *step, int from, int upto)
{
	SmScript *script = sm_prepare_script(step->script->kind, step->rev->id,
										 step->text, NULL, true);
	int start = 0;
	int end = 0;

	if (upto > from)
	{
		start = script->stmt[from].start;
		end = script->stmt[upto - 1].start + script->stmt[upto - 1].length;
	}
	return sm_checksum_tokens(pnstrdup(step->text + start, end - start));
}

/*
 * Has a step go on where an earlier run was broken off.  The statements that
 * are done must be the ones that the script begins with; those after them may
 * have been edited.
 */
void
sm_prepare_check_done(SmStep *step, const SmUnfinished *u)
{
	if (u->done > step->script->n ||
		strcmp(sm_prepare_statements_checksum(step, 0, u->done),
			   u->done_checksum) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_SM_CHECKSUM_MISMATCH),
				 errmsg("the part of the %s script of revision \"%s\" that has run already was changed",
						sm_plan_direction_name(u->direction), u->revision),
				 errdetail("Statements that run " INT64_FORMAT
						   " has committed as they were: %d.",
						   u->run, u->done),
				 errhint(
					 "Change them back with schemamig.edit(); only the statements after them can be others. Or put the database right by hand and say with schemamig.stamp() where it is.")));
	step->done = u->done;
}

/*
 * Refuses to change the role: while it is locked, the server would refuse that
 * in mid-run.
 */
void
sm_prepare_check_role(const SmScript *script)
{
	for (int i = 0; i < script->n; i++)
	{
		SmScriptContext context;

		if (!script->stmt[i].set.sets_role)
			continue;
		push_statement_context(&context, script, i);
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("a script cannot change the role that was lent to it"),
				 errdetail("It runs as a role other than the session's."),
				 errhint(
					 "Run it without SET ROLE and with schemamig.role empty.")));
	}
}

/*
 * Refuses steps whose authors may not have the rights that they would run
 * with, and scripts that try to leave a role that was lent.
 */
void
sm_prepare_check_rights(const SmStep *steps, int n, SmRunAs run_as)
{
	for (int i = 0; i < n; i++)
	{
		sm_trust_check_revision(steps[i].rev, run_as.role);
		if (!run_as.locked)
			continue;
		sm_prepare_check_role(steps[i].script);
		if (steps[i].verify)
			sm_prepare_check_role(steps[i].verify);
	}
}

/* Does the step move a revision of that identifier? */
static bool
step_moves(const SmStep *step, const char *id)
{
	ListCell *lc;

	if (step->squash == NULL)
		return strcmp(step->rev->id, id) == 0;
	foreach (lc, step->squash->replaces)
		if (strcmp(lfirst(lc), id) == 0)
			return true;
	return false;
}

/*
 * Refuses to go on from revisions whose script has been changed since it was
 * applied: an upgrade from any such one, a downgrade of one.  Where only
 * comments or white space changed, there is no harm.
 */
void
sm_prepare_check_applied(const SmTenant *tenant, const SmPlan *plan,
						 const SmStep *steps)
{
	Datum args[] = { CStringGetTextDatum(tenant->name) };
	SmRows *rows = sm_query(&changed_revisions, args, NULL);

	for (uint64 row = 0; row < rows->n; row++)
	{
		const char *id = sm_rows_text(rows, row, 1);
		bool concerned = (plan->direction == SM_UPGRADE);

		for (int i = 0; i < plan->n && !concerned; i++)
			concerned = step_moves(&steps[i], id);
		if (concerned && !sm_rows_bool(rows, row, 2))
			ereport(ERROR,
					(errcode(ERRCODE_SM_CHECKSUM_MISMATCH),
					 errmsg("upgrade script of revision \"%s\" is not the one that was applied",
							id),
					 errdetail(
						 "Statements have been changed since, not only comments."),
					 errhint(
						 "Change it back with schemamig.edit(), or, if the database is as the script says now, accept it with schemamig.stamp('current', purge => true).")));
	}
}
