/*-------------------------------------------------------------------------
 *
 * partition.c
 *	  That a table is a partition of another one.
 *
 * An object of its own, so that a table can be attached, detached, or get other
 * bounds without being touched.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "commands/defrem.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/condition.h"
#include "kinds/inherited_key.h"
#include "kinds/notnull.h"
#include "kinds/table.h"
#include "online.h"

enum
{
	PARENT = SM_FIRST_ATTR,
	BOUND,
	KEYS /* names of the foreign keys that it has from its parent */
};

static const SmAttr attrs[] = {
	{ "parent", 0 },
	{ "bound", 0 },
	{ "keys", SM_ATTR_INFO },
};

/* clang-format off */
static const char query[] =
	"SELECT c.oid, 0, c.oid, 0, n.nspname, c.relname, "
	"format('%I.%I', n.nspname, c.relname), NULL::text, NULL::text, "
	"format('%I.%I', pn.nspname, p.relname), "
	"pg_get_expr(c.relpartbound, c.oid), "
	"(SELECT coalesce(string_agg(quote_ident(k.conname), ','), '') "
	"FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' "
	"AND k.conparentid <> 0) "
	"FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
	"JOIN pg_namespace n ON n.oid = c.relnamespace "
	"JOIN pg_class p ON p.oid = i.inhparent "
	"JOIN pg_namespace pn ON pn.oid = p.relnamespace "
	"WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') "
	"AND NOT i.inhdetachpending AND c.relnamespace = ANY ($1)";

static const char needs_query[] =
	"SELECT i.inhrelid, 0, 'pg_class'::regclass::oid, i.inhparent, 0 "
	"FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
	"WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') "
	"AND c.relnamespace = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "TABLE";
}

/* The table that it is a partition of; NULL if that is not compared */
const SmObject *
sm_partition_parent(const SmObject *link)
{
	for (int i = 0; i < link->needs.n; i++)
		if (sm_table_is_linked(link->needs.item[i], link) &&
			sm_attr_is(link, PARENT, link->needs.item[i]->identity))
			return link->needs.item[i];
	return NULL;
}

/*
 * The names, quoted and with commas, of the foreign keys that it has from its
 * parent
 */
const char *
sm_partition_keys(const SmObject *link)
{
	return sm_attr(link, KEYS);
}

/* Does the column get another name for its NOT NULL, and no other column? */
static bool
renames_not_null(const SmObject *from)
{
	return from->kind == &sm_kind_column && from->fate == SM_ALTER &&
		   sm_attr(from, SM_NOT_NULL_NAME) &&
		   sm_attr(from->peer, SM_NOT_NULL_NAME) &&
		   !sm_text_same(sm_attr(from, SM_NOT_NULL_NAME),
						 sm_attr(from->peer, SM_NOT_NULL_NAME));
}

/* Does a parent rename it, for all that inherit from it? */
static bool
is_renamed_along(const SmObject *from)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(from))
	{
		const SmObject *other = lfirst(lc);

		if (renames_not_null(other) &&
			sm_text_same(sm_attr(other, SM_NOT_NULL_NAME),
						 sm_attr(from, SM_NOT_NULL_NAME)) &&
			sm_text_same(sm_attr(other->peer, SM_NOT_NULL_NAME),
						 sm_attr(from->peer, SM_NOT_NULL_NAME)))
			return true;
	}
	return false;
}

/*
 * Does a parent rename it, but not this one, which has another name?  The
 * server would look for the same.
 */
static bool
is_passed_over(const SmObject *from)
{
	ListCell *lc;

	if (from->kind != &sm_kind_column || renames_not_null(from) ||
		!sm_attr_true(from, SM_NOT_NULL_INHERITED))
		return false;
	foreach (lc, sm_table_parent_columns(from))
		if (renames_not_null(lfirst(lc)))
			return true;
	return false;
}

/*
 * Is NOT NULL of the column to be only its parent's, although it was its own, or
 * is to have another name than the parent's?
 */
static bool
stops_being_own(const SmObject *from)
{
	return from->kind == &sm_kind_column && from->fate == SM_ALTER &&
		   SM_DIFFERS(from->changed, SM_NOT_NULL_ONLY_INHERITED) &&
		   sm_attr_true(from->peer, SM_NOT_NULL_ONLY_INHERITED) &&
		   (sm_attr(from, SM_NOT_NULL_NAME) ||
			sm_not_null_bringer(from->peer) == NULL);
}

/*
 * Does the partition, of the old state, have to be detached for a while?  As
 * long as it is one the server does not give another name to what it has from
 * its parent, and does not take from it what it has by itself.
 */
bool
sm_partition_must_leave(const SmObject *link)
{
	const SmObject *table = link->parent;

	for (int i = 0; i < table->children.n; i++)
	{
		const SmObject *column = table->children.item[i];

		if (renames_not_null(column) &&
			sm_attr_true(column, SM_NOT_NULL_INHERITED) &&
			!is_renamed_along(column))
			return true;
		if (stops_being_own(column) || is_passed_over(column))
			return true;
	}
	return false;
}

/* The default partition of the table that others may be using, or NULL */
static const SmObject *
default_partition(const SmObject *table)
{
	for (int i = 0; i < table->users.n; i++)
	{
		const SmObject *link = table->users.item[i];

		if (sm_table_is_linked(table, link) &&
			sm_attr_is(link, BOUND, "DEFAULT"))
			return link;
	}
	return NULL;
}

static char *
check_name(const SmObject *table, const SmObject *link)
{
	return makeObjectName(table->name,
						  table == link->parent ? NULL : link->name,
						  "schemamig_bounds");
}

/* Do partitions of the table leave it?  They would keep a check that it has */
static bool
loses_partitions(const SmDelta *delta, const SmObject *table)
{
	const SmObject *old = table->snapshot == delta->from ? table : table->peer;

	for (int i = 0; old && i < old->users.n; i++)
		if (sm_table_is_linked(old, old->users.item[i]) &&
			sm_delta_drops(old->users.item[i]))
			return true;
	return false;
}

/*
 * Lets the server know beforehand that the rows of a table fit: those of the
 * partition its bounds, or those of the default partition not the bounds of a
 * new one.  Returns whether that can be done.
 */
static bool
add_check(SmDelta *delta, const SmObject *link, SmPhase phase,
		  const SmObject *table, const char *hazard)
{
	const SmObject *parent = sm_partition_parent(link);
	char *condition =
		parent ? sm_condition_of_partition(parent, sm_attr(link, BOUND)) : NULL;

	if (condition == NULL || !sm_online_table(delta, table) ||
		loses_partitions(delta, table))
		return false;
	if (table != link->parent)
		condition = psprintf("NOT (%s)", condition);
	sm_online_add_check(delta, link, phase, table->identity,
						check_name(table, link), condition);
	if (hazard)
		sm_delta_hazard(delta, link, phase, "%s", hazard);
	return true;
}

static void
drop_check(SmDelta *delta, const SmObject *link, SmPhase phase,
		   const SmObject *table)
{
	sm_online_drop_check(delta, link, phase, table->identity,
						 check_name(table, link));
}

/* The default partition that is read when this one is attached, or NULL */
static const SmObject *
other_to_check(const SmObject *to)
{
	const SmObject *parent = sm_partition_parent(to);
	const SmObject *other = parent ? default_partition(parent) : NULL;

	return other && other != to && !sm_delta_creates(other) ? other->parent
															: NULL;
}

static void
create(SmDelta *delta, const SmObject *to)
{
	const char *hazard =
		"reads the whole table, and fails if it has rows that do not belong there";
	const SmObject *other = other_to_check(to);
	bool checked = add_check(delta, to, SM_PHASE_PREPARE, to->parent, hazard);
	bool other_checked =
		other &&
		add_check(delta, to, SM_PHASE_PREPARE, other,
				  "reads the default partition, and fails if it has rows that belong here");
	bool reads = sm_inherited_key_attach(delta, to);

	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "ALTER TABLE %s ATTACH PARTITION %s %s",
					   sm_attr(to, PARENT), to->identity, sm_attr(to, BOUND));
	if (other)
		sm_delta_locks(delta, to, SM_PHASE_CREATE, AccessExclusiveLock);
	if (!checked && !sm_delta_creates(to->parent) &&
		to->parent->kind != &sm_kind_foreign_table)
		sm_delta_hazard(delta, to, SM_PHASE_CREATE, "%s", hazard);
	if (reads)
		sm_delta_hazard(delta, to, SM_PHASE_CREATE,
						"looks at all its rows for the foreign keys of %s, and fails if one does not fit",
						sm_attr(to, PARENT));
	if (checked)
		drop_check(delta, to, SM_PHASE_CREATE, to->parent);
	if (other_checked)
		drop_check(delta, to, SM_PHASE_CREATE, other);
}

/*
 * Can the partition be detached while others use the table that it is one of?
 * Not as long as that has a default partition.
 */
bool
sm_partition_leaves_online(const SmDelta *delta, const SmObject *link)
{
	const SmObject *parent = sm_partition_parent(link);

	return parent && sm_online_table(delta, parent) &&
		   default_partition(parent) == NULL &&
		   default_partition(parent->peer) == NULL;
}

/*
 * CONCURRENTLY leaves the bounds behind as a constraint, unless there is one
 * already that says the same; that one can be dropped by its name.
 */
static void
drop(SmDelta *delta, const SmObject *from)
{
	bool online = from->fate == SM_DROP &&
				  sm_partition_leaves_online(delta, from) &&
				  add_check(delta, from, SM_PHASE_DROP, from->parent, NULL);

	sm_delta_statement(delta, from, SM_PHASE_DROP,
					   "ALTER TABLE %s DETACH PARTITION %s%s",
					   sm_attr(from, PARENT), from->identity,
					   online ? " CONCURRENTLY" : "");
	if (online)
	{
		sm_delta_outside(delta, from, SM_PHASE_DROP);
		drop_check(delta, from, SM_PHASE_DROP, from->parent);
	}
	sm_inherited_key_detach(delta, from);
}

const SmKind sm_kind_partition = {
	.name = "partition",
	.classid = InheritsRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_EVALUATES,
	.weight = 52,
	.cached_kb = 7,
	.needs_query = needs_query,
	.sql_type = sql_type,
	.create = create,
	.drop = drop,
};
