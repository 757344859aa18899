/*-------------------------------------------------------------------------
 *
 * keyset.c
 *	  Walking over a table along its primary key.
 *
 * A batch is the rows whose keys are after one key and up to another.  Both are
 * parameters of the key's own types.  The comparison is that of the index, for
 * all columns of the key at once, ROW(a, b) > ROW($1, $2): only then does the
 * index lead to the first row of a batch however many rows share the first
 * column.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_operator.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "compat.h"
#include "keyset.h"

/* A receiver of one key */
typedef struct KeyReceiver
{
	DestReceiver pub;
	const SmKeyset *keys;
	MemoryContext context;
	Datum **key;
} KeyReceiver;

/* A lock that others have to wait for is not for those without rights */
static void
check_rights(Oid relation, char relkind)
{
	Oid role = GetUserId();

	if (pg_class_aclcheck(relation, role, ACL_UPDATE) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(relation, role, ACL_UPDATE, ACLMASK_ANY) !=
			ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(relkind),
					   get_rel_name(relation));
}

/* Opens the table and locks it as an UPDATE does */
static Relation
open_table(Oid relation)
{
	char relkind = get_rel_relkind(relation);
	Relation rel = NULL;

	if (relkind != '\0')
	{
		check_rights(relation, relkind);
		rel = try_relation_open(relation, RowExclusiveLock);
	}
	if (rel == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relation)));
	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("cannot update \"%s\" in batches",
							   RelationGetRelationName(rel)),
						errdetail_relkind_not_supported(relkind)));
	return rel;
}

/* The index of the primary key; the caller must release it */
static HeapTuple
primary_index(Relation rel)
{
	List *indexes = RelationGetIndexList(rel);
	ListCell *lc;

	foreach (lc, indexes)
	{
		HeapTuple tuple =
			SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(lc)));

		if (!HeapTupleIsValid(tuple))
			continue;
		if (((Form_pg_index) GETSTRUCT(tuple))->indisprimary)
			return tuple;
		ReleaseSysCache(tuple);
	}
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"%s\" has no primary key",
					RelationGetRelationName(rel)),
			 errdetail("Batches are made along the primary key."),
			 errhint("Give the table one, or update it with a single UPDATE.")));
	return NULL; /* keep compiler quiet */
}

static SmKeyColumn
describe_column(Relation rel, AttrNumber attnum, Oid opclass)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), attnum - 1);
	SmKeyColumn column = { .name = pstrdup(NameStr(att->attname)),
						   .type = getBaseType(att->atttypid),
						   .collation = att->attcollation,
						   .opfamily = get_opclass_family(opclass),
						   .optype = get_opclass_input_type(opclass) };

	column.reference =
		quote_qualified_identifier(RelationGetRelationName(rel), column.name);
	return column;
}

static bool
is_btree(Oid index)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(index));
	bool result = false;

	if (HeapTupleIsValid(tuple))
	{
		result = ((Form_pg_class) GETSTRUCT(tuple))->relam == BTREE_AM_OID;
		ReleaseSysCache(tuple);
	}
	return result;
}

/*
 * The primary key of a table, in the current memory context.  Locks the table
 * as an UPDATE does, if the current user has rights for that.  It is an error
 * if it is not a table, or has no primary key.
 */
SmKeyset *
sm_keyset_of(Oid relation)
{
	Relation rel = open_table(relation);
	HeapTuple tuple = primary_index(rel);
	Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);
	bool isnull;
	oidvector *opclasses = (oidvector *) DatumGetPointer(
		SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indclass, &isnull));
	SmKeyset *keys = palloc0_object(SmKeyset);

	/* those WITHOUT OVERLAPS have another kind of index */
	if (!is_btree(index->indexrelid))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot update table \"%s\" in batches",
							   RelationGetRelationName(rel)),
						errdetail("Its primary key is not a B-tree index.")));
	keys->relation = relation;
	keys->table = quote_qualified_identifier(get_namespace_name(
												 RelationGetNamespace(rel)),
											 RelationGetRelationName(rel));
	keys->n = index->indnkeyatts;
	keys->column = palloc0_array(SmKeyColumn, keys->n);
	for (int i = 0; i < keys->n; i++)
		keys->column[i] =
			describe_column(rel, index->indkey.values[i], opclasses->values[i]);
	ReleaseSysCache(tuple);
	relation_close(rel, NoLock);
	return keys;
}

/* Whether a table and its key are still called the same and of the same types */
bool
sm_keyset_equal(const SmKeyset *a, const SmKeyset *b)
{
	if (a->relation != b->relation || strcmp(a->table, b->table) != 0 ||
		a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
	{
		if (strcmp(a->column[i].name, b->column[i].name) != 0 ||
			a->column[i].type != b->column[i].type ||
			a->column[i].collation != b->column[i].collation)
			return false;
	}
	return true;
}

/* An operator of the index, in the form that does not depend on search_path */
static char *
operator_name(const SmKeyColumn *column, StrategyNumber strategy)
{
	Oid op = get_opfamily_member(column->opfamily, column->optype,
								 column->optype, strategy);
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(op));
	Form_pg_operator form;
	char *name;

	if (!HeapTupleIsValid(tuple)) /* cannot happen: it is a default opclass */
		elog(ERROR, "cache lookup failed for operator %u", op);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	name = psprintf("OPERATOR(%s.%s)",
					quote_identifier(get_namespace_name(form->oprnamespace)),
					NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return name;
}

/* A parameter, with the collation that the column has */
static char *
parameter(const SmKeyColumn *column, int number)
{
	return OidIsValid(column->collation)
			   ? psprintf("$%d COLLATE %s", number,
						  generate_collation_name(column->collation))
			   : psprintf("$%d", number);
}

/* The form for all columns at once */
static void
compare_rows(StringInfo buf, const SmKeyset *keys, const char *op, int param)
{
	appendStringInfoString(buf, "ROW(");
	for (int i = 0; i < keys->n; i++)
		appendStringInfo(buf, "%s%s", i > 0 ? ", " : "",
						 keys->column[i].reference);
	appendStringInfo(buf, ") %s ROW(", op);
	for (int i = 0; i < keys->n; i++)
		appendStringInfo(buf, "%s%s", i > 0 ? ", " : "",
						 parameter(&keys->column[i], param + i));
	appendStringInfoChar(buf, ')');
}

/*
 * The same written out, for columns whose operators have not all one name:
 * a >= $1 AND (a > $1 OR a = $1 AND b > $2)
 */
static void
compare_columns(StringInfo buf, const SmKeyset *keys, SmKeysetSide side,
				int param)
{
	bool after = (side == SM_KEYSET_AFTER);
	int last = keys->n - 1;
	StrategyNumber strict =
		after ? BTGreaterStrategyNumber : BTLessStrategyNumber;

	for (int i = 0; i <= last; i++)
	{
		const SmKeyColumn *column = &keys->column[i];
		const char *value = parameter(column, param + i);

		if (i == 0)
			appendStringInfo(buf, "%s %s %s AND ", column->reference,
							 operator_name(column,
										   after ? BTGreaterEqualStrategyNumber
												 : BTLessEqualStrategyNumber),
							 value);
		if (i == last && !after)
			strict = BTLessEqualStrategyNumber;
		appendStringInfo(buf, "(%s %s %s", column->reference,
						 operator_name(column, strict), value);
		if (i < last)
			appendStringInfo(buf, " OR %s %s %s AND ", column->reference,
							 operator_name(column, BTEqualStrategyNumber),
							 value);
	}
	for (int i = 0; i <= last; i++)
		appendStringInfoChar(buf, ')');
}

/*
 * Appends the condition that a row's key is after the one that the parameters
 * from this number on are, or not after it.
 */
void
sm_keyset_compare(StringInfo buf, const SmKeyset *keys, SmKeysetSide side,
				  int first_param)
{
	StrategyNumber strategy = side == SM_KEYSET_AFTER
								  ? BTGreaterStrategyNumber
								  : BTLessEqualStrategyNumber;
	char *op = operator_name(&keys->column[0], strategy);

	for (int i = 1; i < keys->n; i++)
	{
		if (strcmp(op, operator_name(&keys->column[i], strategy)) != 0)
		{
			compare_columns(buf, keys, side, first_param);
			return;
		}
	}
	compare_rows(buf, keys, op, first_param);
}

/*
 * Parameters with one key after the other; NULL is left out.  The planner may
 * take them for constants.
 */
ParamListInfo
sm_keyset_params(const SmKeyset *keys, const Datum *low, const Datum *high)
{
	ParamListInfo params =
		makeParamList((low ? keys->n : 0) + (high ? keys->n : 0));

	for (int i = 0; i < params->numParams; i++)
	{
		ParamExternData *param = &params->params[i];

		param->value = (low && i < keys->n) ? low[i] : high[i % keys->n];
		param->isnull = false;
		param->pflags = PARAM_FLAG_CONST;
		param->ptype = keys->column[i % keys->n].type;
	}
	return params;
}

static Datum
copy_value(const SmKeyColumn *column, Datum value)
{
	int16 length;
	bool by_value;

	get_typlenbyval(column->type, &length, &by_value);
	/* a value that was toasted must not need its row any more */
	if (length == -1)
		return PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
	return datumCopy(value, by_value, length);
}

static bool
receive_key(TupleTableSlot *slot, DestReceiver *self)
{
	KeyReceiver *receiver = (KeyReceiver *) self;
	int n = receiver->keys->n;
	MemoryContext old = MemoryContextSwitchTo(receiver->context);
	Datum *key = palloc_array(Datum, n);
	bool isnull;

	for (int i = 0; i < n; i++)
		key[i] = copy_value(&receiver->keys->column[i],
							slot_getattr(slot, i + 1, &isnull));
	*receiver->key = key;
	MemoryContextSwitchTo(old);
	return true;
}

static void
start_nothing(DestReceiver *self, int operation, TupleDesc desc)
{
}

static void
end_nothing(DestReceiver *self)
{
}

/*
 * A receiver of a row that is a key.  It is copied into the given memory
 * context; without a row, *key stays as it is.
 */
DestReceiver *
sm_keyset_receiver(const SmKeyset *keys, MemoryContext context, Datum **key)
{
	KeyReceiver *receiver = palloc0_object(KeyReceiver);

	receiver->pub.receiveSlot = receive_key;
	receiver->pub.rStartup = start_nothing;
	receiver->pub.rShutdown = end_nothing;
	receiver->pub.rDestroy = end_nothing;
	receiver->pub.mydest = DestNone;
	receiver->keys = keys;
	receiver->context = context;
	receiver->key = key;
	return &receiver->pub;
}
