/*-------------------------------------------------------------------------
 *
 * index.c
 *	  Indexes of tables and materialized views.
 *
 * Those of constraints belong to these.  The definition is put together from
 * columns of pg_index, and the server asked for expressions only:
 * pg_get_indexdef() opens the table, and with many indexes it would take most
 * of the time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "compat.h"
#include "deparse.h"
#include "kinds.h"
#include "kinds/options.h"
#include "kinds/relation.h"
#include "kinds/table.h"
#include "online.h"
#include "query.h"

enum
{
	UNIQUE = SM_FIRST_ATTR,
	METHOD,
	COLUMNS,
	INCLUDE,
	NULLS_NOT_DISTINCT,
	PREDICATE,
	OPTIONS,
	TABLESPACE,
	STATISTICS, /* lines "column target", of expressions */
	INVALID,
	PARENT, /* the index that it is a partition of */
	CLUSTERED,
	REPLICA_IDENTITY
};

static const SmAttr attrs[] = {
	{ "unique", 0 },
	{ "method", 0 },
	{ "columns", 0 },
	{ "include", 0 },
	{ "nulls not distinct", 0 },
	{ "predicate", 0 },
	{ "options", SM_ATTR_LINES },
	{ "tablespace", 0 },
	{ "statistics", 0 },
	{ "invalid", 0 },
	{ "parent", 0 },
	{ "clustered", 0 },
	{ "replica identity", 0 },
};

/* What the query has for complete() */
enum
{
	ROW_N_KEYS = SM_ROW_ATTRS + lengthof(attrs),
	ROW_KEY,
	ROW_CLASS,
	ROW_COLLATION,
	ROW_OPTION,
	ROW_PREDICATE
};

/* clang-format off */
static const char query[] =
	"SELECT i.indexrelid, 0, i.indrelid, 0, NULL::name, x.relname, NULL::text, "
	"NULL::text, NULL::text, "
	"i.indisunique, m.amname, NULL::text, NULL::text, i.indnullsnotdistinct, "
	"NULL::text, "
	SM_SQL_OPTIONS("x.reloptions") ", quote_ident(s.spcname), "
	"CASE WHEN i.indexprs IS NOT NULL THEN "
	"(SELECT string_agg(e.attnum || ' ' || e.attstattarget, E'\\n' "
	"ORDER BY e.attnum) FROM pg_attribute e "
	"WHERE e.attrelid = i.indexrelid AND e.attstattarget >= 0) END, "
	"NOT i.indisvalid, "
	"CASE WHEN x.relispartition THEN ("
	"SELECT format('%I.%I', n.nspname, p.relname) FROM pg_inherits h "
	"JOIN pg_class p ON p.oid = h.inhparent "
	"JOIN pg_namespace n ON n.oid = p.relnamespace "
	"WHERE h.inhrelid = i.indexrelid) END, "
	SM_SQL_INDEX_MARKS ", "
	"i.indnkeyatts, i.indkey, i.indclass, i.indcollation, i.indoption, "
	"i.indpred "
	"FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid "
	"JOIN pg_am m ON m.oid = x.relam "
	"LEFT JOIN pg_tablespace s ON s.oid = x.reltablespace "
	"WHERE x.relnamespace = ANY ($1)";
/* clang-format on */

/* Is there an operator class that a column of just that type has by default? */
static bool
has_default_class(Oid method, Oid type)
{
	CatCList *classes =
		SearchSysCacheList1(CLAAMNAMENSP, ObjectIdGetDatum(method));
	bool found = false;

	for (int i = 0; i < classes->n_members && !found; i++)
	{
		Form_pg_opclass form =
			(Form_pg_opclass) GETSTRUCT(&classes->members[i]->tuple);

		found = form->opcdefault && form->opcintype == type;
	}
	ReleaseSysCacheList(classes);
	return found;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Options of an operator class, as they stand behind its name */
static void
append_class_options(StringInfo sql, Datum options)
{
	List *list = sm_text_array_to_list(options);
	int n = list_length(list);
	char **text = palloc_array(char *, n + 1);

	for (int i = 0; i < n; i++)
		text[i] = list_nth(list, i);
	qsort(text, n, sizeof(char *), compare_texts);
	for (int i = 0; i < n; i++)
	{
		const char *value = strchrnul(text[i], '=');

		appendStringInfo(sql, "%s%s=%s", i == 0 ? " (" : ", ",
						 quote_identifier(pnstrdup(text[i], value - text[i])),
						 quote_literal_cstr(*value ? value + 1 : value));
	}
	appendStringInfoChar(sql, ')');
}

/* Those that the server brings along have none for the usual methods */
static Datum
class_options(Form_pg_opclass form, Oid index, int16 number)
{
	if (form->opcnamespace == PG_CATALOG_NAMESPACE &&
		(form->opcmethod == BTREE_AM_OID || form->opcmethod == HASH_AM_OID ||
		 form->opcmethod == GIN_AM_OID))
		return (Datum) 0;
	return get_attoptions(index, number);
}

/* The operator class, if it is not the one that the server would choose */
static void
append_class(StringInfo sql, Oid class, Oid type, Oid index, int16 number)
{
	HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(class));
	Form_pg_opclass form;
	const char *name;
	Datum options;

	if (!HeapTupleIsValid(tuple))
		sm_snapshot_outdated();
	form = (Form_pg_opclass) GETSTRUCT(tuple);
	name = NameStr(form->opcname);
	options = class_options(form, index, number);
	if (!form->opcdefault || options ||
		(OidIsValid(type) && form->opcintype != type &&
		 has_default_class(form->opcmethod, type)))
		appendStringInfo(sql, " %s",
						 form->opcnamespace == PG_CATALOG_NAMESPACE
							 ? quote_identifier(name)
							 : sm_name_in_schema(form->opcnamespace, name));
	if (options)
		append_class_options(sql, options);
	ReleaseSysCache(tuple);
}

/* A column of an index, or an expression, for which column is NULL */
static void
append_column(StringInfo sql, const SmObject *column, Oid index, int16 number)
{
	if (sql->len > 0)
		appendStringInfoString(sql, ", ");
	if (column)
		appendStringInfoString(sql, quote_identifier(column->name));
	else
		appendStringInfoString(sql,
							   TextDatumGetCString(
								   DirectFunctionCall3(pg_get_indexdef_ext,
													   ObjectIdGetDatum(index),
													   Int32GetDatum(number),
													   BoolGetDatum(false))));
}

static const SmObject *
column_of(const SmSnapshot *snapshot, const SmObject *table, int16 number)
{
	SmAddress address = table->address;
	const SmObject *column;

	if (number == 0)
		return NULL;
	address.subid = number;
	column = sm_snapshot_at(snapshot, address);
	if (column == NULL || column == table)
		sm_snapshot_outdated(); /* added after those of the table were read */
	return column;
}

/* Puts columns together from what pg_index says of them */
static void
complete(SmSnapshot *snapshot, SmObject *object, TupleTableSlot *row)
{
	static const char *const order[] = { "", " DESC NULLS LAST", " NULLS FIRST",
										 " DESC" };
	const Datum *value = row->tts_values;
	int n_keys = DatumGetInt16(value[ROW_N_KEYS]);
	const int2vector *key = (int2vector *) DatumGetPointer(value[ROW_KEY]);
	const oidvector *class = (oidvector *) DatumGetPointer(value[ROW_CLASS]);
	const oidvector *collation =
		(oidvector *) DatumGetPointer(value[ROW_COLLATION]);
	const int2vector *option =
		(int2vector *) DatumGetPointer(value[ROW_OPTION]);
	Oid index = object->address.objid;
	StringInfoData columns;
	StringInfoData included;

	initStringInfo(&columns);
	initStringInfo(&included);
	for (int i = 0; i < key->dim1; i++)
	{
		const SmObject *column =
			column_of(snapshot, object->parent, key->values[i]);

		if (i >= n_keys)
		{
			append_column(&included, column, index, i + 1);
			continue;
		}
		append_column(&columns, column, index, i + 1);
		/* of an expression it is not known what it would have without */
		if (OidIsValid(collation->values[i]) &&
			collation->values[i] !=
				(column ? column->collation : DEFAULT_COLLATION_OID))
			appendStringInfo(&columns, " COLLATE %s",
							 generate_collation_name(collation->values[i]));
		append_class(&columns, class->values[i],
					 column ? column->type : InvalidOid, index, i + 1);
		appendStringInfoString(&columns, order[option->values[i] & 3]);
	}
	object->attr[COLUMNS] = sm_snapshot_text(snapshot, columns.data);
	if (!row->tts_isnull[ROW_PREDICATE])
		object->attr[PREDICATE] =
			sm_snapshot_text(snapshot,
							 sm_deparse(snapshot, object->parent->address.objid,
										TextDatumGetCString(
											value[ROW_PREDICATE])));
	if (included.len > 0)
		object->attr[INCLUDE] = sm_snapshot_text(snapshot, included.data);
}

static const char *
sql_type(const SmObject *object)
{
	return "INDEX";
}

/* Is the object a unique index, not that of a constraint? */
bool
sm_index_is_unique(const SmObject *object)
{
	return object->kind == &sm_kind_index && sm_attr_true(object, UNIQUE);
}

/*
 * Is it an index of a partitioned table that not all of its partitions have?
 */
bool
sm_index_is_partial(const SmObject *index)
{
	return sm_attr_true(index, INVALID) &&
		   sm_table_is_partitioned(index->parent);
}

/*
 * Is the partial index to have a part that it does not have, or one that is not
 * to be partial any more?
 */
static bool
gains_part(const SmObject *from, const SmObject *to)
{
	for (int i = 0; sm_index_is_partial(from) && i < to->owned.n; i++)
	{
		const SmObject *part = to->owned.item[i];
		const SmObject *old =
			sm_snapshot_find(from->snapshot, part->kind, part->identity);

		if (old == NULL || !sm_objects_contain(&from->owned, old) ||
			(part->kind == &sm_kind_index && gains_part(old, part)))
			return true;
	}
	return false;
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	for (int i = UNIQUE; i <= PREDICATE; i++)
		if (SM_DIFFERS(changed, i))
			return SM_REPLACE;
	/* attached to another index, or to none any more */
	if (SM_DIFFERS(changed, PARENT) && sm_attr(from, PARENT))
		return SM_REPLACE;
	/* one of a partitioned table becomes valid with the last of its parts */
	return SM_DIFFERS(changed, INVALID) && !gains_part(from, to) ? SM_REPLACE
																 : SM_ALTER;
}

/* The index, with that name, and what is to stand behind INDEX and ON */
static char *
definition(const SmObject *to, const char *name, const char *how,
		   const char *only)
{
	char *options = sm_options_text(sm_attr(to, OPTIONS));
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE %sINDEX %s%s ON %s%s USING %s (%s)",
					 sm_attr_true(to, UNIQUE) ? "UNIQUE " : "", how,
					 quote_identifier(name), only, to->parent->identity,
					 sm_attr(to, METHOD), sm_attr(to, COLUMNS));
	if (sm_attr(to, INCLUDE))
		appendStringInfo(&sql, " INCLUDE (%s)", sm_attr(to, INCLUDE));
	if (sm_attr_true(to, NULLS_NOT_DISTINCT))
		appendStringInfoString(&sql, " NULLS NOT DISTINCT");
	if (options)
		appendStringInfo(&sql, " WITH (%s)", options);
	if (sm_attr(to, TABLESPACE))
		appendStringInfo(&sql, " TABLESPACE %s", sm_attr(to, TABLESPACE));
	if (sm_attr(to, PREDICATE))
		appendStringInfo(&sql, " WHERE %s", sm_attr(to, PREDICATE));
	return sql.data;
}

static void
set_statistics(SmDelta *delta, const SmObject *to, SmPhase phase,
			   const char *lines, const char *others)
{
	while (lines && *lines)
	{
		int length = (int) strcspn(lines, "\n");
		int name = (int) strcspn(lines, " ");

		if (others == NULL)
			sm_delta_statement(delta, to, phase,
							   "ALTER INDEX %s ALTER COLUMN %.*s SET STATISTICS %.*s",
							   to->identity, name, lines, length - name - 1,
							   lines + name + 1);
		else
			sm_delta_statement(delta, to, phase,
							   "ALTER INDEX %s ALTER COLUMN %.*s SET STATISTICS %s",
							   to->identity, name, lines, others);
		lines += lines[length] ? length + 1 : length;
	}
}

/* Does the index that this one is a partition of stay as it is? */
static bool
parent_stays(const SmObject *to)
{
	for (int i = 0; i < to->owners.n; i++)
		if (sm_delta_creates(to->owners.item[i]))
			return false;
	for (int i = 0; i < to->parent->children.n; i++)
	{
		const SmObject *link = to->parent->children.item[i];

		/* attaching the table attaches its indexes */
		if (link->kind == &sm_kind_partition && sm_delta_creates(link))
			return false;
	}
	return true;
}

static bool
is_part_of_partial(const SmObject *to)
{
	for (int i = 0; i < to->owners.n; i++)
		if (sm_index_is_partial(to->owners.item[i]))
			return true;
	return false;
}

static void
attach(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	bool partial = is_part_of_partial(to);

	if (sm_attr(to, PARENT) && (partial || parent_stays(to)))
		sm_delta_statement(delta, to, partial ? SM_PHASE_DRESS : phase,
						   "ALTER INDEX %s ATTACH PARTITION %s",
						   sm_attr(to, PARENT), to->identity);
}

static void
build_locking(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "%s",
					   definition(to, to->name, "",
								  sm_index_is_partial(to) ? "ONLY " : ""));
	if (!sm_delta_creates(to->parent))
		sm_delta_hazard(delta, to, SM_PHASE_CREATE,
						"writes to the table wait until the index is built%s",
						sm_attr_true(to, UNIQUE)
							? "; fails if there are duplicates"
							: "");
}

/* The part of the index on that partition, or NULL */
static const SmObject *
part_on(const SmObject *index, const SmObject *partition)
{
	for (int i = 0; i < index->owned.n; i++)
		if (index->owned.item[i]->parent == partition)
			return index->owned.item[i];
	return NULL;
}

/*
 * Is every partition, and its part of the index or of the constraint with one,
 * among what is compared?
 */
bool
sm_index_has_all_parts(const SmObject *to)
{
	for (int i = 0; i < to->parent->users.n; i++)
	{
		const SmObject *link = to->parent->users.item[i];
		const SmObject *part;

		if (!sm_table_is_linked(to->parent, link))
			continue;
		part = part_on(to, link->parent);
		if (part == NULL || part->ignored || link->ignored)
			return false;
	}
	return true;
}

/*
 * Is it an index of a partitioned table that is made of parts which are built
 * one by one?
 */
bool
sm_index_built_of_parts(const SmDelta *delta, const SmObject *index)
{
	return sm_online_table(delta, index->parent) &&
		   sm_table_is_partitioned(index->parent) &&
		   sm_index_has_all_parts(index);
}

/*
 * An index of a partitioned table is nothing but its parts: it is made of those
 * that are built by then.  Those of tables that are attached later come along.
 */
static void
build_of_parts(SmDelta *delta, const SmObject *to, SmPhase phase,
			   const char *name)
{
	bool aside = phase == SM_PHASE_PREPARE;

	sm_delta_statement(delta, to, phase, "%s",
					   definition(to, name, "", "ONLY "));
	for (int i = 0; i < to->parent->users.n; i++)
	{
		const SmObject *link = to->parent->users.item[i];
		const SmObject *part;

		if (!sm_table_is_linked(to->parent, link) || sm_delta_creates(link))
			continue;
		part = part_on(to, link->parent);
		sm_delta_statement(delta, to, phase,
						   "ALTER INDEX %s ATTACH PARTITION %s",
						   quote_qualified_identifier(to->schema, name),
						   quote_qualified_identifier(part->schema,
													  aside &&
															  sm_online_aside(delta,
																			  part)
														  ? sm_online_aside_name(
																part)
														  : part->name));
	}
}

/*
 * Must the index be the replica identity before the old one, which is that, can
 * go?  Without one, rows of a published table could not be changed.
 */
static bool
keeps_identity(const SmObject *to)
{
	for (int i = 0; i < to->needs.n; i++)
		if (to->needs.item[i]->kind == &sm_kind_column &&
			to->needs.item[i]->fate != SM_KEEP)
			return false;
	return to->peer && sm_attr_true(to, REPLICA_IDENTITY) &&
		   sm_attr_true(to->peer, REPLICA_IDENTITY);
}

/*
 * Does a partial index, of the new state, have to be created anew because a
 * partition is attached, to which the server would give an index as well?
 */
bool
sm_index_meets_partition(const SmObject *index)
{
	for (int i = 0; i < index->parent->users.n; i++)
	{
		const SmObject *link = index->parent->users.item[i];
		const SmObject *part;

		if (!sm_table_is_linked(index->parent, link) || !sm_delta_creates(link))
			continue;
		part = part_on(index, link->parent);
		if (part == NULL ||
			(part->kind == &sm_kind_index && sm_index_is_partial(part)))
			return true;
	}
	return false;
}

/* Without keeping others from writing, and beside the one that it replaces */
static void
build_online(SmDelta *delta, const SmObject *to)
{
	bool aside = sm_online_aside(delta, to);
	SmPhase phase = aside ? SM_PHASE_PREPARE : SM_PHASE_CREATE;
	const char *name = aside ? sm_online_aside_name(to) : to->name;

	if (sm_table_is_partitioned(to->parent))
		build_of_parts(delta, to, phase, name);
	else
	{
		sm_delta_statement(delta, to, phase, "%s",
						   definition(to, name, "CONCURRENTLY ", ""));
		sm_delta_outside(delta, to, phase);
		if (sm_attr_true(to, UNIQUE))
			sm_delta_hazard(delta, to, phase, "fails if there are duplicates");
	}
	if (aside && keeps_identity(to))
		sm_delta_alter_table(delta, to, phase, to->parent->identity,
							 "REPLICA IDENTITY USING INDEX %s",
							 quote_identifier(name));
	if (aside)
		sm_delta_statement(delta, to, SM_PHASE_CREATE,
						   "ALTER INDEX %s RENAME TO %s",
						   quote_qualified_identifier(to->schema, name),
						   quote_identifier(to->name));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	if (sm_index_built_of_parts(delta, to) ||
		(sm_online_table(delta, to->parent) &&
		 !sm_table_is_partitioned(to->parent)))
		build_online(delta, to);
	else
		build_locking(delta, to);
	attach(delta, to, SM_PHASE_CREATE);
	set_statistics(delta, to, SM_PHASE_CREATE, sm_attr(to, STATISTICS), NULL);
	sm_table_mark_index(delta, to, quote_identifier(to->name),
						sm_attr_true(to, CLUSTERED),
						sm_attr_true(to, REPLICA_IDENTITY));
}

/* Is there a foreign key for which rows are looked up in the index? */
static bool
has_foreign_keys(const SmObject *index)
{
	for (int i = 0; i < index->users.n; i++)
		if (index->users.item[i]->kind == &sm_kind_constraint)
			return true;
	return false;
}

/* Is the index of a constraint of a partition one of its parts? */
static bool
has_constraint(const SmObject *index)
{
	for (int i = 0; i < index->owned.n; i++)
		if (index->owned.item[i]->kind == &sm_kind_constraint ||
			has_constraint(index->owned.item[i]))
			return true;
	return false;
}

/*
 * A foreign key has to go before, and should not be missing for longer than one
 * transaction.
 */
static void
drop(SmDelta *delta, const SmObject *from)
{
	bool online = sm_online_table(delta, from->parent) &&
				  !sm_table_is_partitioned(from->parent) &&
				  !has_foreign_keys(from);

	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP INDEX %s%s%s",
					   online ? "CONCURRENTLY " : "", from->identity,
					   has_constraint(from) ? " CASCADE" : "");
	if (online)
		sm_delta_outside(delta, from, SM_PHASE_DROP);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, OPTIONS))
		sm_relation_alter_options(delta, "INDEX", from, to, OPTIONS,
								  SM_PHASE_ALTER);
	if (SM_DIFFERS(changed, TABLESPACE))
	{
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER INDEX %s SET TABLESPACE %s", to->identity,
						   sm_text_or(sm_attr(to, TABLESPACE), "pg_default"));
		sm_delta_rewrites(delta, to, SM_PHASE_ALTER);
	}
	if (SM_DIFFERS(changed, STATISTICS))
	{
		set_statistics(delta, to, SM_PHASE_ALTER, sm_attr(from, STATISTICS),
					   "-1");
		set_statistics(delta, to, SM_PHASE_ALTER, sm_attr(to, STATISTICS),
					   NULL);
	}
	if (SM_DIFFERS(changed, PARENT))
		attach(delta, to, SM_PHASE_ALTER);
	sm_table_mark_index(delta, to, quote_identifier(to->name),
						SM_DIFFERS(changed, CLUSTERED) &&
							sm_attr_true(to, CLUSTERED),
						SM_DIFFERS(changed, REPLICA_IDENTITY) &&
							sm_attr_true(to, REPLICA_IDENTITY));
	if (SM_DIFFERS(changed, CLUSTERED) && !sm_attr_true(to, CLUSTERED))
		sm_table_unmark_cluster(delta, to);
}

const SmKind sm_kind_index = {
	.name = "index",
	.classid = RelationRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.naming = SM_NAMED_IN_SCHEMA,
	.complete = complete,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_RELATION | SM_KIND_EVALUATES |
			 SM_KIND_SPLITS,
	.weight = 50,
	.cached_kb = 1,
	.sql_type = sql_type,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
};
