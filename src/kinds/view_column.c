/*-------------------------------------------------------------------------
 *
 * view_column.c
 *	  Columns of views and materialized views.
 *
 * They come and go with their view.  All of them are read, not only those
 * that have something of their own: a comment that only one of both states has
 * is a column that differs, not one that is dropped from under other views.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/attribute.h"
#include "kinds/options.h"
#include "query.h"

enum
{
	DEFAULT = SM_FIRST_ATTR, /* of views; all others, of materialized views */
	STATISTICS,
	STORAGE,
	COMPRESSION,
	OPTIONS,
	TYPE_STORAGE /* what STORAGE is when it is not set */
};

static const SmAttr attrs[] = {
	{ "default", 0 },
	{ "statistics", 0 },
	{ "storage", 0 },
	{ "compression", 0 },
	{ "options", SM_ATTR_LINES },
	{ "type storage", SM_ATTR_INFO },
};

static SmQuery default_query = {
	.sql = "SELECT oid, pg_get_expr(adbin, adrelid) FROM pg_attrdef "
		   "WHERE adrelid = $1 AND adnum = $2",
	.mode = SM_READ_LATEST,
	.nargs = 2,
	.argtypes = { OIDOID, INT2OID }
};

/* Few columns of views have a default */
static void
read_default(const SmAttribute *attribute, SmObject *column)
{
	Datum args[] = { ObjectIdGetDatum(attribute->form->attrelid),
					 Int16GetDatum(attribute->form->attnum) };
	SmRows *rows = sm_query(&default_query, args, NULL);
	SmAddress address = { AttrDefaultRelationId, InvalidOid, 0 };
	bool isnull;

	if (rows->n == 0)
		return;
	address.objid = DatumGetObjectId(sm_rows_datum(rows, 0, 1, &isnull));
	column->attr[DEFAULT] =
		sm_snapshot_text(attribute->snapshot, sm_rows_text(rows, 0, 2));
	sm_snapshot_place(attribute->snapshot, address, column);
}

static void
read_tuple(SmReader *reader, HeapTuple tuple, TupleDesc desc)
{
	SmObject *view = sm_attribute_relation(reader, tuple);
	SmAttribute a;
	SmObject *column;

	if (view == NULL || (view->kind != &sm_kind_view &&
						 view->kind != &sm_kind_materialized_view))
		return;
	column = sm_attribute_add(&a, reader, view, tuple, desc);
	if (a.form->atthasdef)
		read_default(&a, column);
	column->attr[STATISTICS] = sm_attribute_statistics(&a);
	column->attr[COMPRESSION] = sm_attribute_compression(&a);
	column->attr[OPTIONS] = sm_attribute_options(&a);
	if (view->kind != &sm_kind_materialized_view)
		return;
	if (a.form->attstorage != a.type.storage)
		column->attr[STORAGE] = sm_attribute_storage(a.form->attstorage);
	column->attr[TYPE_STORAGE] = sm_attribute_storage(a.type.storage);
}

static int
compare(const SmObject *a, const SmObject *b)
{
	return a->address.subid - b->address.subid;
}

static const char *
sql_type(const SmObject *object)
{
	return "COLUMN";
}

static bool
is_inline(const SmObject *object)
{
	for (int i = DEFAULT; i <= OPTIONS; i++)
		if (sm_attr(object, i))
			return false;
	return true;
}

/* One subcommand for each attribute, which all kinds of relations know */
static void
settle(SmDelta *delta, const SmObject *from, const SmObject *to, SmPhase phase,
	   uint64 changed)
{
	const char *table = to->parent->identity;
	const char *name = quote_identifier(to->name);
	const char *old_options = from ? sm_attr(from, OPTIONS) : NULL;
	char *set = sm_options_set(old_options, sm_attr(to, OPTIONS));
	char *reset = sm_options_reset(old_options, sm_attr(to, OPTIONS));

	if (SM_DIFFERS(changed, DEFAULT))
		sm_delta_alter_table(delta, to, phase, table, "ALTER COLUMN %s %s%s",
							 name,
							 sm_attr(to, DEFAULT) ? "SET DEFAULT "
												  : "DROP DEFAULT",
							 sm_text_or(sm_attr(to, DEFAULT), ""));
	if (SM_DIFFERS(changed, STATISTICS))
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET STATISTICS %s", name,
							 sm_text_or(sm_attr(to, STATISTICS), "-1"));
	if (SM_DIFFERS(changed, STORAGE))
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET STORAGE %s", name,
							 sm_text_or(sm_attr(to, STORAGE),
										sm_attr(to, TYPE_STORAGE)));
	if (SM_DIFFERS(changed, COMPRESSION))
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET COMPRESSION %s", name,
							 sm_text_or(sm_attr(to, COMPRESSION), "default"));
	if (SM_DIFFERS(changed, OPTIONS) && reset)
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s RESET (%s)", name, reset);
	if (SM_DIFFERS(changed, OPTIONS) && set)
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET (%s)", name, set);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	uint64 set = 0;

	for (int i = DEFAULT; i <= OPTIONS; i++)
		if (sm_attr(to, i))
			set |= SM_BIT(i);
	settle(delta, NULL, to, SM_PHASE_CREATE, set);
}

/* A column goes with its view, and with nothing else */
static void
drop(SmDelta *delta, const SmObject *from)
{
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	settle(delta, from, to, SM_PHASE_ALTER, changed);
}

const SmKind sm_kind_view_column = {
	.name = "view column",
	.classid = RelationRelationId,
	.parent_class = RelationRelationId,
	.catalog = AttributeRelationId,
	.read = read_tuple,
	.compare = compare,
	.naming = SM_NAMED_IN_PARENT,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 61,
	.acl_type = 'c',
	.sql_type = sql_type,
	.is_inline = is_inline,
	.create = create,
	.drop = drop,
	.alter = alter,
};
