/*-------------------------------------------------------------------------
 *
 * column.c
 *	  Columns of tables.
 *
 * Their defaults are objects of their own (default.c): they may need what needs
 * the table.  The expression of a generated column, and the sequence of an
 * identity column, cannot be there without it and are part of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "coltype.h"
#include "compat.h"
#include "kinds.h"
#include "kinds/attribute.h"
#include "kinds/column.h"
#include "kinds/composite.h"
#include "kinds/foreign.h"
#include "kinds/identity.h"
#include "kinds/notnull.h"
#include "kinds/options.h"
#include "kinds/table.h"
#include "online.h"

enum
{
	TYPE = SM_FIRST_ATTR,
	COLLATION, /* if it is not that of the type */
	/* then what notnull.h and identity.h have */
	GENERATED = SM_BEHIND_IDENTITY, /* STORED, VIRTUAL */
	EXPRESSION,
	STORAGE,
	COMPRESSION,
	STATISTICS,
	OPTIONS,
	FOREIGN_OPTIONS, /* of foreign tables */
	INHERITED,
	CHECKED_DOMAIN /* its type is a domain with constraints */
};

static const SmAttr attrs[] = {
	{ "type", 0 },
	{ "collation", 0 },
	{ "not null", 0 },
	{ "not null name", SM_ATTR_INFO },
	{ "not null inherited", SM_ATTR_INFO },
	{ "not null only inherited", 0 },
	{ "not null comment", 0 },
	{ "identity", 0 },
	{ "sequence", 0 },
	{ "sequence persistence", 0 },
	{ "start", 0 },
	{ "increment", 0 },
	{ "minimum", 0 },
	{ "maximum", 0 },
	{ "cache", 0 },
	{ "cycle", 0 },
	{ "generated", 0 },
	{ "expression", 0 },
	{ "storage", 0 },
	{ "compression", 0 },
	{ "statistics", 0 },
	{ "options", SM_ATTR_LINES },
	{ "foreign options", 0 },
	{ "inherited", SM_ATTR_INFO },
	{ "checked domain", SM_ATTR_INFO },
};

/* What identity columns need is their sequence */
static const char alias_query[] =
	"SELECT classid, objid, refobjid, refobjsubid FROM pg_depend "
	"WHERE classid = 'pg_class'::regclass "
	"AND refclassid = 'pg_class'::regclass "
	"AND refobjsubid > 0 AND deptype = 'i'";

static const char *
generated_word(char generated)
{
	switch (generated)
	{
		case '\0':
			return NULL;
		case ATTRIBUTE_GENERATED_STORED:
			return "STORED";
		default:
			return "VIRTUAL";
	}
}

/* Options of a column of a foreign table, as lines; or NULL */
static const char *
foreign_options(const SmAttribute *attribute)
{
	bool isnull;
	Datum value =
		heap_getattr(attribute->tuple, Anum_pg_attribute_attfdwoptions,
					 attribute->desc, &isnull);

	return isnull
			   ? NULL
			   : sm_snapshot_text(attribute->snapshot, sm_foreign_lines(value));
}

static void
read_tuple(SmReader *reader, HeapTuple tuple, TupleDesc desc)
{
	SmObject *table = sm_attribute_relation(reader, tuple);
	SmAttribute a;
	SmObject *column;

	if (table == NULL || !sm_kind_is_table(table))
		return;
	column = sm_attribute_add(&a, reader, table, tuple, desc);
	column->attr[TYPE] = a.type.name;
	if (a.form->attcollation != a.type.collation)
		column->attr[COLLATION] =
			sm_snapshot_text(a.snapshot,
							 generate_collation_name(a.form->attcollation));
	if (a.form->attnotnull)
		column->attr[SM_NOT_NULL] = "NOT NULL";
	column->attr[SM_IDENTITY] = sm_identity_words(a.form->attidentity);
	column->attr[GENERATED] = generated_word(a.form->attgenerated);
	if (a.form->attstorage != a.type.storage)
		column->attr[STORAGE] = sm_attribute_storage(a.form->attstorage);
	column->attr[COMPRESSION] = sm_attribute_compression(&a);
	column->attr[STATISTICS] = sm_attribute_statistics(&a);
	column->attr[OPTIONS] = sm_attribute_options(&a);
	if (table->kind == &sm_kind_foreign_table)
		column->attr[FOREIGN_OPTIONS] = foreign_options(&a);
	if (a.form->attinhcount > 0 && !a.form->attislocal)
		column->attr[INHERITED] = "t";
	if (a.type.checked)
		column->attr[CHECKED_DOMAIN] = "t";
}

/* The identity of a column of a partition is that of its parent's */
static void
loaded(SmObject *column)
{
	sm_not_null_loaded(column);
	if (column->attr[SM_IDENTITY_SEQUENCE] == NULL)
		column->attr[SM_IDENTITY] = NULL;
}

static int
compare(const SmObject *a, const SmObject *b)
{
	return a->address.subid - b->address.subid;
}

/*
 * Takes the expression of a generated column.  What such a column needs is what
 * the expression needs.
 */
void
sm_column_set_expression(SmSnapshot *snapshot, SmObject *column, Oid attrdef,
						 const char *expression)
{
	SmAddress address = { AttrDefaultRelationId, attrdef, 0 };

	column->attr[EXPRESSION] = sm_snapshot_text(snapshot, expression);
	sm_snapshot_place(snapshot, address, column);
}

/* Is it a generated column? */
bool
sm_column_is_generated(const SmObject *column)
{
	return sm_attr(column, GENERATED) != NULL;
}

static const char *
sql_type(const SmObject *object)
{
	return "COLUMN";
}

/* Is it dumped with a parent only, not with its own table? */
bool
sm_column_is_only_inherited(const SmObject *column)
{
	return sm_attr_true(column, INHERITED) &&
		   !sm_table_is_partition(column->parent);
}

/* Does a parent get the column, which the table gets along with it? */
static bool
is_brought(const SmObject *column)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(column))
		if (sm_delta_creates(lfirst(lc)))
			return true;
	return false;
}

/* Does it come with INHERITS, or with the parent's ADD COLUMN? */
bool
sm_column_comes_from_parent(const SmObject *column)
{
	if (!sm_attr_true(column, INHERITED))
		return false;
	if (sm_delta_creates(column->parent))
		return sm_table_inherits(column->parent);
	if (sm_table_inherits(column->parent))
		return !sm_delta_creates(column) || is_brought(column);
	return !sm_table_is_relinked(column->parent);
}

static bool
is_inline(const SmObject *object)
{
	return !sm_column_comes_from_parent(object);
}

/* Does it belong to a foreign table, whose rows are elsewhere? */
static bool
is_foreign(const SmObject *column)
{
	return column->parent->kind == &sm_kind_foreign_table;
}

/* Generated columns can be computed again */
static bool
is_derived(const SmObject *object)
{
	return sm_attr(object, GENERATED) != NULL || is_foreign(object);
}

/* Can the server change the expression of such a column? */
static bool
can_set_expression(const SmObject *from, const SmObject *to)
{
	return SM_CAN_SET_EXPRESSION && sm_attr(from, GENERATED) &&
		   sm_text_same(sm_attr(from, GENERATED), sm_attr(to, GENERATED));
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, GENERATED))
		/* a stored one can become a plain column, and keeps its values */
		return sm_attr_is(from, GENERATED, "STORED") &&
					   sm_attr(to, GENERATED) == NULL
				   ? SM_ALTER
				   : SM_REPLACE;
	if (SM_DIFFERS(changed, EXPRESSION) && !can_set_expression(from, to))
		return SM_REPLACE;
	return SM_ALTER;
}

static bool
disturbs(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, TYPE) || SM_DIFFERS(changed, COLLATION);
}

/* The type of a column that a generated column uses cannot be changed */
static bool
is_disturbed(const SmObject *object, const SmObject *needed)
{
	return needed->kind == &sm_kind_column && needed != object &&
		   sm_attr(object, GENERATED) != NULL;
}

/* The type of the column, as SQL */
const char *
sm_column_type(const SmObject *column)
{
	return sm_attr(column, TYPE);
}

/* The table of the column, as ALTER TABLE is to name it */
static const char *
table_of(const SmObject *column)
{
	return sm_table_only(column->parent);
}

/* The storage of the column, if it is not that of its type; or NULL */
const char *
sm_column_storage(const SmObject *column)
{
	return sm_attr(column, STORAGE);
}

/* The default that is created along with the column, or NULL */
static const SmObject *
default_of(const SmObject *column)
{
	for (int i = 0; i < column->children.n; i++)
		if (column->children.item[i]->kind == &sm_kind_default)
			return column->children.item[i];
	return NULL;
}

static bool
parent_has_default(const SmObject *column)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(column))
		if (default_of(lfirst(lc)))
			return true;
	return false;
}

/*
 * What stands in CREATE TABLE although the column comes from a parent, or NULL
 */
char *
sm_column_constraint(const SmObject *column)
{
	return sm_column_comes_from_parent(column) ? sm_not_null_constraint(column)
											   : NULL;
}

/* The column, without what needs every row to have a value if that is to wait */
static char *
definition(const SmObject *column, bool waits)
{
	const SmObject *def = waits ? NULL : default_of(column);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "%s %s", quote_identifier(column->name),
					 sm_attr(column, TYPE));
	if (sm_attr(column, COLLATION))
		appendStringInfo(&sql, " COLLATE %s", sm_attr(column, COLLATION));
	if (def && sm_delta_is_inline(def))
		appendStringInfo(&sql, " DEFAULT %s", sm_attr(def, SM_FIRST_ATTR));
	if (sm_attr(column, GENERATED) &&
		(SM_CAN_REPEAT_EXPRESSION || !sm_table_inherits(column->parent) ||
		 !sm_delta_creates(column->parent) ||
		 !sm_table_parent_has(column, GENERATED)))
		appendStringInfo(&sql, " GENERATED ALWAYS AS (%s) %s",
						 sm_attr(column, EXPRESSION),
						 sm_attr(column, GENERATED));
	if (!waits)
		appendStringInfo(&sql, "%s%s", sm_not_null_clause(column),
						 sm_identity_clause(column));
	return sql.data;
}

/* The column as it stands in CREATE TABLE and behind ADD COLUMN */
char *
sm_column_definition(const SmObject *column)
{
	return definition(column, false);
}

/* What cannot stand in the definition */
static void
set_physical(SmDelta *delta, const SmObject *from, const SmObject *to,
			 SmPhase phase, uint64 set)
{
	const char *table = table_of(to);
	const char *name = quote_identifier(to->name);

	if (SM_DIFFERS(set, STORAGE))
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET STORAGE %s", name,
							 sm_coltype_storage(sm_attr(to, STORAGE),
												sm_attr(to, TYPE)));
	if (SM_DIFFERS(set, COMPRESSION))
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET COMPRESSION %s", name,
							 sm_text_or(sm_attr(to, COMPRESSION), "default"));
	if (SM_DIFFERS(set, STATISTICS))
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s SET STATISTICS %s", name,
							 sm_text_or(sm_attr(to, STATISTICS), "-1"));
	if (SM_DIFFERS(set, OPTIONS))
	{
		const char *old_options = from ? sm_attr(from, OPTIONS) : NULL;
		char *gone = sm_options_reset(old_options, sm_attr(to, OPTIONS));
		char *come = sm_options_set(old_options, sm_attr(to, OPTIONS));

		if (gone)
			sm_delta_alter_table(delta, to, phase, table,
								 "ALTER COLUMN %s RESET (%s)", name, gone);
		if (come)
			sm_delta_alter_table(delta, to, phase, table,
								 "ALTER COLUMN %s SET (%s)", name, come);
	}
	if (SM_DIFFERS(set, FOREIGN_OPTIONS))
		sm_delta_alter_table(delta, to, phase, table,
							 "ALTER COLUMN %s OPTIONS (%s)", name,
							 sm_foreign_change(from ? sm_attr(from,
															  FOREIGN_OPTIONS)
													: NULL,
											   sm_attr(to, FOREIGN_OPTIONS),
											   NULL, NULL));
}

/* Those that cannot stand in the definition are set when the table is there */
static void
set_others(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	uint64 set = 0;

	for (int i = STORAGE; i <= FOREIGN_OPTIONS; i++)
		if (sm_attr(to, i) || (i <= COMPRESSION && sm_table_parent_has(to, i)))
			set |= SM_BIT(i);
	if (set)
		set_physical(delta, NULL, to, phase, set);
	if (default_of(to) == NULL && sm_attr(to, GENERATED) == NULL &&
		parent_has_default(to))
		sm_delta_alter_table(delta, to, phase, table_of(to),
							 "ALTER COLUMN %s DROP DEFAULT",
							 quote_identifier(to->name));
	sm_not_null_created(delta, to);
}

/* Called for columns that are created with the table, too */
static void
set_new(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	set_others(delta, to, phase);
	sm_identity_created(delta, to, SM_PHASE_CREATE);
}

/*
 * Has the table a primary key until the column is filled, in which it is not?
 * One that another one of the name replaces is there until then.
 */
static bool
has_lasting_key(const SmDelta *delta, const SmObject *column)
{
	const SmObject *table = column->parent;

	for (int i = 0; i < table->children.n; i++)
	{
		const SmObject *key = table->children.item[i];

		if (key->kind == &sm_kind_constraint && sm_constraint_is_primary(key))
			return sm_delta_creates(key)
					   ? sm_online_aside(delta, key)
					   : !sm_objects_contain(&key->needs, column);
	}
	return false;
}

/*
 * What rows that are there can get in batches, as SQL: the default of the
 * column, or the next number of its identity; NULL: they cannot
 */
static const char *
value_to_fill(const SmDelta *delta, const SmObject *to)
{
	const SmObject *def = default_of(to);

	if (!sm_online_table(delta, to->parent) ||
		sm_attr_true(to, CHECKED_DOMAIN) || !has_lasting_key(delta, to))
		return NULL;
	if (sm_identity_can_wait(to))
		return sm_identity_early_value(to);
	return def && sm_attr_true(def, SM_FIRST_ATTR + 1) &&
				   sm_delta_is_inline(def)
			   ? sm_attr(def, SM_FIRST_ATTR)
			   : NULL;
}

/*
 * Adds the column, which rows that come have a value in, then gives one to
 * those that are there, then says that all have one.
 */
static void
create_filled(SmDelta *delta, const SmObject *to, const char *value)
{
	const char *table = to->parent->identity;
	const char *name = quote_identifier(to->name);
	bool is_identity = sm_attr(to, SM_IDENTITY) != NULL;

	if (is_identity)
		sm_identity_begin(delta, to, SM_PHASE_CREATE);
	sm_delta_alter_table(delta, to, SM_PHASE_CREATE, table, "ADD COLUMN %s",
						 definition(to, true));
	sm_delta_alter_table(delta, to, SM_PHASE_CREATE, table,
						 "ALTER COLUMN %s SET DEFAULT %s", name, value);
	set_others(delta, to, SM_PHASE_DRESS);
	sm_delta_statement(delta, to, SM_PHASE_FINISH,
					   "CALL schemamig.backfill(%s, %s, condition => %s)",
					   quote_literal_cstr(table),
					   quote_literal_cstr(psprintf("%s = %s", name, value)),
					   quote_literal_cstr(psprintf("%s IS NULL", name)));
	sm_delta_outside(delta, to, SM_PHASE_FINISH);
	sm_delta_hazard(delta, to, SM_PHASE_FINISH,
					"updates all rows, in batches; triggers fire for them");
	if (sm_attr(to, SM_NOT_NULL))
		sm_not_null_add_online(delta, to, SM_PHASE_FINISH, SM_PHASE_FINISH);
	if (is_identity)
		sm_identity_end(delta, to, SM_PHASE_FINISH);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	const SmObject *def = default_of(to);
	bool filled = sm_attr_is(to, GENERATED, "STORED") ||
				  sm_attr(to, SM_IDENTITY) ||
				  sm_attr_true(to, CHECKED_DOMAIN) ||
				  (def && sm_attr_true(def, SM_FIRST_ATTR + 1));
	const char *value;

	if (sm_column_comes_from_parent(to))
	{
		set_new(delta, to, SM_PHASE_DRESS);
		return;
	}
	value = value_to_fill(delta, to);
	if (value)
	{
		create_filled(delta, to, value);
		return;
	}
	sm_not_null_take_over(delta, to, SM_PHASE_CREATE);
	sm_delta_alter_table(delta, to, SM_PHASE_CREATE, to->parent->identity,
						 "ADD COLUMN %s", sm_column_definition(to));
	if (is_foreign(to))
		;
	else if (filled)
		sm_delta_rewrites(delta, to, SM_PHASE_CREATE);
	else if (*sm_not_null_clause(to) != '\0' && def == NULL)
		sm_delta_hazard(delta, to, SM_PHASE_CREATE,
						"fails if the table has rows: the column is NOT NULL and has no default");
	set_new(delta, to, SM_PHASE_DRESS);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	if (sm_attr_true(from, INHERITED) && !sm_table_is_relinked(from->parent) &&
		sm_table_keeps_source(from))
		return;
	sm_not_null_drop(delta, from);
	sm_delta_alter_table(delta, from, SM_PHASE_DROP, from->parent->identity,
						 "DROP COLUMN %s%s",
						 sm_attr_true(from, INHERITED) &&
								 sm_table_may_lose(from)
							 ? "IF EXISTS "
							 : "",
						 quote_identifier(from->name));
	if (!is_derived(from))
		sm_delta_hazard(delta, from, SM_PHASE_DROP,
						"the column is dropped, with all its values");
}

/* How values of the column are converted to its new type */
static SmTypeChange
type_change(const SmObject *from, const SmObject *to)
{
	const char *name = quote_identifier(to->name);
	SmTypeChange recast = { psprintf("%s::%s", name, sm_attr(to, TYPE)), true,
							NULL };

	if (sm_text_same(sm_attr(from, TYPE), sm_attr(to, TYPE)) &&
		sm_composite_is_recast(from))
		return recast;
	return sm_coltype_change(sm_attr(from, TYPE), sm_attr(to, TYPE), name);
}

static void
change_type(SmDelta *delta, const SmObject *from, const SmObject *to,
			uint64 changed)
{
	const char *collation = sm_attr(to, COLLATION);
	SmTypeChange change = { 0 };

	/* another collation alone changes no value */
	if (SM_DIFFERS(changed, TYPE))
		change = type_change(from, to);
	if (is_foreign(to))
		memset(&change, 0, sizeof(change));

	sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
						 "ALTER COLUMN %s TYPE %s%s%s%s%s",
						 quote_identifier(to->name), sm_attr(to, TYPE),
						 collation ? " COLLATE " : "",
						 sm_text_or(collation, ""),
						 change.using_clause ? " USING " : "",
						 sm_text_or(change.using_clause, ""));
	sm_delta_pass(to, SM_PHASE_ALTER, SM_PASS_TYPE);
	if (change.rewrites)
		sm_delta_rewrites(delta, to, SM_PHASE_ALTER);
	if (change.hazard)
		sm_delta_hazard(delta, to, SM_PHASE_ALTER, "%s", change.hazard);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	bool inherited = sm_attr_true(to, INHERITED) &&
					 !sm_table_is_relinked(to->parent) &&
					 sm_table_keeps_source(to);

	sm_identity_drop(delta, from, to);
	if (SM_DIFFERS(changed, GENERATED))
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ALTER COLUMN %s DROP EXPRESSION",
							 quote_identifier(to->name));
	if (disturbs(from, to, changed) && !inherited)
	{
		change_type(delta, from, to, changed);
		/* the new type comes with its own */
		for (int i = STORAGE; i <= COMPRESSION; i++)
			if (sm_attr(to, i))
				changed |= SM_BIT(i);
	}
	if (SM_DIFFERS(changed, EXPRESSION) && sm_attr(to, EXPRESSION))
	{
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ALTER COLUMN %s SET EXPRESSION AS (%s)",
							 quote_identifier(to->name),
							 sm_attr(to, EXPRESSION));
		sm_delta_pass(to, SM_PHASE_ALTER, SM_PASS_EXPRESSION);
		if (sm_attr_is(to, GENERATED, "STORED") && !is_foreign(to))
			sm_delta_rewrites(delta, to, SM_PHASE_ALTER);
	}
	if (SM_DIFFERS(changed, SM_NOT_NULL) ||
		SM_DIFFERS(changed, SM_NOT_NULL_ONLY_INHERITED))
		sm_not_null_change(delta, from, to, disturbs(from, to, changed));
	if (sm_attr(to, SM_NOT_NULL) && SM_DIFFERS(changed, SM_NOT_NULL_COMMENT))
		sm_not_null_comment(delta, to);
	sm_identity_change(delta, from, to, changed);
	set_physical(delta, from, to, SM_PHASE_ALTER, changed);
}

const SmKind sm_kind_column = {
	.name = "column",
	.classid = RelationRelationId,
	.parent_class = RelationRelationId,
	.catalog = AttributeRelationId,
	.read = read_tuple,
	.naming = SM_NAMED_IN_PARENT,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_HOLDS_DATA,
	.weight = 41,
	.acl_type = 'c',
	.alias_query = alias_query,
	.aliased = sm_identity_aliased,
	.loaded = loaded,
	.compare = compare,
	.part_comment = SM_NOT_NULL_COMMENT,
	.type_attribute = TYPE,
	.collation_attribute = COLLATION,
	.sql_type = sql_type,
	.is_inline = is_inline,
	.is_derived = is_derived,
	.fate = fate,
	.disturbs = disturbs,
	.is_disturbed = is_disturbed,
	.create = create,
	.drop = drop,
	.alter = alter,
	.created_inline = set_new,
};
