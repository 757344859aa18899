/*-------------------------------------------------------------------------
 *
 * type.c
 *	  What types have in common.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/type.h"

/* Is it of a kind that is made of other types? */
static bool
is_made_of_types(const SmObject *object)
{
	return object->kind == &sm_kind_domain ||
		   object->kind == &sm_kind_composite || object->kind == &sm_kind_range;
}

/*
 * Whether the plan refuses to drop the type, of the old state, or another one
 * that would have to go with it.
 */
bool
sm_type_is_refused(const SmDelta *delta, const SmObject *from)
{
	ListCell *lc;

	check_stack_depth();
	foreach (lc, delta->refusals)
		if (((SmRefusal *) lfirst(lc))->object == from)
			return true;
	for (int i = 0; delta->refusals && i < from->users.n; i++)
	{
		const SmObject *user = from->users.item[i];

		if (user->rebuilt && is_made_of_types(user) &&
			sm_type_is_refused(delta, user))
			return true;
	}
	return false;
}

/*
 * Are there columns, of the old state, to be converted if the type is replaced:
 * of the type itself, or of one that is made of it?
 */
bool
sm_type_has_columns(const SmObject *from)
{
	check_stack_depth();
	for (int i = 0; i < from->users.n; i++)
	{
		const SmObject *user = from->users.item[i];

		if (user->kind->type_attribute ||
			(is_made_of_types(user) && sm_type_has_columns(user)))
			return true;
	}
	return false;
}

/* What the old type is called while columns are converted to the new one */
static char *
name_aside(const SmObject *object)
{
	return makeObjectName(object->name, NULL, "schemamig_old");
}

/* Before a type is created: renames the old one, if it is swapped for this */
void
sm_type_make_room(SmDelta *delta, const SmObject *to)
{
	if (to->swapped)
		sm_delta_statement(delta, to, SM_PHASE_CREATE,
						   "ALTER %s %s RENAME TO %s", sm_kind_sql_type(to),
						   to->identity, quote_identifier(name_aside(to)));
}

/* What the type is called when it is dropped */
const char *
sm_type_name_to_drop(const SmObject *from)
{
	return from->swapped
			   ? quote_qualified_identifier(from->schema, name_aside(from))
			   : from->identity;
}

/*
 * Drops a type that cannot be dropped before its functions, nor they before it.
 * Everything else that is known to use it has gone before.
 */
void
sm_type_drop_with_functions(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP TYPE %s CASCADE",
					   from->identity);
	sm_delta_hazard(delta, from, SM_PHASE_DROP,
					"drops the functions of the type, and all that uses it by then");
}

/*
 * A column of a table, of the old state, that stays there and has values of
 * the type in it: as such, or within an array, a domain or another type.  NULL
 * if there is none.
 */
const SmObject *
sm_type_stored_in(const SmObject *from)
{
	check_stack_depth();
	for (int i = 0; i < from->users.n; i++)
	{
		const SmObject *user = from->users.item[i];
		const SmObject *found = NULL;

		if (sm_delta_drops(user))
			continue;
		if (user->kind == &sm_kind_column ||
			(user->kind == &sm_kind_view_column &&
			 user->parent->kind == &sm_kind_materialized_view))
			found = user;
		else if (is_made_of_types(user))
			found = sm_type_stored_in(user);
		if (found)
			return found;
	}
	return NULL;
}

/* The type of a column of a table, or NULL */
static const char *
type_of_column(const SmObject *column)
{
	const SmKind *kind = column->kind;

	for (int i = 0; i < kind->n_attrs; i++)
		if (strcmp(kind->attrs[i].name, "type") == 0)
			return sm_attr(column, SM_FIRST_ATTR + i);
	return NULL;
}

/*
 * The same for a domain, but only a column that has its values within an array
 * or another type.  The server does not look into these, and refuses what
 * would have to.
 */
const SmObject *
sm_type_stored_within(const SmObject *from)
{
	check_stack_depth();
	for (int i = 0; i < from->users.n; i++)
	{
		const SmObject *user = from->users.item[i];
		const SmObject *found = NULL;

		if (sm_delta_drops(user))
			continue;
		if (user->kind == &sm_kind_column)
			found = sm_text_same(type_of_column(user), from->identity) ? NULL
																	   : user;
		else if (user->kind == &sm_kind_composite ||
				 user->kind == &sm_kind_range)
			found = sm_type_stored_in(user);
		else if (user->kind == &sm_kind_domain)
			found = sm_type_stored_within(user);
		if (found)
			return found;
	}
	return NULL;
}
