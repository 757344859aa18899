/*-------------------------------------------------------------------------
 *
 * rename_extension.c
 *	  Extensions that are in another schema in the desired state.
 *
 * What an extension consists of goes with it, and so does what uses it: columns
 * of its types, for example.  If it is moved before both states are compared,
 * these are the same in both.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "compat.h"
#include "relocate.h"
#include "rename_extension.h"
#include "rename_order.h"

/* The name of a schema as it stands in the catalogs */
static const char *
unquoted(const char *schema)
{
	List *names;

	if (!SplitIdentifierString(pstrdup(schema), '.', &names))
		elog(ERROR, "invalid name of a schema: %s", schema); /* cannot happen:
			  quote_ident() has written it */
	return linitial(names);
}

/*
 * Does the extension stay in its schema, which has another name in the desired
 * state?
 */
static bool
is_renamed(const SmRenameSet *set, const char *old, const char *new)
{
	if (set)
		old = sm_rename_schema(set, old, SM_TIME_END);
	return strcmp(old, new) == 0;
}

static char *
move_sql(const SmObject *extension, const char *schema)
{
	return psprintf("ALTER EXTENSION %s SET SCHEMA %s", extension->identity,
					schema);
}

/* Adds the step that makes a schema, unless it is there already */
static void
add_schema(List **steps, const char *name)
{
	const char *schema = quote_identifier(name);
	SmRenameStep *step;
	ListCell *lc;

	foreach (lc, *steps)
		if (strcmp(((SmRenameStep *) lfirst(lc))->to, schema) == 0)
			return;
	if (OidIsValid(get_namespace_oid(name, true)))
		return;
	step = palloc0_object(SmRenameStep);
	step->kind = &sm_kind_schema;
	step->from = schema;
	step->to = schema;
	step->created = name;
	step->upgrade = psprintf("CREATE SCHEMA %s", schema);
	step->downgrade = psprintf("DROP SCHEMA %s", schema);
	*steps = lappend(*steps, step);
}

/* Adds the step that moves an extension, if there has to be one and can be */
static void
add_move(List **steps, const SmRenameSet *set, const SmObject *extension,
		 const SmSnapshot *to)
{
	const SmObject *desired =
		sm_snapshot_find(to, extension->kind, extension->identity);
	const char *old = sm_attr(extension, SM_EXTENSION_SCHEMA);
	const char *new = desired ? sm_attr(desired, SM_EXTENSION_SCHEMA) : NULL;
	SmRenameStep *step;

	if (new == NULL || is_renamed(set, unquoted(old), unquoted(new)) ||
		!sm_relocate_is_possible(extension->address.objid))
		return;
	add_schema(steps, unquoted(new));
	step = palloc0_object(SmRenameStep);
	step->kind = extension->kind;
	step->address = extension->address;
	step->from = extension->identity;
	step->to = extension->identity;
	step->new_schema = unquoted(new);
	step->upgrade = move_sql(extension, new);
	step->downgrade = move_sql(extension, old);
	*steps = lappend(*steps, step);
}

/*
 * The steps, of SmRenameStep, that move extensions to where the desired state
 * has them, as far as the schemas are there already.  They are to be done
 * before anything is renamed.
 */
List *
sm_rename_extensions(const SmRenameSet *set, const SmSnapshot *live,
					 const SmSnapshot *to)
{
	List *steps = NIL;

	for (int i = 0; i < live->objects.n; i++)
		if (live->objects.item[i]->kind == &sm_kind_extension)
			add_move(&steps, set, live->objects.item[i], to);
	return steps;
}
