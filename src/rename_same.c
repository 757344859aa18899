/*-------------------------------------------------------------------------
 *
 * rename_same.c
 *	  Constraints and indexes that differ by their name only.
 *
 * Unlike tables and columns, these have nothing in them that could be taken for
 * something else: one that is defined just like another one is as good, and to
 * rename it takes no time, where to build it takes a scan of the table.  So
 * nobody has to say that.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compat.h"
#include "rename_same.h"

static bool
is_of_interest(const SmObject *object)
{
	return object->parent && (object->kind == &sm_kind_constraint ||
							  object->kind == &sm_kind_domain_constraint ||
							  object->kind == &sm_kind_index);
}

/* Is it renamed along with that of the parent table? */
static bool
is_inherited(const SmObject *object)
{
	for (int i = 0; i < object->kind->n_attrs; i++)
		if (strcmp(object->kind->attrs[i].name, "inherited") == 0)
			return sm_attr_true(object, SM_FIRST_ATTR + i);
	return false;
}

/* Has the table, or domain, something of that kind that is called so? */
static bool
has_called(const SmObject *parent, const SmKind *kind, const char *name)
{
	for (int i = 0; i < parent->children.n; i++)
		if (parent->children.item[i]->kind == kind &&
			strcmp(parent->children.item[i]->name, name) == 0)
			return true;
	return false;
}

static bool
is_same(const SmObject *a, const SmObject *b)
{
	return a->kind == b->kind &&
		   (sm_object_compare(a, b) >> SM_FIRST_ATTR) == 0;
}

/*
 * The only child of this parent that is defined like the object, and that the
 * other parent does not have; or NULL
 */
static const SmObject *
find_only(const SmObject *parent, const SmObject *other, const SmObject *object)
{
	const SmObject *found = NULL;

	for (int i = 0; i < parent->children.n; i++)
	{
		const SmObject *child = parent->children.item[i];

		if (!is_of_interest(child) || !is_same(child, object) ||
			has_called(other, child->kind, child->name))
			continue;
		if (found)
			return NULL;
		found = child;
	}
	return found;
}

/* Notes the new name of one that the desired state does not have */
static void
rename_one(SmRenameSet *set, const SmFilter *filter, const SmObject *lost,
		   const SmObject *desired)
{
	const SmObject *found = find_only(desired, lost->parent, lost);
	SmRenamed *renamed;

	if (found == NULL || find_only(lost->parent, desired, found) != lost ||
		sm_rename_set_find(set, lost) || is_inherited(lost) ||
		sm_filter_ignores(filter, lost) || sm_filter_ignores(filter, found))
		return;
	renamed = sm_rename_set_add(set, lost);
	renamed->new_name = found->name;
}

/*
 * Adds to the set the constraints and indexes whose table has one in the
 * desired state that differs by its name only.  Where more than one would do,
 * none is renamed.  Those that the filter ignores stay as they are.
 */
void
sm_rename_same(SmRenameSet *set, const SmFilter *filter)
{
	for (int i = 0; i < set->live->objects.n; i++)
	{
		const SmObject *object = set->live->objects.item[i];
		const SmObject *desired;

		CHECK_FOR_INTERRUPTS();
		if (!is_of_interest(object))
			continue;
		desired = sm_snapshot_find(set->to, object->parent->kind,
								   sm_rename_identity(set, object->parent,
													  SM_TIME_END));
		if (desired && !has_called(desired, object->kind, object->name))
			rename_one(set, filter, object, desired);
	}
}

/* Can there be any, if nothing else is renamed? */
bool
sm_rename_same_any(const SmSnapshot *live, const SmSnapshot *to)
{
	for (int i = 0; i < live->objects.n; i++)
	{
		const SmObject *object = live->objects.item[i];

		if (is_of_interest(object) &&
			sm_snapshot_find(to, object->kind, object->identity) == NULL &&
			sm_snapshot_find(to, object->parent->kind,
							 object->parent->identity) != NULL)
			return true;
	}
	return false;
}
