/*-------------------------------------------------------------------------
 *
 * sqitch.c
 *	  sqitch: sqitch.plan, and for each change in it a script in deploy/, and
 *	  maybe in revert/ and verify/.
 *
 * The changes are a chain, in the order of the plan.  What a change requires
 * are its dependencies, its tags the labels.  A change that was reworked is
 * there several times: the scripts of all but the last one have the name of a
 * tag behind theirs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "utils/builtins.h"

#include "compat.h"
#include "formats.h"
#include "name.h"

#define PLAN "sqitch.plan"

/* A change of the plan */
typedef struct Change
{
	SmImport *import;
	char *name;
	List *tags;	   /* char *: between it and the next change of that name */
	bool reworked; /* there is one */
} Change;

/* The plan, while it is read */
typedef struct ChangePlan
{
	SmReading *reading;
	const SmSource *source;
	char *folder; /* in which it is; "" or with a slash at its end */
	List *changes;
} ChangePlan;

static bool
recognises(const SmSource *source)
{
	return strcmp(sm_source_base_name(source), PLAN) == 0;
}

static const SmSource *
find_source(const SmReading *reading, const char *name)
{
	ListCell *lc;

	foreach (lc, reading->sources)
	{
		const SmSource *source = lfirst(lc);

		if (strcmp(source->name, name) == 0)
			return source;
	}
	return NULL;
}

/* The last change of that name so far, or before the given tag; or NULL */
static Change *
find_change(const ChangePlan *plan, const char *name, const char *tag)
{
	for (int i = list_length(plan->changes) - 1; i >= 0; i--)
	{
		Change *change = list_nth(plan->changes, i);
		ListCell *lc;

		if (strcmp(change->name, name) != 0)
			continue;
		if (tag == NULL)
			return change;
		foreach (lc, change->tags)
			if (strcmp(lfirst(lc), tag) == 0)
				return change;
	}
	return NULL;
}

/* The n-th change of that name as an identifier, which may not have a dash */
static char *
identifier(const char *name, int n)
{
	char *id = n > 1 ? psprintf("%s.%d", name, n) : pstrdup(name);

	for (char *p = id; *p; p++)
		if (*p == '-')
			*p = '_';
	return id;
}

/* A tag as a label, which may not end with a dash and a number */
static char *
label(const char *tag)
{
	char *name = pstrdup(tag);

	if (sm_name_problem(name, true))
		for (char *p = name; *p; p++)
			if (*p == '-')
				*p = '_';
	return name;
}

/* When, of a line that has "2026-05-01T10:00:00Z" before the planner's name */
static TimestampTz
read_time(const List *words)
{
	ListCell *lc;

	foreach (lc, words)
	{
		const char *word = lfirst(lc);

		if (strlen(word) == 20 && word[4] == '-' && word[7] == '-' &&
			word[10] == 'T' && word[19] == 'Z' &&
			strspn(word, "0123456789-:TZ") == 20)
			return DatumGetTimestampTz(
				DirectFunctionCall3(timestamptz_in, CStringGetDatum(word),
									ObjectIdGetDatum(InvalidOid),
									Int32GetDatum(-1)));
	}
	return 0;
}

/* The dependencies in brackets behind the name of a change */
static void
read_requires(ChangePlan *plan, SmImport *import, int line, const char *text)
{
	const char *open = strchr(text, '[');
	const char *close = open ? strchr(open, ']') : NULL;
	ListCell *lc;

	import->says_depends = true;
	if (close == NULL)
		return;
	foreach (lc, sm_split(pnstrdup(open + 1, close - open - 1), " \t"))
	{
		char *required = lfirst(lc);
		char *tag = strchr(required, '@');
		Change *change;

		/* a change that this one must not meet: there is none in the plan */
		if (required[0] == '!')
			continue;
		required += required[0] == ':';
		if (tag)
			*tag++ = '\0';
		change = find_change(plan, required, tag);
		if (change == NULL)
			ereport(ERROR,
					(errcode(strchr(required, ':')
								 ? ERRCODE_FEATURE_NOT_SUPPORTED
								 : ERRCODE_UNDEFINED_OBJECT),
					 errmsg("change \"%s\" requires \"%s\", which is not in the plan before it",
							import->message, required),
					 sm_source_place(plan->source, plan->source->line[line])));
		if (strcmp(change->import->id, import->id) != 0)
			import->depends = lappend(import->depends, change->import->id);
	}
}

static void
read_change(ChangePlan *plan, int line, const char *text, char *note)
{
	char *name = pnstrdup(text, strcspn(text, " \t"));
	Change *change = palloc0_object(Change);
	int n = 1;
	ListCell *lc;

	foreach (lc, plan->changes)
	{
		Change *other = lfirst(lc);

		if (strcmp(other->name, name) == 0)
		{
			other->reworked = true;
			n++;
		}
	}
	change->name = name;
	change->import =
		sm_import_add(plan->reading, plan->source, line, identifier(name, n));
	change->import->message = name;
	read_requires(plan, change->import, line, text);
	if (*note)
		change->import->message = note;
	change->import->says_down = true;
	if (plan->changes)
		change->import->down =
			list_make1(((Change *) llast(plan->changes))->import->id);
	change->import->says_labels = true;
	change->import->created_at = read_time(sm_split(text, " \t"));
	plan->changes = lappend(plan->changes, change);
}

/* A tag belongs to the change before it, and is behind all that are there */
static void
read_tag(ChangePlan *plan, int line, const char *text)
{
	char *tag = pnstrdup(text + 1, strcspn(text + 1, " \t"));
	ListCell *lc;
	Change *last;

	if (plan->changes == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("tag \"%s\" has no change before it", tag),
				 sm_source_place(plan->source, plan->source->line[line])));
	last = llast(plan->changes);
	last->import->labels = lappend(last->import->labels, label(tag));
	foreach (lc, plan->changes)
	{
		Change *change = lfirst(lc);

		if (!change->reworked)
			change->tags = lappend(change->tags, tag);
	}
}

/* What stands behind the first " #" of a line, which is cut off there */
static char *
cut_note(char *text)
{
	for (char *p = text; *p; p++)
		if (*p == '#' && (p == text || p[-1] == ' ' || p[-1] == '\t'))
		{
			*p = '\0';
			return sm_trim(p + 1);
		}
	return "";
}

static void
read_plan(ChangePlan *plan)
{
	const SmSource *source = plan->source;

	for (int i = 0; i < source->n_lines; i++)
	{
		char *text = sm_trim(sm_source_line(source, i));
		char *note;

		if (*text == '\0' || *text == '%' || *text == '#')
			continue;
		note = cut_note(text);
		text = sm_trim(text);
		if (*text == '@')
			read_tag(plan, i, text);
		else if (*text == '-')
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("a plan that reverts a change is not supported"),
					 sm_source_place(source, source->line[i])));
		else
			read_change(plan, i, text[0] == '+' ? text + 1 : text, note);
	}
}

/* A script of a change, or NULL */
static const SmSource *
find_script(const ChangePlan *plan, const Change *change, const char *folder)
{
	char *stem = psprintf("%s%s/%s", plan->folder, folder, change->name);
	ListCell *lc;

	if (!change->reworked)
		return find_source(plan->reading, psprintf("%s.sql", stem));
	foreach (lc, change->tags)
	{
		const SmSource *source =
			find_source(plan->reading,
						psprintf("%s@%s.sql", stem, (char *) lfirst(lc)));

		if (source)
			return source;
	}
	return NULL;
}

static bool
is_transaction(Node *stmt, void *arg)
{
	TransactionStmtKind kind;

	if (!IsA(stmt, TransactionStmt))
		return false;
	kind = ((TransactionStmt *) stmt)->kind;
	return kind == TRANS_STMT_BEGIN || kind == TRANS_STMT_START ||
		   kind == TRANS_STMT_COMMIT || kind == TRANS_STMT_ROLLBACK;
}

static SmPart *
read_script(const SmSource *source, bool rolls_back)
{
	SmPart *part;

	if (source == NULL)
		return NULL;
	part = sm_part_lines(source, 0, source->n_lines);
	if (rolls_back)
		sm_part_drop_statements(part, is_transaction, NULL);
	else
		sm_part_drop_transactions(part);
	return part;
}

static void
read_scripts(ChangePlan *plan, const Change *change)
{
	const SmSource *deploy = find_script(plan, change, "deploy");

	if (deploy == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("change \"%s\" has no script", change->name),
						errdetail("There is no file \"%sdeploy/%s%s.sql\".",
								  plan->folder, change->name,
								  change->reworked ? "@TAG" : ""),
						sm_source_place(plan->source, change->import->offset)));
	sm_import_say(change->import, SM_PART_UPGRADE, read_script(deploy, false));
	sm_import_say(change->import, SM_PART_DOWNGRADE,
				  read_script(find_script(plan, change, "revert"), false));
	sm_import_say(change->import, SM_PART_VERIFY,
				  read_script(find_script(plan, change, "verify"), true));
}

static void
read_files(SmReading *reading)
{
	ChangePlan plan = { .reading = reading };
	ListCell *lc;

	foreach (lc, reading->sources)
	{
		const SmSource *source = lfirst(lc);

		if (!recognises(source))
			continue;
		if (plan.source)
			ereport(ERROR, (errcode(ERRCODE_AMBIGUOUS_PARAMETER),
							errmsg("there are two plans"),
							errdetail("These are %s and %s.",
									  sm_source_called(plan.source),
									  sm_source_called(source))));
		plan.source = source;
	}
	if (plan.source == NULL)
		return;
	plan.folder =
		pnstrdup(plan.source->name, strlen(plan.source->name) - strlen(PLAN));
	read_plan(&plan);
	foreach (lc, plan.changes)
		read_scripts(&plan, lfirst(lc));
}

/* clang-format off */
static const SmVersions versions = {
	.table = "changes",
	.schema = "sqitch",
	.columns = "{change_id,change,project,planned_at,committed_at}",
	.sql = "SELECT translate(change, '-', '_') || "
		"CASE WHEN n > 1 THEN '.' || n ELSE '' END, true, false FROM ("
		"SELECT change, row_number() OVER (PARTITION BY project, change "
		"ORDER BY planned_at, committed_at) AS n FROM %s) v",
	.compare = strcmp,
};
/* clang-format on */

const SmFormat sm_format_sqitch = {
	.name = "sqitch",
	.recognises = recognises,
	.read = read_files,
	.versions = &versions,
};
