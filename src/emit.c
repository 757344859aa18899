/*-------------------------------------------------------------------------
 *
 * emit.c
 *	  A delta as a script, and as rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "compat.h"
#include "emit.h"
#include "kinds.h"
#include "lockmode.h"
#include "mark.h"

/* A statement of the script: one planned one, or several of ALTER TABLE */
typedef struct Statement
{
	const SmObject *object;
	StringInfoData sql;
	const char *table; /* of ALTER TABLE that more can be added to */
	int n;			   /* subcommands */
	SmPass pass;	   /* of one of them, if any has one */
	bool rewrites;
	bool by_hand; /* see sm_delta_by_hand() */
	bool apart;
	bool outside;
	LOCKMODE lock; /* on other relations than that of the object */
	char *hazard;
} Statement;

static void
add_hazard(char **hazard, const char *text)
{
	if (text == NULL)
		return;
	if (*hazard == NULL)
		*hazard = pstrdup(text);
	else if (strstr(*hazard, text) == NULL)
		*hazard = psprintf("%s; %s", *hazard, text);
}

/* Does a subcommand belong to the ALTER TABLE that is being made? */
static bool
can_join(const Statement *statement, const SmDeltaStatement *planned)
{
	return statement && statement->table && planned->table &&
		   statement->apart == planned->apart &&
		   (statement->pass == planned->pass ||
			statement->pass == SM_PASS_ANY || planned->pass == SM_PASS_ANY) &&
		   strcmp(statement->table, planned->table) == 0;
}

static Statement *
begin_statement(const SmObject *object, const SmDeltaStatement *planned)
{
	Statement *statement = palloc0_object(Statement);

	statement->object = object;
	statement->table = planned->table;
	statement->by_hand = planned->by_hand;
	initStringInfo(&statement->sql);
	if (planned->table)
		appendStringInfo(&statement->sql, "ALTER TABLE %s %s", planned->table,
						 planned->sql);
	else
		appendStringInfoString(&statement->sql, planned->sql);
	statement->n = 1;
	statement->apart = planned->apart;
	statement->pass = planned->pass;
	statement->outside = planned->outside;
	return statement;
}

static void
join_statement(Statement *statement, const SmDeltaStatement *planned)
{
	/* the first one moves to a line of its own, too */
	if (statement->n == 1)
	{
		char *first = pstrdup(statement->sql.data + strlen("ALTER TABLE ") +
							  strlen(statement->table) + 1);

		resetStringInfo(&statement->sql);
		appendStringInfo(&statement->sql, "ALTER TABLE %s\n    %s",
						 statement->table, first);
	}
	appendStringInfo(&statement->sql, ",\n    %s", planned->sql);
	statement->n++;
	if (planned->pass != SM_PASS_ANY)
		statement->pass = planned->pass;
}

/* The statements of actions, in order */
static List *
collect(const List *actions)
{
	List *statements = NIL;
	Statement *last = NULL;
	ListCell *lc;

	foreach (lc, actions)
	{
		SmAction *action = lfirst(lc);
		ListCell *lc2;

		foreach (lc2, action->statements)
		{
			SmDeltaStatement *planned = lfirst(lc2);

			if (can_join(last, planned))
				join_statement(last, planned);
			else
			{
				last = begin_statement(action->object, planned);
				statements = lappend(statements, last);
			}
			last->rewrites = last->rewrites || planned->rewrites;
			last->lock = Max(last->lock, planned->lock);
			add_hazard(&last->hazard, planned->hazard);
		}
	}
	return statements;
}

/* The statement with its semicolon, or as a comment */
static void
append_sql(StringInfo text, const Statement *statement)
{
	const char *line = statement->sql.data;

	if (!statement->by_hand)
	{
		appendStringInfo(text, "%s;", line);
		return;
	}
	/* a name may have several lines */
	appendStringInfoString(text, SM_EMIT_BY_HAND);
	for (; *line; line++)
	{
		appendStringInfoChar(text, *line);
		if (*line == '\n' || *line == '\r')
			appendStringInfoString(text, "-- ");
	}
	appendStringInfoChar(text, ';');
}

static void
append_statement(StringInfo script, const Statement *statement)
{
	if (statement->hazard)
		appendStringInfo(script, "-- hazard: %s\n", statement->hazard);
	if (statement->rewrites)
		appendStringInfoString(script, "-- hazard: rewrites the table\n");
	append_sql(script, statement);
	appendStringInfoChar(script, '\n');
}

/* Is it said between two statements that there is to be a commit? */
static bool
is_parted(const Statement *first, const Statement *second)
{
	return (first->apart || second->apart) && !first->outside &&
		   !second->outside;
}

/* Does the script define routines, whose bodies may name what comes later? */
static bool
defines_routines(const SmDelta *delta)
{
	ListCell *lc;

	foreach (lc, delta->actions)
	{
		SmAction *action = lfirst(lc);

		if ((action->object->kind->flags & SM_KIND_ROUTINE) &&
			(action->phase == SM_PHASE_CREATE ||
			 action->phase == SM_PHASE_ALTER))
			return true;
	}
	return false;
}

/*
 * The delta as a script; "" if there is nothing to do.  Names in it are
 * qualified, except for those in pg_catalog, which nothing else must hide.
 */
char *
sm_emit_script(const SmDelta *delta)
{
	List *statements = collect(delta->actions);
	const Statement *last = NULL;
	StringInfoData script;
	ListCell *lc;

	initStringInfo(&script);
	if (statements == NIL)
		return script.data;
	appendStringInfoString(&script, "SET search_path = pg_catalog;\n");
	if (defines_routines(delta))
		appendStringInfoString(&script, "SET check_function_bodies = off;\n");
	foreach (lc, statements)
	{
		appendStringInfoChar(&script, '\n');
		if (last && is_parted(last, lfirst(lc)))
			appendStringInfoString(&script, SM_MARK_COMMIT "\n\n");
		append_statement(&script, lfirst(lc));
		last = lfirst(lc);
	}
	return script.data;
}

/* ------------------------------------------------------------------------
 * Rows
 * ------------------------------------------------------------------------ */

/* What comes and goes with its parent has no row of its own */
static const SmObject *
whole(const SmObject *object)
{
	while (object->parent &&
		   ((object->fate == SM_CREATE && sm_delta_creates(object->parent)) ||
			(object->fate == SM_DROP && sm_delta_drops(object->parent)) ||
			(object->fate == SM_REPLACE && object->parent->fate == SM_REPLACE)))
		object = object->parent;
	return object;
}

static const char *
attribute_name(const SmKind *kind, int attribute)
{
	switch (attribute)
	{
		case SM_OWNER:
			return "owner";
		case SM_ACL:
			return "privileges";
		case SM_COMMENT:
			return "comment";
		case SM_LABELS:
			return "security labels";
		default:
			return kind->attrs[attribute - SM_FIRST_ATTR].name;
	}
}

/*
 * What happens to the object, as seen from the upgrade, although it may be the
 * downgrade that it was found in
 */
static char *
describe_change(const SmObject *object, bool is_upgrade)
{
	StringInfoData text;

	switch (object->fate)
	{
		case SM_CREATE:
			return is_upgrade ? "create" : "drop";
		case SM_DROP:
			return is_upgrade ? "drop" : "create";
		case SM_REPLACE:
			return object->rebuilt ? "rebuild" : "replace";
		default:
			break;
	}
	initStringInfo(&text);
	for (int i = 0; i < SM_FIRST_ATTR + object->kind->n_attrs; i++)
		if (SM_DIFFERS(object->changed, i))
			appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "alter: ",
							 attribute_name(object->kind, i));
	/* privileges of a column may have to be granted again */
	return text.len > 0 ? text.data : "alter: privileges";
}

static SmChange *
find_row(const SmObject *object)
{
	if (object->change == NULL && object->peer)
		return object->peer->change;
	return object->change;
}

/* The row of the object; a new one if there is none */
static SmChange *
row_of(List **changes, const SmObject *object, bool is_upgrade)
{
	SmChange *change = find_row(object);

	if (change == NULL)
	{
		change = palloc0_object(SmChange);
		change->kind = object->kind->name;
		change->identity = object->identity;
		change->change = describe_change(object, is_upgrade);
		*changes = lappend(*changes, change);
	}
	((SmObject *) object)->change = change;
	return change;
}

/*
 * The object whose row says what is done about this one.  What only the way
 * back has to rebuild does not differ, and goes with its cause.
 */
static const SmObject *
row_object(const SmObject *object, bool is_upgrade)
{
	object = whole(object);
	while (!is_upgrade && find_row(object) == NULL && object->cause)
		object = whole(object->cause);
	return object;
}

static void
append_text(char **text, const Statement *statement)
{
	StringInfoData all;

	initStringInfo(&all);
	if (*text)
		appendStringInfo(&all, "%s\n", *text);
	append_sql(&all, statement);
	*text = all.data;
}

/* Is what the statement changes new, so that nobody can be using it? */
static bool
is_unused(const SmObject *object)
{
	return object->fate == SM_CREATE &&
		   (object->parent == NULL || object->parent->fate == SM_CREATE);
}

static void
add_to_row(SmChange *change, const Statement *statement, bool is_upgrade)
{
	if (!is_upgrade)
	{
		append_text(&change->downgrade, statement);
		return;
	}
	append_text(&change->upgrade, statement);
	if (!statement->by_hand)
		change->lock_mode =
			Max(change->lock_mode,
				Max(statement->lock,
					sm_lockmode_of(statement->sql.data,
								   !is_unused(statement->object))));
	change->rewrites = change->rewrites || statement->rewrites;
	add_hazard(&change->hazard, statement->hazard);
}

/*
 * Adds what the delta does to rows, one for each object that it changes.  To be
 * called for the upgrade first.
 */
List *
sm_emit_changes(const SmDelta *delta, List *changes, bool is_upgrade)
{
	ListCell *lc;

	foreach (lc, delta->actions)
	{
		SmAction *action = lfirst(lc);
		const SmObject *object = row_object(action->object, is_upgrade);
		SmChange *change = row_of(&changes, object, is_upgrade);
		ListCell *lc2;

		if (is_upgrade && action->phase == SM_PHASE_DROP &&
			sm_delta_drops(action->object) &&
			(object->kind->flags & SM_KIND_HOLDS_DATA))
			change->drops_data = true;
		foreach (lc2, collect(list_make1(action)))
			add_to_row(change, lfirst(lc2), is_upgrade);
	}
	if (is_upgrade)
		foreach (lc, delta->refusals)
		{
			SmRefusal *refusal = lfirst(lc);
			SmChange *change = row_of(&changes, refusal->object, true);

			change->refused = refusal->reason;
			change->data_loss = refusal->data_loss;
		}
	return changes;
}
