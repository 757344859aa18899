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

#include "compat.h"
#include "kinds.h"

enum
{
	PARENT = SM_FIRST_ATTR,
	BOUND
};

static const SmAttr attrs[] = {
	{ "parent", 0 },
	{ "bound", 0 },
};

/* clang-format off */
static const char query[] =
	"SELECT c.oid, 0, c.oid, 0, n.nspname, c.relname, "
	"format('%I.%I', n.nspname, c.relname), NULL::text, NULL::text, "
	"format('%I.%I', pn.nspname, p.relname), "
	"pg_get_expr(c.relpartbound, c.oid) "
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

static void
create(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "ALTER TABLE %s ATTACH PARTITION %s %s",
					   sm_attr(to, PARENT), to->identity, sm_attr(to, BOUND));
	if (!sm_delta_creates(to->parent) &&
		to->parent->kind != &sm_kind_foreign_table)
		sm_delta_hazard(delta, to, SM_PHASE_CREATE,
						"reads the whole table, and fails if it has rows that do not belong there");
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP,
					   "ALTER TABLE %s DETACH PARTITION %s",
					   sm_attr(from, PARENT), from->identity);
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
	.needs_query = needs_query,
	.sql_type = sql_type,
	.create = create,
	.drop = drop,
};
