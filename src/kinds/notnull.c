/*-------------------------------------------------------------------------
 *
 * notnull.c
 *	  That a column of a table is not null.
 *
 * Up to PG17 that is a property of the column, from PG18 on a constraint with a
 * name.  It has come with the column ever since, so it is a part of it here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_constraint.h"
#include "commands/defrem.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/inherited_notnull.h"
#include "kinds/notnull.h"
#include "kinds/table.h"
#include "online.h"

#define READS_FOR_NULLS "reads the whole table, and fails if there are nulls"

/*
 * Takes the constraint by which the column is not null, which servers have from
 * PG18 on.  Its name is said only if it is not what the server would choose.
 */
void
sm_not_null_read(SmSnapshot *snapshot, SmObject *column,
				 Form_pg_constraint form)
{
	SmAddress address = { ConstraintRelationId, form->oid, 0 };
	const char *name = quote_identifier(NameStr(form->conname));
	char *usual =
		psprintf("%s_%s_not_null", column->parent->name, column->name);
	bool named = strcmp(NameStr(form->conname), usual) != 0;

	if (named || form->connoinherit || !form->convalidated)
		column->attr[SM_NOT_NULL] =
			sm_snapshot_text(snapshot,
							 psprintf("%s%s%sNOT NULL%s%s",
									  named ? "CONSTRAINT " : "",
									  named ? name : "", named ? " " : "",
									  form->connoinherit ? " NO INHERIT" : "",
									  form->convalidated ? "" : " NOT VALID"));
	else
		column->attr[SM_NOT_NULL] = "NOT NULL";
	column->attr[SM_NOT_NULL_NAME] = sm_snapshot_text(snapshot, name);
	if (!form->conislocal)
		column->attr[SM_NOT_NULL_INHERITED] = "t";
	sm_snapshot_place_part(snapshot, address, column);
}

/*
 * What stands before NOT NULL where the name that the server would choose could
 * be taken: by a child, whose constraint has the name of its parent's
 */
static const char *
prefix(const SmObject *column)
{
	const char *name = sm_attr(column, SM_NOT_NULL_NAME);

	if (name == NULL || !sm_attr_is(column, SM_NOT_NULL, "NOT NULL") ||
		!sm_table_has_children(column->parent))
		return "";
	return psprintf("CONSTRAINT %s ", name);
}

/*
 * What is only inherited is not dumped with its table.  That of a partition is,
 * whosever it is, but not if it is NOT VALID.
 */
void
sm_not_null_loaded(SmObject *column)
{
	if (sm_attr_true(column, SM_NOT_NULL_INHERITED) &&
		(sm_not_null_is_not_valid(column) ||
		 !sm_table_is_partition(column->parent)))
		column->attr[SM_NOT_NULL_ONLY_INHERITED] = "t";
}

/* What stands in the definition of the column; an empty text if nothing does */
char *
sm_not_null_clause(const SmObject *column)
{
	bool inherited = sm_attr_true(column, SM_NOT_NULL_INHERITED) &&
					 sm_table_inherits(column->parent) &&
					 !sm_not_null_is_own(column);

	if (sm_attr(column, SM_NOT_NULL) == NULL ||
		sm_not_null_is_not_valid(column) || sm_not_null_waits(column) ||
		inherited)
		return "";
	return psprintf(" %s%s", prefix(column), sm_attr(column, SM_NOT_NULL));
}

static char *
as_constraint(const SmObject *column)
{
	return psprintf("CONSTRAINT %s NOT NULL %s%s",
					sm_attr(column, SM_NOT_NULL_NAME),
					quote_identifier(column->name),
					sm_not_null_unnamed(column) + strlen("NOT NULL"));
}

/* Is a column that comes from a parent NOT NULL by itself? */
static bool
is_by_itself(const SmObject *column)
{
	if (sm_attr(column, SM_NOT_NULL) == NULL ||
		sm_attr_true(column, SM_NOT_NULL_INHERITED))
		return false;
	return sm_attr(column, SM_NOT_NULL_NAME) ||
		   !sm_table_parent_has(column, SM_NOT_NULL);
}

/*
 * What stands in CREATE TABLE where a column comes from a parent, but is
 * NOT NULL by itself; NULL if nothing does.  The name may be another one than
 * that of the parent's constraint, and later it could not be given.
 */
char *
sm_not_null_constraint(const SmObject *column)
{
	if (!is_by_itself(column) || sm_not_null_waits(column) ||
		sm_attr(column, SM_NOT_NULL_NAME) == NULL ||
		sm_not_null_is_not_valid(column))
		return NULL;
	return as_constraint(column);
}

/* Gives the constraint its comment */
void
sm_not_null_comment(SmDelta *delta, const SmObject *to)
{
	const char *comment = sm_attr(to, SM_NOT_NULL_COMMENT);

	sm_delta_statement(delta, to, SM_PHASE_DRESS,
					   "COMMENT ON CONSTRAINT %s ON %s IS %s",
					   sm_attr(to, SM_NOT_NULL_NAME), to->parent->identity,
					   comment ? quote_literal_cstr(comment) : "NULL");
}

/*
 * NOT NULL after a look at all rows that nobody has to wait for.  The look is
 * taken in the first of the phases, the rest is done in the second.
 */
void
sm_not_null_add_online(SmDelta *delta, const SmObject *to, SmPhase look,
					   SmPhase set)
{
	const char *name = quote_identifier(to->name);
	const char *table = to->parent->identity;
	char *check =
		makeObjectName(to->parent->name, to->name, "schemamig_not_null");

	if (SM_CAN_WAIT_NOT_NULL)
	{
		sm_not_null_take_over(delta, to, look);
		sm_delta_alter_table(delta, to, look, table,
							 "ADD CONSTRAINT %s NOT NULL %s%s NOT VALID",
							 sm_attr(to, SM_NOT_NULL_NAME), name,
							 sm_not_null_unnamed(to) + strlen("NOT NULL"));
		sm_delta_alter_table(delta, to, look, table, "VALIDATE CONSTRAINT %s",
							 sm_attr(to, SM_NOT_NULL_NAME));
		sm_delta_apart(delta, to, look);
		sm_delta_hazard(delta, to, look, READS_FOR_NULLS);
	}
	else
	{
		sm_online_add_check(delta, to, look, table, check,
							psprintf("%s IS NOT NULL", name));
		sm_delta_hazard(delta, to, look, READS_FOR_NULLS);
		sm_delta_alter_table(delta, to, set, table,
							 "ALTER COLUMN %s SET NOT NULL", name);
		sm_online_drop_check(delta, to, set, table, check);
	}
}

/*
 * Before the column gets a constraint: those of children that are to have this
 * one, because the server would take theirs as it is
 */
void
sm_not_null_take_over(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	ListCell *lc;

	foreach (lc, sm_table_child_columns(to))
	{
		const SmObject *child = lfirst(lc);

		if (sm_not_null_is_taken_over(child, to))
			sm_delta_alter_table(delta, to, phase, child->parent->identity,
								 "ALTER COLUMN %s DROP NOT NULL",
								 quote_identifier(child->name));
	}
}

/* Is it to have what came from a parent, although none has it any more? */
static bool
is_left(const SmObject *column)
{
	return column && sm_attr_true(column, SM_NOT_NULL_INHERITED) &&
		   !sm_table_parent_has(column, SM_NOT_NULL);
}

/*
 * What children of the column, of the old state, are to keep that it loses: a
 * constraint is made their own before that, and what is not one they lose with
 * it, and get it back.
 */
static void
keep_for_children(SmDelta *delta, const SmObject *object, SmPhase phase,
				  const SmObject *from)
{
	ListCell *lc;

	foreach (lc, sm_table_child_columns(from))
	{
		const SmObject *child = lfirst(lc);
		const SmObject *to = child->peer;
		bool is_constraint = sm_attr(child, SM_NOT_NULL_NAME) != NULL;
		bool stays =
			to && sm_attr(child, SM_NOT_NULL) && sm_attr(to, SM_NOT_NULL);

		if (to == NULL || sm_delta_creates(to) ||
			sm_delta_creates(to->parent) ||
			(is_constraint && !sm_attr_true(child, SM_NOT_NULL_INHERITED)))
			continue;
		if (stays && is_constraint)
		{
			if (!sm_table_parent_has(to, SM_NOT_NULL) && !is_left(to))
				sm_delta_alter_table(delta, object, phase, to->parent->identity,
									 "ADD %s", as_constraint(child));
			continue;
		}
		if (stays)
		{
			sm_delta_alter_table(delta, object, phase, to->parent->identity,
								 "ALTER COLUMN %s SET NOT NULL",
								 quote_identifier(to->name));
			if (to->parent->kind != &sm_kind_foreign_table)
				sm_delta_hazard(delta, object, phase, READS_FOR_NULLS);
		}
		keep_for_children(delta, object, phase, child);
	}
}

/* The column loses it, and only such children that are to */
static void
drop_not_null(SmDelta *delta, const SmObject *object, SmPhase phase,
			  const SmObject *from)
{
	bool is_constraint = sm_attr(from, SM_NOT_NULL_NAME) != NULL;

	if (is_constraint)
		keep_for_children(delta, object, phase, from);
	sm_delta_alter_table(delta, object, phase, object->parent->identity,
						 "ALTER COLUMN %s DROP NOT NULL",
						 quote_identifier(object->name));
	if (!is_constraint)
		keep_for_children(delta, object, phase, from);
}

static void
add_not_null(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	const char *table = to->parent->identity;

	sm_not_null_take_over(delta, to, phase);
	if (sm_attr_is(to, SM_NOT_NULL, "NOT NULL") && *prefix(to) == '\0')
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET NOT NULL",
							 quote_identifier(to->name));
	else
		sm_delta_alter_table(delta, to, phase, table, "ADD %s",
							 as_constraint(to));
	if (to->parent->kind != &sm_kind_foreign_table &&
		!sm_not_null_is_not_valid(to))
		sm_delta_hazard(delta, to, phase, READS_FOR_NULLS);
}

static void
validate(SmDelta *delta, const SmObject *to)
{
	sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
						 "VALIDATE CONSTRAINT %s",
						 sm_attr(to, SM_NOT_NULL_NAME));
	sm_delta_hazard(delta, to, SM_PHASE_ALTER, READS_FOR_NULLS);
}

/* What neither the definition of a new column nor CREATE TABLE has said */
void
sm_not_null_created(SmDelta *delta, const SmObject *to)
{
	if (sm_not_null_bringer(to))
	{
		if (sm_not_null_is_validated_apart(to))
			validate(delta, to);
	}
	else if (sm_not_null_waits(to) ||
			 (sm_column_comes_from_parent(to) && sm_not_null_is_own(to)))
		add_not_null(delta, to, SM_PHASE_ALTER);
	else if (sm_not_null_is_not_valid(to) &&
			 (!sm_column_comes_from_parent(to) || is_by_itself(to)))
		sm_delta_alter_table(delta, to, SM_PHASE_CREATE, to->parent->identity,
							 "ADD %s", as_constraint(to));
	else if (sm_column_comes_from_parent(to) && is_by_itself(to) &&
			 !sm_table_parent_has(to, SM_NOT_NULL) &&
			 !(sm_attr(to, SM_NOT_NULL_NAME) && sm_delta_creates(to->parent)))
		add_not_null(delta, to, SM_PHASE_DRESS);
	if (sm_attr(to, SM_NOT_NULL_COMMENT))
		sm_not_null_comment(delta, to);
}

/* The server refuses that, as if it were a column, for a table of a type */
static void
rename_not_null(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	const char *table = to->parent->identity;
	const char *type = sm_table_stays_of_type(to->parent);

	if (type)
		sm_delta_statement(delta, to, SM_PHASE_ALTER, "ALTER TABLE %s NOT OF",
						   table);
	sm_delta_statement(delta, to, SM_PHASE_ALTER,
					   "ALTER TABLE %s RENAME CONSTRAINT %s TO %s", table,
					   sm_attr(from, SM_NOT_NULL_NAME),
					   sm_attr(to, SM_NOT_NULL_NAME));
	if (type)
		sm_delta_statement(delta, to, SM_PHASE_ALTER, "ALTER TABLE %s OF %s",
						   table, type);
}

/*
 * The server drops the constraint along with the column, but leaves what has
 * come from it to a child that keeps its column, as inherited from nobody;
 * which may have been done before, and has no other way.
 */
void
sm_not_null_drop(SmDelta *delta, const SmObject *from)
{
	ListCell *lc;

	if (sm_attr(from, SM_NOT_NULL) == NULL ||
		sm_attr(from, SM_NOT_NULL_NAME) == NULL)
		return;
	foreach (lc, sm_table_child_columns(from))
	{
		const SmObject *child = lfirst(lc);

		if (sm_delta_drops(child) || child->parent->fate == SM_REPLACE ||
			is_left(child->peer))
			continue;
		drop_not_null(delta, from, SM_PHASE_DROP, from);
		return;
	}
}

/* What the server has is what it is to be, but for its name and NOT VALID */
static void
change_in_place(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	if (sm_not_null_is_renamed_apart(from))
		rename_not_null(delta, from, to);
	if (sm_not_null_is_not_valid(from) && !sm_not_null_is_not_valid(to))
		validate(delta, to);
	/* there is no other word for that, and it does nothing else */
	if (sm_attr_true(from, SM_NOT_NULL_INHERITED) &&
		!sm_attr_true(to, SM_NOT_NULL_INHERITED) &&
		sm_not_null_is_inherited(from))
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ADD %s", as_constraint(to));
}

/*
 * From one state of the column to the other, unless that comes from a parent;
 * type_changes says that what it was is converted as well.
 */
void
sm_not_null_change(SmDelta *delta, const SmObject *from, const SmObject *to,
				   bool type_changes)
{
	ListCell *lc;
	bool was = sm_attr(from, SM_NOT_NULL) != NULL;
	bool is = sm_attr(to, SM_NOT_NULL) != NULL;

	if (sm_not_null_is_remade(from))
	{
		if (!sm_attr_true(from, SM_NOT_NULL_INHERITED))
			sm_delta_alter_table(delta, from, SM_PHASE_DROP,
								 from->parent->identity,
								 "ALTER COLUMN %s DROP NOT NULL",
								 quote_identifier(from->name));
		was = false;
	}
	else if (sm_not_null_goes_along(from))
		was = false;
	if (sm_not_null_bringer(to))
	{
		if (sm_not_null_is_validated_apart(to))
			validate(delta, to);
		return;
	}
	if (was && is && sm_not_null_is_inherited(from))
	{
		change_in_place(delta, from, to);
		return;
	}
	if (was == (sm_attr(from, SM_NOT_NULL) != NULL) &&
		sm_table_parent_changes(to, SM_NOT_NULL) && !sm_not_null_is_own(to) &&
		!sm_not_null_is_own(from) && !sm_not_null_may_be_own(delta, from))
		return;
	foreach (lc, sm_table_parent_columns(to))
		if (sm_not_null_is_taken_over(to, lfirst(lc)))
			return;
	if (was && is && sm_attr(from, SM_NOT_NULL_NAME) &&
		sm_not_null_can_stay(from))
	{
		change_in_place(delta, from, to);
		return;
	}
	if (was && !is)
		drop_not_null(delta, to, SM_PHASE_ALTER, from);
	else if (was)
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ALTER COLUMN %s DROP NOT NULL",
							 quote_identifier(to->name));
	if (is && !was && sm_online_table(delta, to->parent) && !type_changes &&
		!sm_not_null_is_not_valid(to))
		sm_not_null_add_online(delta, to, SM_PHASE_PREPARE, SM_PHASE_ALTER);
	else if (is)
		add_not_null(delta, to, SM_PHASE_ALTER);
}
