/*-------------------------------------------------------------------------
 *
 * default.c
 *	  Defaults of columns.
 *
 * Not the expressions of generated columns, which are part of these.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "nodes/nodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/table.h"

enum
{
	EXPRESSION = SM_FIRST_ATTR, /* known to column.c, as is the next one */
	VOLATILE
};

static const SmAttr attrs[] = {
	{ "expression", 0 },
	{ "volatile", SM_ATTR_INFO },
};

/* clang-format off */
static const char query[] =
	"SELECT d.oid, 0, d.adrelid, d.adnum::int4, n.nspname, a.attname, "
	"format('%I.%I.%I', n.nspname, c.relname, a.attname), "
	"NULL::text, NULL::text, pg_get_expr(d.adbin, d.adrelid), "
	"CASE WHEN d.adbin::text LIKE '%{FUNCEXPR %' "
	"OR d.adbin::text LIKE '%{OPEXPR %' "
	"OR d.adbin::text LIKE '%{NEXTVALUEEXPR %' "
	"OR d.adbin::text LIKE '%{COERCETODOMAIN %' "
	"OR d.adbin::text LIKE '%{SQLVALUEFUNCTION %' "
	"OR d.adbin::text LIKE '%{COERCEVIAIO %' THEN d.adbin::text END "
	"FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid "
	"JOIN pg_namespace n ON n.oid = c.relnamespace "
	"JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum "
	"WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' "
	"AND a.attgenerated = '' AND c.relnamespace = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "DEFAULT";
}

/* The query has read the expression's tree where it may be volatile */
static void
loaded(SmObject *object)
{
	const char *tree = object->attr[VOLATILE];

	if (tree == NULL)
		return;
	object->attr[VOLATILE] =
		contain_volatile_functions(stringToNode(tree)) ? "t" : NULL;
}

static bool
is_inline(const SmObject *object)
{
	return !sm_column_comes_from_parent(object->parent);
}

/*
 * The server casts a default when the type of its column changes, and may not
 * be able to.  If the default changes too, there is no need for that.
 */
static bool
is_disturbed(const SmObject *object, const SmObject *needed)
{
	return needed == object->parent && object->fate == SM_ALTER;
}

static void
set_default(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	sm_delta_alter_table(delta, to, phase, sm_table_only(to->parent->parent),
						 "ALTER COLUMN %s SET DEFAULT %s",
						 quote_identifier(to->name), sm_attr(to, EXPRESSION));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	set_default(delta, to, SM_PHASE_CREATE);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	set_default(delta, to, SM_PHASE_ALTER);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_alter_table(delta, from, SM_PHASE_DROP,
						 sm_table_only(from->parent->parent),
						 "ALTER COLUMN %s DROP DEFAULT",
						 quote_identifier(from->name));
}

const SmKind sm_kind_default = {
	.name = "default",
	.classid = AttrDefaultRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_SPLITS,
	.weight = 42,
	.sql_type = sql_type,
	.loaded = loaded,
	.is_inline = is_inline,
	.is_disturbed = is_disturbed,
	.create = create,
	.drop = drop,
	.alter = alter,
};
