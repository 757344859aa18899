/*-------------------------------------------------------------------------
 *
 * tabletype.c
 *	  That a table has its columns from a composite type.
 *
 * An object of its own, like that a table is a partition.  The table is created
 * as any other one, and made one of the type when both have the same columns.
 * While the type is changed, it is none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/table.h"

enum
{
	TYPE = SM_FIRST_ATTR
};

static const SmAttr attrs[] = {
	{ "type", 0 },
};

/* clang-format off */
/* Its place in the catalogs is a column that no table has */
static const char query[] =
	"SELECT c.oid, -1000, c.oid, 0, n.nspname, NULL::text, "
	"format('%I.%I', n.nspname, c.relname), NULL::text, NULL::text, "
	"format('%I.%I', tn.nspname, t.typname) "
	"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	"JOIN pg_type t ON t.oid = c.reloftype "
	"JOIN pg_namespace tn ON tn.oid = t.typnamespace "
	"WHERE c.relkind IN ('r', 'p') AND c.relnamespace = ANY ($1)";

static const char needs_query[] =
	"SELECT c.oid, -1000, 'pg_type'::regclass::oid, c.reloftype, 0 "
	"FROM pg_class c WHERE c.reloftype <> 0 AND c.relkind IN ('r', 'p') "
	"AND c.relnamespace = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "TABLE";
}

/* The type that the table, of the new state, is of all the time; or NULL */
const char *
sm_table_stays_of_type(const SmObject *table)
{
	for (int i = 0; i < table->children.n; i++)
	{
		const SmObject *link = table->children.item[i];

		if (link->kind == &sm_kind_table_type && !sm_delta_creates(link))
			return sm_attr(link, TYPE);
	}
	return NULL;
}

/* The server changes attributes of the type only with the tables of it */
static bool
is_disturbed(const SmObject *object, const SmObject *needed)
{
	return needed->kind == &sm_kind_composite;
}

static void
create(SmDelta *delta, const SmObject *to)
{
	/* not together with changes of columns, which are looked at first */
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "ALTER TABLE %s OF %s",
					   to->identity, sm_attr(to, TYPE));
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "ALTER TABLE %s NOT OF",
					   from->identity);
}

const SmKind sm_kind_table_type = {
	.name = "table type",
	.classid = RelationRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 53,
	.needs_query = needs_query,
	.sql_type = sql_type,
	.is_disturbed = is_disturbed,
	.create = create,
	.drop = drop,
};
