/*-------------------------------------------------------------------------
 *
 * request.c
 *	  What the caller wants to have compared, from the arguments of SQL
 *	  functions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/value.h"

#include "args.h"
#include "compat.h"
#include "ddl.h"
#include "guc.h"
#include "model.h"
#include "rename.h"
#include "request.h"

static List *
optional_list(FunctionCallInfo fcinfo, int n, const char *name)
{
	return PG_ARGISNULL(n) ? NIL : sm_arg_text_list(fcinfo, n, name);
}

/* The argument schemas; empty is not the same as not given */
List *
sm_request_schemas(FunctionCallInfo fcinfo, int n)
{
	List *schemas = optional_list(fcinfo, n, "schemas");

	if (!PG_ARGISNULL(n) && schemas == NIL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("schemas must not be empty")));
	return schemas;
}

/* The arguments include and exclude, from number n on */
void
sm_request_filter(FunctionCallInfo fcinfo, int n, SmComparison *comparison)
{
	comparison->options.filter.include = optional_list(fcinfo, n, "include");
	comparison->options.filter.exclude =
		optional_list(fcinfo, n + 1, "exclude");
	sm_filter_check(&comparison->options.filter);
}

/* A text that has no name, because it was given as an argument */
static List *
single_text(const char *text)
{
	SmModelText *model = palloc0_object(SmModelText);

	model->name = "";
	model->text = text;
	return list_make1(model);
}

static void
read_desired(FunctionCallInfo fcinfo, int n, SmComparison *comparison)
{
	char *model = sm_arg_text(fcinfo, n);

	comparison->from_schema = sm_arg_text(fcinfo, n + 1);
	comparison->schemas = sm_request_schemas(fcinfo, n + 2);
	if (model && comparison->from_schema)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model and from_schema cannot be used together")));
	if (comparison->from_schema)
	{
		if (list_length(comparison->schemas) > 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("from_schema stands for a single schema"),
					 errhint(
						 "Name the one to be compared with it in schemas.")));
		return;
	}
	if (model)
	{
		comparison->texts = single_text(model);
		return;
	}
	comparison->stored = true;
	comparison->texts = sm_model_texts();
	if (comparison->texts == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("there is no model"),
				 errhint(
					 "Store one with schemamig.set_model(), or give it as an argument.")));
}

/*
 * The arguments model, from_schema, schemas, include, exclude, renames, which
 * several functions have in this order from number n on
 */
SmComparison *
sm_request_read(FunctionCallInfo fcinfo, int n, const char *command)
{
	SmComparison *comparison = palloc0_object(SmComparison);

	comparison->command = command;
	read_desired(fcinfo, n, comparison);
	sm_request_filter(fcinfo, n + 3, comparison);
	if (!PG_ARGISNULL(n + 5))
		comparison->hints = sm_rename_parse(PG_GETARG_DATUM(n + 5));
	return comparison;
}

/* The argument online, which the setting stands for if it is null */
void
sm_request_online(FunctionCallInfo fcinfo, int n, SmComparison *comparison)
{
	comparison->options.online =
		PG_ARGISNULL(n) ? sm_online : PG_GETARG_BOOL(n);
}

/* What the schemas have that is not compared must not go unnoticed */
void
sm_request_warn(const SmComparison *comparison)
{
	const SmSnapshot *sides[] = { comparison->live, comparison->renamed,
								  comparison->desired };
	List *seen = NIL;

	for (int i = 0; i < (int) lengthof(sides); i++)
	{
		ListCell *lc;

		foreach (lc, sides[i] ? sides[i]->warnings : NIL)
		{
			String *name = makeString(lfirst(lc));

			if (!list_member(seen, name))
				ereport(WARNING, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
								  errmsg("%s is not compared", strVal(name))));
			seen = lappend(seen, name);
		}
	}
}

/*
 * Reads both states, makes the scripts and the rows, and says what is not
 * compared, for which plans have reasons, too, and what looks like a rename.
 */
void
sm_request_compare(SmComparison *comparison)
{
	ListCell *lc;

	sm_compare_read(comparison);
	sm_compare_plan(comparison);
	sm_request_warn(comparison);
	foreach (lc, comparison->likely)
		ereport(NOTICE, (errmsg("%s", (char *) lfirst(lc))));
}

/* Lists the changes that a test is true of, each on a line, with the reason */
static char *
list_refused(const List *changes, bool *data_loss)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	*data_loss = true;
	foreach (lc, changes)
	{
		SmChange *change = lfirst(lc);

		if (change->refused == NULL)
			continue;
		appendStringInfo(&text, "%s%s %s: %s.", text.len > 0 ? "\n" : "",
						 change->kind, change->identity, change->refused);
		*data_loss = *data_loss && change->data_loss;
	}
	return text.data;
}

/* Refuses changes that cannot be made, or not without the caller's word */
void
sm_request_check_possible(const SmComparison *comparison)
{
	bool data_loss;
	char *refused = list_refused(comparison->changes, &data_loss);

	if (*refused)
		ereport(ERROR,
				(errcode(data_loss ? ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE
								   : ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg(
					 "the changes cannot be made without losing data, or not at all"),
				 errdetail("%s", refused),
				 data_loss
					 ? errhint(
						   "Use allow_data_loss => true if the data is not needed, or renames if something has got another name.")
					 : errhint(
						   "Change the model, or write the revision by hand.")));
}
