/*-------------------------------------------------------------------------
 *
 * rename_along.c
 *	  What gets another name because something else does.
 *
 * Three things.  The server renames columns and constraints of the tables that
 * inherit them, and moves indexes and sequences along with their table.  And
 * what is called after a table or a column by convention is renamed with it,
 * exactly where the desired state has the new name and not the old one.
 *
 * This looks into the catalogs for what snapshots do not have, so they must
 * still be as the live snapshot was read from them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "rename_along.h"
#include "rename_name.h"

/* In pg_constraint.contype; older servers have none of tables */
#define NOT_NULL_CONSTRAINT 'n'

/* The attribute of that name, of the kind; NULL if it is not set */
static const char *
attr_called(const SmObject *object, const char *name)
{
	for (int i = 0; i < object->kind->n_attrs; i++)
		if (strcmp(object->kind->attrs[i].name, name) == 0)
			return sm_attr(object, SM_FIRST_ATTR + i);
	return NULL;
}

static bool
is_renamed(const SmRenamed *renamed)
{
	return strcmp(renamed->name, renamed->new_name) != 0;
}

static bool
is_moved(const SmRenamed *renamed)
{
	return renamed->schema && strcmp(renamed->schema, renamed->new_schema) != 0;
}

/* What is noted about the object, be it that it keeps its name */
static SmRenamed *
find_or_add(SmRenameSet *set, const SmObject *object)
{
	SmRenamed *renamed = sm_rename_set_find(set, object);

	return renamed ? renamed : sm_rename_set_add(set, object);
}

/* ------------------------------------------------------------------------
 * Sequences of identity columns, not null constraints
 * ------------------------------------------------------------------------ */

/* The sequence of the identity column, or NULL */
static SmRenamed *
identity_sequence(SmRenameSet *set, const SmObject *column)
{
	const char *sequence = column->kind == &sm_kind_column
							   ? attr_called(column, "sequence")
							   : NULL;
	SmAddress address = { RelationRelationId, InvalidOid, 0 };
	SmRenameName *name;
	ListCell *lc;

	if (sequence == NULL)
		return NULL;
	foreach (lc, set->renamed)
	{
		SmRenamed *renamed = lfirst(lc);

		if (renamed->kind == &sm_kind_sequence && renamed->object == column)
			return renamed;
	}
	name = sm_rename_name(sequence);
	address.objid = get_relname_relid(name->part[1],
									  get_namespace_oid(name->part[0], true));
	if (!OidIsValid(address.objid))
		return NULL;
	return sm_rename_set_add_new(set, SM_SHAPE_WHOLE, &sm_kind_sequence, column,
								 NULL, name->part[0], name->part[1], address);
}

/* The same column in the desired state, or NULL */
static const SmObject *
desired(const SmRenameSet *set, const SmObject *object)
{
	return sm_snapshot_find(set->to, object->kind,
							sm_rename_identity(set, object, SM_TIME_END));
}

static void
rename_identity_sequence(SmRenameSet *set, const SmObject *column)
{
	SmRenamed *renamed = identity_sequence(set, column);
	const SmObject *to = renamed ? desired(set, column) : NULL;
	const char *sequence = to ? attr_called(to, "sequence") : NULL;
	const char *name = sequence ? sm_rename_name(sequence)->part[1] : NULL;

	if (name)
		renamed->new_name = name;
}

/*
 * The name of the column's not null constraint, which stands in the definition
 * if it is not the usual one.
 */
static const char *
not_null_name(const SmObject *column)
{
	const char *definition = attr_called(column, "not null");
	const char *end = definition ? strstr(definition, " NOT NULL") : NULL;
	char *name;

	if (definition == NULL)
		return NULL;
	if (end)
	{
		definition += strlen("CONSTRAINT ");
		name = pnstrdup(definition, end - definition);
		return sm_rename_name(name)->part[0];
	}
	name = psprintf("%s_%s_not_null", column->parent->name, column->name);
	return strlen(name) < NAMEDATALEN ? name : NULL;
}

/* Is the constraint, one of NOT NULL or CHECK, inherited? */
static bool
is_inherited_constraint(Oid constraint, char *type)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	bool inherited = false;

	*type = '\0';
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

		*type = form->contype;
		inherited = form->coninhcount > 0;
		ReleaseSysCache(tuple);
	}
	return inherited;
}

static void
rename_not_null(SmRenameSet *set, const SmObject *column)
{
	SmAddress address = { ConstraintRelationId, InvalidOid, 0 };
	const SmObject *table = column->parent;
	const SmObject *to = desired(set, column);
	const char *old = not_null_name(column);
	const char *new = to ? not_null_name(to) : NULL;
	SmRenamed *renamed;
	char type;

	if (old == NULL || new == NULL || strcmp(old, new) == 0)
		return;
	address.objid =
		get_relation_constraint_oid(table->address.objid, old, true);
	if (is_inherited_constraint(address.objid, &type) ||
		type != NOT_NULL_CONSTRAINT)
		return;
	renamed = sm_rename_set_add_new(set, SM_SHAPE_PART, &sm_kind_constraint,
									column, table, table->schema, old, address);
	renamed->new_schema = sm_rename_set_find(set, table)
							  ? sm_rename_set_find(set, table)->new_schema
							  : table->schema;
	renamed->new_name = new;
}

/* ------------------------------------------------------------------------
 * Tables that are moved to another schema
 * ------------------------------------------------------------------------ */

static void
carry(SmRenamed *carrier, SmRenamed *renamed)
{
	renamed->carrier = carrier;
	renamed->new_schema = carrier->new_schema;
}

/* Indexes and sequences go along with the table */
static void
carry_parts(SmRenameSet *set, SmRenamed *table)
{
	const SmObject *object = table->object;

	for (int i = 0; i < object->children.n; i++)
	{
		const SmObject *child = object->children.item[i];
		SmRenamed *sequence = identity_sequence(set, child);

		if (child->kind == &sm_kind_index || sm_rename_has_index(child))
			carry(table, find_or_add(set, child));
		if (sequence)
			carry(table, sequence);
		for (int j = 0; j < child->owned.n; j++)
			if (child->owned.item[j]->kind == &sm_kind_sequence)
				carry(table, find_or_add(set, child->owned.item[j]));
	}
}

/* ------------------------------------------------------------------------
 * Tables that are dropped, but make room for something else before
 * ------------------------------------------------------------------------ */

static void
put_aside(SmRenameSet *set, SmRenamed *part)
{
	if (!is_renamed(part))
		sm_rename_set_put_aside(set, part);
}

/* What has a name outside of the table may be in the way as well */
static void
put_parts_aside(SmRenameSet *set, const SmObject *table)
{
	for (int i = 0; i < table->children.n; i++)
	{
		const SmObject *child = table->children.item[i];
		SmRenamed *sequence = identity_sequence(set, child);

		if (sm_rename_shape(child) == SM_SHAPE_WHOLE ||
			sm_rename_has_index(child))
			put_aside(set, find_or_add(set, child));
		if (sequence)
			put_aside(set, sequence);
		for (int j = 0; j < child->owned.n; j++)
			if (child->owned.item[j]->kind == &sm_kind_sequence)
				put_aside(set, find_or_add(set, child->owned.item[j]));
	}
}

/* ------------------------------------------------------------------------
 * Tables that inherit
 * ------------------------------------------------------------------------ */

/* The same column or constraint of another table; objid 0: there is none */
static SmAddress
same_part(const SmRenamed *renamed, Oid table)
{
	SmAddress address = { renamed->address.classid, InvalidOid, 0 };

	if (renamed->shape == SM_SHAPE_COLUMN)
	{
		address.subid = get_attnum(table, renamed->name);
		if (address.subid > 0)
			address.objid = table;
	}
	else
		address.objid = get_relation_constraint_oid(table, renamed->name, true);
	return address;
}

static void
follow(SmRenameSet *set, SmRenamed *leader, SmAddress address)
{
	SmObject *object = sm_snapshot_at(set->live, address);
	SmRenamed *follower;

	/* a not null constraint is no object, and its column has no address */
	if (object == NULL ||
		memcmp(&object->address, &address, sizeof(address)) != 0)
		return;
	follower = find_or_add(set, object);
	if (follower->hinted && strcmp(follower->new_name, leader->new_name) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s %s inherits its name, and cannot be renamed to \"%s\"",
						object->kind->name, object->identity,
						follower->new_name)));
	follower->leader = leader;
	follower->new_name = leader->new_name;
}

/* Does the server rename the same parts of inheriting tables? */
static bool
is_inheritable(const SmRenamed *renamed)
{
	char type;

	if (renamed->parent == NULL || renamed->parent->kind != &sm_kind_table)
		return false;
	if (renamed->shape == SM_SHAPE_COLUMN)
		return true;
	if (renamed->kind != &sm_kind_constraint)
		return false;
	(void) is_inherited_constraint(renamed->address.objid, &type);
	return type == CONSTRAINT_CHECK || type == NOT_NULL_CONSTRAINT;
}

/*
 * A not null constraint may have another name in a table that inherits it, and
 * then the server can rename neither of both.
 */
static void
find_followers(SmRenameSet *set, SmRenamed *renamed)
{
	Oid table = renamed->parent->address.objid;
	List *addresses = NIL;
	ListCell *lc;

	foreach (lc, find_all_inheritors(table, NoLock, NULL))
	{
		SmAddress *address = palloc_object(SmAddress);

		if (lfirst_oid(lc) == table)
			continue;
		*address = same_part(renamed, lfirst_oid(lc));
		if (OidIsValid(address->objid))
			addresses = lappend(addresses, address);
		else if (!renamed->hinted)
		{
			renamed->new_name = renamed->name;
			return;
		}
	}
	renamed->followers = addresses;
	foreach (lc, addresses)
		follow(set, renamed, *(SmAddress *) lfirst(lc));
}

static bool
is_inherited(const SmRenamed *renamed)
{
	HeapTuple tuple;
	bool inherited = false;
	char type;

	if (renamed->shape != SM_SHAPE_COLUMN)
		return is_inherited_constraint(renamed->address.objid, &type);
	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(renamed->address.objid),
							Int16GetDatum(renamed->address.subid));
	if (HeapTupleIsValid(tuple))
	{
		inherited = ((Form_pg_attribute) GETSTRUCT(tuple))->attinhcount > 0;
		ReleaseSysCache(tuple);
	}
	return inherited;
}

/* Parts that are renamed along in the tables that inherit those from i on */
static void
lead_followers(SmRenameSet *set, int start)
{
	int n = list_length(set->renamed);

	for (int i = start; i < n; i++)
	{
		SmRenamed *renamed = list_nth(set->renamed, i);

		if (is_renamed(renamed) && is_inheritable(renamed) &&
			!is_inherited(renamed))
			find_followers(set, renamed);
	}
	for (int i = start; i < list_length(set->renamed); i++)
	{
		SmRenamed *renamed = list_nth(set->renamed, i);

		if (!is_renamed(renamed) || renamed->leader ||
			!is_inheritable(renamed) || !is_inherited(renamed))
			continue;
		if (renamed->hinted)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s %s inherits its name", renamed->kind->name,
							renamed->object->identity),
					 errhint(
						 "Rename that of the table that it inherits it from.")));
		renamed->new_name = renamed->name;
	}
}

/* ------------------------------------------------------------------------
 * Names by convention
 * ------------------------------------------------------------------------ */

/* The name, with the table's new name in front of it; NULL: it has not the old */
static char *
replace_table(const char *name, const SmRenamed *table)
{
	size_t length = strlen(table->name);
	const char *rest = name + length;
	const char *label;
	char *new;

	if (!is_renamed(table) || strncmp(name, table->name, length) != 0 ||
		*rest != '_')
		return NULL;
	new = psprintf("%s%s", table->new_name, rest);
	if (strlen(new) < NAMEDATALEN)
		return new;
	/* shortened as the server does it for the names that it chooses */
	label = strrchr(rest, '_');
	return makeObjectName(table->new_name,
						  label == rest ? NULL
										: pnstrdup(rest + 1, label - rest - 1),
						  label + 1);
}

/*
 * The name, with the column's new name where it has the old one as a word:
 * everywhere, or only the first time, since a column can be called like what
 * stands behind it, as in t_key_key.
 */
static char *
replace_column(const char *name, const SmRenamed *column, bool everywhere)
{
	size_t length = strlen(column->name);
	bool replaced = false;
	StringInfoData buf;

	initStringInfo(&buf);
	while (*name)
	{
		if (*name == '_' && strncmp(name + 1, column->name, length) == 0 &&
			(name[length + 1] == '_' || name[length + 1] == '\0') &&
			(everywhere || !replaced))
		{
			appendStringInfo(&buf, "_%s", column->new_name);
			name += length + 1;
			replaced = true;
		}
		else
			appendStringInfoChar(&buf, *name++);
	}
	return buf.data;
}

/* The columns of the table, or of the like, that are renamed */
static List *
renamed_columns(const SmRenameSet *set, const SmObject *table)
{
	List *columns = NIL;
	ListCell *lc;

	foreach (lc, set->renamed)
	{
		SmRenamed *renamed = lfirst(lc);

		if (renamed->shape == SM_SHAPE_COLUMN && renamed->parent == table &&
			is_renamed(renamed))
			columns = lappend(columns, renamed);
	}
	return columns;
}

/* What something may be called by convention when it was called name */
static List *
candidates(const char *name, const SmRenamed *table, const List *columns)
{
	char *with_table = table ? replace_table(name, table) : NULL;
	const char *all = with_table ? with_table : name;
	const char *first = all;
	List *names = NIL;
	ListCell *lc;

	foreach (lc, columns)
	{
		all = replace_column(all, lfirst(lc), true);
		first = replace_column(first, lfirst(lc), false);
	}
	names = list_make2((void *) all, (void *) first);
	if (with_table)
		names = lappend(names, with_table);
	foreach (lc, columns)
	{
		names = lappend(names, replace_column(name, lfirst(lc), true));
		names = lappend(names, replace_column(name, lfirst(lc), false));
	}
	return names;
}

/* The identity of the table that an object of the desired state belongs to */
static const char *
whole_of(const SmObject *object)
{
	if (object->parent)
		return object->parent->identity;
	/* a sequence */
	return object->owners.n > 0 && object->owners.item[0]->parent
			   ? object->owners.item[0]->parent->identity
			   : NULL;
}

/* Is it the same thing, which belongs to a table if the other one does? */
static bool
belongs_to(const SmObject *to, const char *table)
{
	const char *whole = whole_of(to);

	return whole == NULL || strcmp(whole, table) == 0;
}

/*
 * Has the desired state the new name, for the same thing, and not the old?  For
 * something of another table it may.
 */
static bool
is_wanted(const SmRenameSet *set, const SmObject *object, const char *schema,
		  const char *name, const SmObject *table)
{
	const char *whole = sm_rename_identity(set, table, SM_TIME_END);
	const SmObject *to =
		sm_snapshot_find(set->to, object->kind,
						 sm_rename_identity_as(set, object, schema, name,
											   SM_TIME_END));
	const SmObject *old =
		sm_snapshot_find(set->to, object->kind,
						 sm_rename_identity_as(set, object, schema,
											   object->name, SM_TIME_END));

	if (to == NULL || (old && belongs_to(old, whole)))
		return false;
	return object->parent == NULL || belongs_to(to, whole);
}

static SmRenamed *
reverse(const SmRenamed *renamed)
{
	SmRenamed *back = palloc_object(SmRenamed);

	*back = *renamed;
	back->name = renamed->new_name;
	back->new_name = renamed->name;
	return back;
}

/* Is it what the other name becomes when the renaming is taken back? */
static bool
is_origin(const char *name, const char *new_name, const SmRenamed *table,
		  const List *columns)
{
	List *back = NIL;
	ListCell *lc;

	foreach (lc, columns)
		back = lappend(back, reverse(lfirst(lc)));
	foreach (lc, candidates(new_name, table ? reverse(table) : NULL, back))
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	return false;
}

/*
 * What of the desired table has the new name of something whose old name was
 * shortened, so that it cannot be told from that; NULL if there is nothing.
 */
static const char *
find_shortened(const SmRenameSet *set, const SmObject *object,
			   const SmObject *whole, const SmRenamed *table,
			   const List *columns)
{
	const SmObject *to = desired(set, whole);
	const char *name = object->name;

	/* whole characters are cut off */
	if (to == NULL || strlen(name) < NAMEDATALEN - MAX_MULTIBYTE_CHAR_LEN)
		return NULL;
	for (int i = 0; i < to->children.n; i++)
	{
		const SmObject *child = to->children.item[i];

		if (child->kind == object->kind &&
			is_origin(name, child->name, table, columns))
			return child->name;
		for (int j = 0; j < child->owned.n; j++)
			if (child->owned.item[j]->kind == object->kind &&
				is_origin(name, child->owned.item[j]->name, table, columns))
				return child->owned.item[j]->name;
	}
	return NULL;
}

/* The first of the names that is wanted, or NULL */
static const char *
choose_name(const SmRenameSet *set, const SmObject *object, const char *schema,
			const SmObject *whole, const List *names)
{
	ListCell *lc;

	foreach (lc, names)
	{
		const char *name = lfirst(lc);

		if (name && strlen(name) < NAMEDATALEN &&
			strcmp(name, object->name) != 0 &&
			is_wanted(set, object, schema, name, whole))
			return name;
	}
	return NULL;
}

/*
 * Renames something that is a part of the whole, or belongs to it, if there is
 * a name for it that is wanted.
 */
static void
rename_by_convention(SmRenameSet *set, const SmObject *object,
					 const SmObject *whole, const List *names)
{
	SmRenamed *renamed = sm_rename_set_find(set, object);
	const char *schema = renamed ? renamed->new_schema : object->schema;
	const char *name;

	if (renamed && (renamed->hinted || renamed->leader))
		return;
	name = choose_name(set, object, schema, whole, names);
	if (name)
		find_or_add(set, object)->new_name = name;
}

static void
rename_part(SmRenameSet *set, const SmObject *object, const SmObject *whole,
			const SmRenamed *table, const List *columns)
{
	List *names = candidates(object->name, table, columns);
	const char *shortened = find_shortened(set, object, whole, table, columns);

	rename_by_convention(set, object, whole,
						 lappend(names, (void *) shortened));
}

/* What is called after the table or one of its columns */
static void
rename_parts(SmRenameSet *set, const SmObject *table)
{
	const SmRenamed *whole = sm_rename_set_find(set, table);
	List *columns = renamed_columns(set, table);

	if (whole && !is_renamed(whole))
		whole = NULL;
	for (int i = 0; i < table->children.n; i++)
	{
		const SmObject *child = table->children.item[i];
		SmRenameShape shape = sm_rename_shape(child);

		CHECK_FOR_INTERRUPTS();
		if (shape == SM_SHAPE_WHOLE || shape == SM_SHAPE_PART)
			rename_part(set, child, table, whole, columns);
		if (child->kind != &sm_kind_column ||
			(whole == NULL && sm_rename_set_find(set, child) == NULL))
			continue;
		rename_identity_sequence(set, child);
		rename_not_null(set, child);
		for (int j = 0; j < child->owned.n; j++)
		{
			const SmObject *owned = child->owned.item[j];

			if (owned->kind == &sm_kind_sequence)
				rename_part(set, owned, table, whole, columns);
		}
	}
}

/* Columns of views that are called like the column that is renamed */
static void
rename_view_columns(SmRenameSet *set, const SmRenamed *column)
{
	const SmObject *object = column->object;

	for (int i = 0; i < object->users.n; i++)
	{
		const SmObject *view = object->users.item[i];

		for (int j = 0; j < view->children.n; j++)
		{
			const SmObject *child = view->children.item[j];

			if (child->kind == &sm_kind_view_column &&
				strcmp(child->name, column->name) == 0)
				rename_by_convention(set, child, view,
									 list_make1((void *) column->new_name));
		}
	}
}

/*
 * Takes back the new names, beside those that were asked for, that something
 * else has in the end.  That may be the old name of what is taken back.
 */
static void
remove_taken(SmRenameSet *set)
{
	bool again = true;

	while (again)
	{
		ListCell *lc;

		again = false;
		foreach (lc, set->renamed)
		{
			SmRenamed *renamed = lfirst(lc);

			if (is_renamed(renamed) && !renamed->hinted && !renamed->leader &&
				sm_rename_set_taken(set, renamed, renamed->new_schema,
									renamed->new_name, SM_TIME_END))
			{
				renamed->new_name = renamed->name;
				again = true;
			}
		}
	}
}

/* Adds to the set what is renamed or moved along with what is in it */
void
sm_rename_along(SmRenameSet *set)
{
	List *tables = NIL;
	int n = list_length(set->renamed);

	for (int i = 0; i < n; i++)
	{
		SmRenamed *renamed = list_nth(set->renamed, i);

		if (renamed->shape == SM_SHAPE_WHOLE && is_moved(renamed))
			carry_parts(set, renamed);
		if (renamed->shape == SM_SHAPE_WHOLE && renamed->goes)
			put_parts_aside(set, renamed->object);
	}
	lead_followers(set, 0);
	n = list_length(set->renamed);
	/* the list grows: columns of views may be used by other views */
	for (int i = 0; i < list_length(set->renamed); i++)
	{
		SmRenamed *renamed = list_nth(set->renamed, i);

		if (!is_renamed(renamed) || !renamed->is_object)
			continue;
		if (renamed->shape == SM_SHAPE_COLUMN)
		{
			rename_view_columns(set, renamed);
			tables = list_append_unique_ptr(tables, (void *) renamed->parent);
		}
		else if (renamed->shape == SM_SHAPE_WHOLE)
			tables = list_append_unique_ptr(tables, (void *) renamed->object);
	}
	for (int i = 0; i < list_length(tables); i++)
		rename_parts(set, list_nth(tables, i));
	remove_taken(set);
	lead_followers(set, n);
}
