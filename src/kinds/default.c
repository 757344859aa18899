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

#include "access/htup_details.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "nodes/nodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"

#include "compat.h"
#include "deparse.h"
#include "kinds.h"
#include "kinds/column.h"
#include "kinds/table.h"
#include "snapshot.h"

enum
{
	EXPRESSION = SM_FIRST_ATTR, /* known to column.c, as is the next one */
	VOLATILE
};

static const SmAttr attrs[] = {
	{ "expression", 0 },
	{ "volatile", SM_ATTR_INFO },
};

static const char *
sql_type(const SmObject *object)
{
	return "DEFAULT";
}

/* Is there anything in an expression that could be volatile? */
static bool
may_be_volatile(const char *tree)
{
	static const char *const nodes[] = {
		"{FUNCEXPR ",		"{OPEXPR ",			  "{NEXTVALUEEXPR ",
		"{COERCETODOMAIN ", "{SQLVALUEFUNCTION ", "{COERCEVIAIO "
	};

	for (int i = 0; i < (int) lengthof(nodes); i++)
		if (strstr(tree, nodes[i]))
			return true;
	return false;
}

/* Expressions of generated columns are parts of these */
static void
read_tuple(SmReader *reader, HeapTuple tuple, TupleDesc desc)
{
	SmSnapshot *snapshot = sm_reader_snapshot(reader);
	Form_pg_attrdef form = (Form_pg_attrdef) GETSTRUCT(tuple);
	SmAddress address = { RelationRelationId, form->adrelid, form->adnum };
	SmObject *column = sm_snapshot_at(snapshot, address);
	bool isnull;
	Datum value = heap_getattr(tuple, Anum_pg_attrdef_adbin, desc, &isnull);
	SmObject *object;
	char *tree;

	if (column == NULL || column->kind != &sm_kind_column)
		return;
	tree = TextDatumGetCString(value);
	if (sm_column_is_generated(column))
	{
		sm_column_set_expression(snapshot, column, form->oid,
								 sm_deparse(snapshot, form->adrelid, tree));
		return;
	}
	object = sm_reader_add(reader, column, form->oid, 0, NULL);
	if (object == NULL)
		return;
	object->attr[EXPRESSION] =
		sm_snapshot_text(snapshot, sm_deparse(snapshot, InvalidOid, tree));
	if (may_be_volatile(tree) && contain_volatile_functions(stringToNode(tree)))
		object->attr[VOLATILE] = "t";
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
	.catalog = AttrDefaultRelationId,
	.read = read_tuple,
	.naming = SM_NAMED_AS_PARENT,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_SPLITS,
	.weight = 42,
	.sql_type = sql_type,
	.is_inline = is_inline,
	.is_disturbed = is_disturbed,
	.create = create,
	.drop = drop,
	.alter = alter,
};
