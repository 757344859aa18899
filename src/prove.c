/*-------------------------------------------------------------------------
 *
 * prove.c
 *	  Proving that scripts lead from one state to the other, and back.
 *
 * In the scratch, where the model has been run, the downgrade script must lead
 * to what the live database has, and from there the upgrade script to what the
 * model has.  So each one is run on a state that is known to be right, and both
 * results are compared with what was read from the catalogs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "acl.h"
#include "compat.h"
#include "ddl.h"
#include "kinds.h"
#include "prove.h"
#include "reach.h"
#include "scratch.h"
#include "snapshot.h"

/* Differences that an error message shows */
#define MAX_SHOWN 5

typedef struct Differences
{
	const SmFilter *filter;
	StringInfoData text;
	int n;
} Differences;

/* Notes that there is something about the object, with text on either side */
static void
add_difference(Differences *differences, const char *before,
			   const SmObject *object, const char *after)
{
	if (differences->n++ < MAX_SHOWN)
	{
		if (differences->text.len > 0)
			appendStringInfoString(&differences->text, "; ");
		appendStringInfo(&differences->text, "%s%s %s%s", before,
						 object->kind->name, object->identity, after);
	}
}

/* Is the object there before the script runs, whatever the states say? */
static bool
is_given(const SmObject *object)
{
	return object->kind == &sm_kind_schema ||
		   object->kind == &sm_kind_extension || object->given;
}

/* Can a script bring the attribute to what it should be? */
static bool
is_provable(const SmKind *kind, int attribute)
{
	return attribute < SM_FIRST_ATTR ||
		   !(kind->attrs[attribute - SM_FIRST_ATTR].flags & SM_ATTR_SECRET);
}

static void
compare_object(Differences *differences, const SmObject *wanted,
			   const SmObject *got)
{
	uint64 changed = sm_object_compare(wanted, got) &
					 sm_filter_attributes(differences->filter, wanted);

	for (int i = 0; i < SM_FIRST_ATTR + wanted->kind->n_attrs; i++)
		if (SM_DIFFERS(changed, i) && !is_given(wanted) &&
			is_provable(wanted->kind, i))
		{
			const char *name =
				i == SM_OWNER	  ? "owner"
				: i == SM_ACL	  ? "privileges"
				: i == SM_COMMENT ? "comment"
				: i == SM_LABELS  ? "security labels"
								  : wanted->kind->attrs[i - SM_FIRST_ATTR].name;

			add_difference(differences, psprintf("%s of ", name), wanted,
						   psprintf(" is %s instead of %s",
									sm_text_or(got->attr[i], "not set"),
									sm_text_or(wanted->attr[i], "not set")));
		}
}

static void
compare(Differences *differences, const SmSnapshot *wanted,
		const SmSnapshot *got)
{
	for (int i = 0; i < wanted->objects.n; i++)
	{
		SmObject *a = wanted->objects.item[i];
		SmObject *b;

		CHECK_FOR_INTERRUPTS();
		if (sm_filter_ignores(differences->filter, a))
			continue;
		b = sm_snapshot_find(got, a->kind, a->identity);
		if (b)
			compare_object(differences, a, b);
		else if (!is_given(a))
			add_difference(differences, "", a, " is missing");
	}
	for (int i = 0; i < got->objects.n; i++)
	{
		SmObject *b = got->objects.item[i];

		if (!sm_filter_ignores(differences->filter, b) && !is_given(b) &&
			sm_snapshot_find(wanted, b->kind, b->identity) == NULL)
			add_difference(differences, "", b, " is left");
	}
}

/* Compares what a script has led to in the scratch */
static void
check_state(SmScratch *scratch, const SmComparison *comparison,
			const char *direction, const SmSnapshot *wanted)
{
	SmSnapshot *got;
	Differences differences = { &comparison->options.filter, { 0 }, 0 };

	got = sm_snapshot_read(comparison->schemas, sm_scratch_owner(scratch),
						   comparison->self);
	sm_reach_created(got);
	initStringInfo(&differences.text);
	compare(&differences, wanted, got);
	MemoryContextDelete(got->context);
	if (differences.n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("could not prove the %s script: it does not lead to the state that it should",
						direction),
				 errdetail_plural("%d difference: %s.", "%d differences: %s.",
								  differences.n, differences.n,
								  differences.text.data),
				 comparison->replays
					 ? errhint(
						   "What these revisions do cannot be written in other words. Try a shorter range.")
					 : errhint(
						   "With schemamig.proof off the revision is stored as it is, to be put right by hand.")));
}

static char *
replace_all(const char *text, const char *what, const char *by)
{
	StringInfoData result;
	const char *next;

	initStringInfo(&result);
	while ((next = strstr(text, what)) != NULL)
	{
		appendBinaryStringInfo(&result, text, next - text);
		appendStringInfoString(&result, by);
		text = next + strlen(what);
	}
	appendStringInfoString(&result, text);
	return result.data;
}

/*
 * The script as it is to be run in the scratch, where its owner stands for the
 * current user, and anything for a secret
 */
static char *
for_scratch(const SmComparison *comparison, const char *script)
{
	const char *self = quote_identifier(comparison->self);
	char *text =
		replace_all(script, psprintf(" TO %s;\n", self), " TO CURRENT_USER;\n");

	text = replace_all(text, psprintf(" FROM %s;\n", self),
					   " FROM CURRENT_USER;\n");
	return replace_all(text, "\n" SM_EMIT_BY_HAND, "\n");
}

static void
prove_script(SmScratch *scratch, const SmComparison *comparison,
			 const char *direction, const char *script,
			 const SmSnapshot *wanted)
{
	sm_scratch_run(scratch, psprintf("generated %s", direction),
				   for_scratch(comparison, script));
	check_state(scratch, comparison, direction, wanted);
}

/*
 * What must be done before, in order that the state is that of a database:
 * takes schemas away that are not desired, which are there for models that do
 * not create them, and gives to their live owners what the model does not give
 * to anybody, as far as these are others than the current user, for whom the
 * scratch's owner stands; to whom everything else of the current user is given
 */
static char *
preparations(const SmComparison *comparison)
{
	const char *self = quote_identifier(comparison->self);
	StringInfoData script;
	ListCell *lc;

	initStringInfo(&script);
	foreach (lc, comparison->schemas)
		if (sm_snapshot_find(comparison->desired, &sm_kind_schema,
							 quote_identifier(lfirst(lc))) == NULL)
			appendStringInfo(&script, "DROP SCHEMA %s;\n",
							 quote_identifier(lfirst(lc)));
	for (int i = 0; i < comparison->desired->objects.n; i++)
	{
		const SmObject *object = comparison->desired->objects.item[i];
		const SmObject *live =
			object->attr[SM_OWNER]
				? NULL
				: sm_snapshot_find(comparison->renamed, object->kind,
								   object->identity);

		if (object->attr[SM_OWNER] &&
			strcmp(object->attr[SM_OWNER], self) == 0 && !is_given(object) &&
			object->owners.n == 0)
			appendStringInfo(&script, "ALTER %s %s OWNER TO CURRENT_USER;\n",
							 sm_kind_sql_type(object), object->identity);
		if (live && live->attr[SM_OWNER] && !is_given(live) &&
			strcmp(live->attr[SM_OWNER], self) != 0)
		{
			char *revoke = sm_acl_before_owner(object, live->attr[SM_OWNER]);

			if (revoke)
				appendStringInfo(&script, "%s;\n", revoke);
			appendStringInfo(&script, "ALTER %s %s OWNER TO %s;\n",
							 sm_kind_sql_type(object), object->identity,
							 live->attr[SM_OWNER]);
		}
	}
	return script.data;
}

/* From the desired state to the live one, and back */
static void
prove_both(SmScratch *scratch, void *arg)
{
	const SmComparison *comparison = arg;
	char *script = preparations(comparison);

	if (*script)
		sm_scratch_run(scratch, "preparations of the proof", script);
	prove_script(scratch, comparison, "downgrade", comparison->downgrade,
				 comparison->live);
	prove_script(scratch, comparison, "upgrade", comparison->upgrade,
				 comparison->desired);
}

/* From nothing to the desired state, which is where it is now, and back */
static void
prove_from_nothing(SmScratch *scratch, void *arg)
{
	const SmComparison *comparison = arg;

	check_state(scratch, comparison, "upgrade", comparison->desired);
	prove_script(scratch, comparison, "downgrade", comparison->downgrade,
				 comparison->live);
}

/*
 * Proves both scripts of the comparison; an error says what is wrong.  The
 * texts of the comparison make the desired state; if there are none, the
 * upgrade script does.
 */
void
sm_prove(const SmComparison *comparison)
{
	SmScratchSpec spec = { 0 };
	SmModelText upgrade = { .name = "generated upgrade" };

	upgrade.text = for_scratch(comparison, comparison->upgrade);
	spec.texts = comparison->texts ? comparison->texts : list_make1(&upgrade);
	spec.schemas = comparison->schemas;
	spec.schema = (char *) comparison->schema;
	sm_scratch(&spec, comparison->texts ? prove_both : prove_from_nothing,
			   (void *) comparison);
}

/* From what the first scripts make to what all of them make, and back */
static void
prove_replay(SmScratch *scratch, void *arg)
{
	const SmComparison *comparison = arg;

	prove_script(scratch, comparison, "upgrade", comparison->upgrade,
				 comparison->desired);
	if (comparison->downgrade)
		prove_script(scratch, comparison, "downgrade", comparison->downgrade,
					 comparison->live);
}

/*
 * Proves the scripts of a comparison of sm_compare_replay(), the downgrade if
 * there is one; an error says what is wrong.
 */
void
sm_prove_replay(const SmComparison *comparison)
{
	SmScratchSpec spec = { .heap = true };

	spec.texts = comparison->before;
	spec.ddl = sm_compare_before(comparison);
	spec.schemas = comparison->schemas;
	spec.schema = (char *) comparison->schema;
	sm_scratch(&spec, prove_replay, (void *) comparison);
}
