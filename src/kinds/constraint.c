/*-------------------------------------------------------------------------
 *
 * constraint.c
 *	  Constraints of tables.
 *
 * Those that have an index are that index as well.  NOT NULL belongs to the
 * column, also where the server has a constraint for it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "nodes/parsenodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "deparse.h"
#include "kinds.h"
#include "kinds/column.h"
#include "kinds/inherited_key.h"
#include "kinds/not_valid.h"
#include "kinds/notnull.h"
#include "kinds/options.h"
#include "kinds/relation.h"
#include "kinds/table.h"
#include "online.h"
#include "snapshot.h"

enum
{
	TYPE = SM_FIRST_ATTR, /* as in pg_constraint.contype */
	DEFINITION,			  /* without what follows */
	DEFERRABLE,			  /* DEFERRABLE INITIALLY DEFERRED */
	NOT_ENFORCED,
	NOT_VALID,
	INHERITED,
	INDEX_OPTIONS,
	INDEX_COMMENT,
	CLUSTERED,
	REPLICA_IDENTITY,
	ONLY_INHERITED /* and not dumped with the table */
};

static const SmAttr attrs[] = {
	{ "type", SM_ATTR_INFO },
	{ "definition", 0 },
	{ "deferrable", 0 },
	{ "not enforced", 0 },
	{ "not valid", 0 },
	{ "inherited", SM_ATTR_INFO },
	{ "index options", SM_ATTR_LINES },
	{ "index comment", 0 },
	{ "clustered", 0 },
	{ "replica identity", 0 },
	{ "only inherited", 0 },
};

/* A tuple of pg_constraint */
typedef struct ConstraintTuple
{
	SmSnapshot *snapshot;
	HeapTuple tuple;
	TupleDesc desc;
	Form_pg_constraint form;
} ConstraintTuple;

/* The numbers in an int2[] */
static int
get_numbers(Datum array, Datum **numbers)
{
	int n;

	deconstruct_array(DatumGetArrayTypeP(array), INT2OID, sizeof(int16), true,
					  TYPALIGN_SHORT, numbers, NULL, &n);
	return n;
}

/* Columns of a table, from the given one on, as a list.  Returns how many */
static int
append_columns(StringInfo sql, const SmSnapshot *snapshot, Oid table,
			   Datum numbers, int first, bool period)
{
	Datum *number;
	int n = get_numbers(numbers, &number);

	for (int i = first; i < n; i++)
	{
		const char *name =
			sm_relation_column_name(snapshot, table, DatumGetInt16(number[i]));

		appendStringInfo(sql, "%s%s%s", i > first ? ", " : "",
						 period && i > first && i == n - 1 ? "PERIOD " : "",
						 quote_identifier(name));
	}
	return n;
}

static Datum
get_value(const ConstraintTuple *c, int number, bool *isnull)
{
	return heap_getattr(c->tuple, number, c->desc, isnull);
}

static Datum
get_not_null(const ConstraintTuple *c, int number)
{
	bool isnull;
	Datum value = get_value(c, number, &isnull);

	Assert(!isnull);
	return value;
}

/* PRIMARY KEY and UNIQUE; key is what the index has, with what is included */
static void
append_key(StringInfo sql, const ConstraintTuple *c, bool nulls_not_distinct,
		   Datum key)
{
	Oid table = c->form->conrelid;
	Datum *number;
	int n;

	appendStringInfoString(sql, c->form->contype == CONSTRAINT_PRIMARY
									? "PRIMARY KEY "
									: "UNIQUE ");
	if (nulls_not_distinct)
		appendStringInfoString(sql, "NULLS NOT DISTINCT ");
	appendStringInfoChar(sql, '(');
	n = append_columns(sql, c->snapshot, table,
					   get_not_null(c, Anum_pg_constraint_conkey), 0, false);
	if (sm_has_period(c->form))
		appendStringInfoString(sql, " WITHOUT OVERLAPS");
	appendStringInfoChar(sql, ')');
	if (get_numbers(key, &number) > n)
	{
		appendStringInfoString(sql, " INCLUDE (");
		(void) append_columns(sql, c->snapshot, table, key, n, false);
		appendStringInfoChar(sql, ')');
	}
}

static void
append_action(StringInfo sql, const char *event, char action)
{
	const char *words = NULL;

	switch (action)
	{
		case FKCONSTR_ACTION_RESTRICT:
			words = "RESTRICT";
			break;
		case FKCONSTR_ACTION_CASCADE:
			words = "CASCADE";
			break;
		case FKCONSTR_ACTION_SETNULL:
			words = "SET NULL";
			break;
		case FKCONSTR_ACTION_SETDEFAULT:
			words = "SET DEFAULT";
			break;
	}
	if (words)
		appendStringInfo(sql, " ON %s %s", event, words);
}

static void
append_foreign_key(StringInfo sql, const ConstraintTuple *c)
{
	Oid table = c->form->conrelid;
	Oid other = c->form->confrelid;
	bool period = sm_has_period(c->form);
	bool isnull;
	Datum set;

	appendStringInfoString(sql, "FOREIGN KEY (");
	(void) append_columns(sql, c->snapshot, table,
						  get_not_null(c, Anum_pg_constraint_conkey), 0,
						  period);
	appendStringInfo(sql, ") REFERENCES %s(", sm_name_of_relation(other));
	(void) append_columns(sql, c->snapshot, other,
						  get_not_null(c, Anum_pg_constraint_confkey), 0,
						  period);
	appendStringInfoChar(sql, ')');
	if (c->form->confmatchtype == FKCONSTR_MATCH_FULL)
		appendStringInfoString(sql, " MATCH FULL");
	append_action(sql, "UPDATE", c->form->confupdtype);
	append_action(sql, "DELETE", c->form->confdeltype);
	set = get_value(c, Anum_pg_constraint_confdelsetcols, &isnull);
	if (!isnull)
	{
		appendStringInfoString(sql, " (");
		(void) append_columns(sql, c->snapshot, table, set, 0, false);
		appendStringInfoChar(sql, ')');
	}
}

static void
strip(char *definition, const char *tail)
{
	size_t length = strlen(definition);
	size_t rest = strlen(tail);

	if (length > rest && strcmp(definition + length - rest, tail) == 0)
		definition[length - rest] = '\0';
}

/* What the server says of a constraint, without what are attributes here */
static char *
deparse_exclusion(const ConstraintTuple *c)
{
	char *definition = TextDatumGetCString(
		DirectFunctionCall1(pg_get_constraintdef,
							ObjectIdGetDatum(c->form->oid)));

	strip(definition, " INITIALLY DEFERRED");
	strip(definition, " DEFERRABLE");
	return definition;
}

static char *
deparse_check(const ConstraintTuple *c)
{
	char *tree =
		TextDatumGetCString(get_not_null(c, Anum_pg_constraint_conbin));

	return psprintf("CHECK (%s)%s",
					sm_deparse(c->snapshot, c->form->conrelid, tree),
					c->form->connoinherit ? " NO INHERIT" : "");
}

/* What the index of a constraint has, and the definition of a key */
static void
read_index(const ConstraintTuple *c, SmObject *object)
{
	Oid index = c->form->conindid;
	SmAddress address = { RelationRelationId, index, 0 };
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	HeapTuple relation = SearchSysCache1(RELOID, ObjectIdGetDatum(index));
	Form_pg_index form;
	bool isnull;
	Datum value;

	if (!HeapTupleIsValid(tuple) || !HeapTupleIsValid(relation))
		sm_snapshot_outdated();
	form = (Form_pg_index) GETSTRUCT(tuple);
	if (c->form->contype != CONSTRAINT_EXCLUSION)
	{
		StringInfoData sql;

		initStringInfo(&sql);
		value =
			SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indkey, &isnull);
		append_key(&sql, c, form->indnullsnotdistinct, value);
		object->attr[DEFINITION] = sm_snapshot_text(c->snapshot, sql.data);
	}
	value =
		SysCacheGetAttr(RELOID, relation, Anum_pg_class_reloptions, &isnull);
	if (!isnull)
		object->attr[INDEX_OPTIONS] =
			sm_snapshot_text(c->snapshot, sm_options_lines(value));
	object->attr[CLUSTERED] = form->indisclustered ? "t" : NULL;
	object->attr[REPLICA_IDENTITY] = form->indisreplident ? "t" : NULL;
	ReleaseSysCache(tuple);
	ReleaseSysCache(relation);
	sm_snapshot_place(c->snapshot, address, object);
	sm_snapshot_place_part(c->snapshot, address, object);
}

/*
 * Definitions of keys are put together here, as pg_get_constraintdef() would
 * do: it looks for each one, and there are many.
 */
static void
read_definition(const ConstraintTuple *c, SmObject *object)
{
	StringInfoData sql;

	switch (c->form->contype)
	{
		case CONSTRAINT_FOREIGN:
			initStringInfo(&sql);
			append_foreign_key(&sql, c);
			object->attr[DEFINITION] = sm_snapshot_text(c->snapshot, sql.data);
			break;
		case CONSTRAINT_CHECK:
			object->attr[DEFINITION] =
				sm_snapshot_text(c->snapshot, deparse_check(c));
			break;
		case CONSTRAINT_EXCLUSION:
			object->attr[DEFINITION] =
				sm_snapshot_text(c->snapshot, deparse_exclusion(c));
			break;
	}
	if (c->form->contype == CONSTRAINT_PRIMARY ||
		c->form->contype == CONSTRAINT_UNIQUE ||
		c->form->contype == CONSTRAINT_EXCLUSION)
		read_index(c, object);
}

/* The type as an attribute; NULL if such a constraint is no object */
static const char *
type_of(Form_pg_constraint form)
{
	switch (form->contype)
	{
		case CONSTRAINT_PRIMARY:
			return "p";
		case CONSTRAINT_UNIQUE:
			return "u";
		case CONSTRAINT_EXCLUSION:
			return "x";
		case CONSTRAINT_CHECK:
			return "c";
		case CONSTRAINT_FOREIGN:
			/* that of a partition comes and goes with that of the parent */
			return OidIsValid(form->conparentid) ? NULL : "f";
		default:
			return NULL;
	}
}

static void
read_not_null(const ConstraintTuple *c)
{
	SmAddress address = { RelationRelationId, c->form->conrelid, 0 };
	SmObject *column;
	Datum *number;

	(void) get_numbers(get_not_null(c, Anum_pg_constraint_conkey), &number);
	address.subid = DatumGetInt16(number[0]);
	column = sm_snapshot_at(c->snapshot, address);
	if (column && column->kind == &sm_kind_column)
		sm_not_null_read(c->snapshot, column, c->form);
}

static void
read_tuple(SmReader *reader, HeapTuple tuple, TupleDesc desc)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
	ConstraintTuple c = { sm_reader_snapshot(reader), tuple, desc, form };
	SmAddress address = { RelationRelationId, form->conrelid, 0 };
	SmObject *table;
	SmObject *object;

	if (!OidIsValid(form->conrelid))
		return;
	table = sm_snapshot_at(c.snapshot, address);
	if (table == NULL || !sm_kind_is_table(table))
		return;
	if (form->contype == 'n')
		read_not_null(&c);
	if (type_of(form) == NULL)
		return;
	object = sm_reader_add(reader, table, form->oid, 0, NameStr(form->conname));
	if (object == NULL)
		return;
	object->attr[TYPE] = type_of(form);
	if (form->condeferrable)
		object->attr[DEFERRABLE] =
			form->condeferred ? "DEFERRABLE INITIALLY DEFERRED" : "DEFERRABLE";
	if (form->coninhcount > 0 && !form->conislocal)
		object->attr[INHERITED] = "t";
	/* whether what is inherited is valid depends on which was there before */
	if (!sm_is_enforced(form))
		object->attr[NOT_ENFORCED] = "t";
	else if (!form->convalidated && object->attr[INHERITED] == NULL)
		object->attr[NOT_VALID] = "t";
	read_definition(&c, object);
}

/* As they are to stand in a table: keys before what is checked */
static int
compare(const SmObject *a, const SmObject *b)
{
	char x = sm_attr(a, TYPE)[0];
	char y = sm_attr(b, TYPE)[0];

	if ((x == CONSTRAINT_CHECK) != (y == CONSTRAINT_CHECK))
		return x == CONSTRAINT_CHECK ? 1 : -1;
	return x != y ? y - x : strcmp(a->name, b->name);
}

static const char *
sql_type(const SmObject *object)
{
	return "CONSTRAINT";
}

/* Is it a primary key? */
bool
sm_constraint_is_primary(const SmObject *constraint)
{
	return constraint->kind == &sm_kind_constraint &&
		   sm_attr_is(constraint, TYPE, "p");
}

/* Is the object a check? */
bool
sm_constraint_is_check(const SmObject *object)
{
	return object->kind == &sm_kind_constraint && sm_attr_is(object, TYPE, "c");
}

/* Is the object a foreign key? */
bool
sm_constraint_is_foreign_key(const SmObject *object)
{
	return object->kind == &sm_kind_constraint && sm_attr_is(object, TYPE, "f");
}

/* Is it a primary key or a unique constraint? */
bool
sm_constraint_is_key(const SmObject *object)
{
	return object->kind == &sm_kind_constraint &&
		   (sm_attr_is(object, TYPE, "p") || sm_attr_is(object, TYPE, "u"));
}

/* Is it a check that a parent has, and the table has not by itself? */
bool
sm_constraint_is_only_inherited(const SmObject *constraint)
{
	return sm_attr_true(constraint, ONLY_INHERITED);
}

/* That of a partition is dumped with it in any case */
static void
loaded(SmObject *object)
{
	if (sm_attr_true(object, INHERITED) && sm_constraint_is_check(object) &&
		!sm_table_is_partition(object->parent))
		object->attr[ONLY_INHERITED] = "t";
}

static bool
has_index(const SmObject *object)
{
	return strchr("pux", sm_attr(object, TYPE)[0]) != NULL;
}

/* Inherited ones come and go with those of the parent */
static bool
comes_from_parent(const SmObject *object)
{
	return sm_attr_true(object, INHERITED) && sm_attr_is(object, TYPE, "c") &&
		   (sm_table_inherits(object->parent) ||
			(!sm_delta_creates(object->parent) &&
			 !sm_table_is_relinked(object->parent)));
}

/* The key as CREATE TABLE compares it with others */
static const char *
key_of(const SmObject *object)
{
	const char *definition = sm_attr(object, DEFINITION);
	const char *word =
		sm_constraint_is_primary(object) ? "PRIMARY KEY " : "UNIQUE ";
	size_t length = strlen(word);

	return strncmp(definition, word, length) == 0 ? definition + length
												  : definition;
}

/* CREATE TABLE makes one constraint of two that want the same index */
static bool
repeats_another(const SmObject *object)
{
	const SmObject *table = object->parent;

	for (int i = 0; has_index(object) && table->children.item[i] != object; i++)
	{
		const SmObject *other = table->children.item[i];

		if (other->kind == object->kind && has_index(other) &&
			strcmp(key_of(other), key_of(object)) == 0 &&
			sm_text_same(sm_attr(other, DEFERRABLE),
						 sm_attr(object, DEFERRABLE)))
			return true;
	}
	return false;
}

static bool
is_inline(const SmObject *object)
{
	return !comes_from_parent(object) && !repeats_another(object) &&
		   !sm_attr_is(object, TYPE, "f") && !sm_attr_true(object, NOT_VALID) &&
		   sm_attr(object, INDEX_OPTIONS) == NULL;
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, DEFINITION))
		return SM_REPLACE;
	/* it is dropped, and comes again with that of the parent */
	if (SM_DIFFERS(changed, ONLY_INHERITED) && sm_attr(to, ONLY_INHERITED))
		return SM_REPLACE;
	if (SM_DIFFERS(changed, DEFERRABLE) && !sm_attr_is(to, TYPE, "f"))
		return SM_REPLACE;
	if (SM_DIFFERS(changed, NOT_ENFORCED) && !sm_attr_is(to, TYPE, "f"))
		return SM_REPLACE;
	/* what is valid cannot become unchecked, but for NOT ENFORCED */
	if (SM_DIFFERS(changed, NOT_VALID) && sm_attr_true(to, NOT_VALID) &&
		!SM_DIFFERS(changed, NOT_ENFORCED))
		return SM_REPLACE;
	return SM_ALTER;
}

/* Do two constraints say the same, whatever they are called? */
bool
sm_constraint_is_like(const SmObject *a, const SmObject *b)
{
	for (int i = DEFINITION; i <= NOT_VALID; i++)
		if (!sm_text_same(sm_attr(a, i), sm_attr(b, i)))
			return false;
	return true;
}

/* Has the table a constraint of that name? */
bool
sm_table_has_constraint(const SmObject *table, const char *name)
{
	for (int i = 0; i < table->children.n; i++)
		if (table->children.item[i]->kind == &sm_kind_constraint &&
			strcmp(table->children.item[i]->name, name) == 0)
			return true;
	return false;
}

/* The constraint as it stands in CREATE TABLE and behind ADD */
char *
sm_constraint_definition(const SmObject *constraint)
{
	return psprintf("CONSTRAINT %s %s%s%s%s%s",
					quote_identifier(constraint->name),
					sm_attr(constraint, DEFINITION),
					sm_attr(constraint, DEFERRABLE) ? " " : "",
					sm_text_or(sm_attr(constraint, DEFERRABLE), ""),
					sm_attr_true(constraint, NOT_ENFORCED) ? " NOT ENFORCED"
														   : "",
					sm_attr_true(constraint, NOT_VALID) ? " NOT VALID" : "");
}

/* The index of the constraint, qualified */
static char *
index_identity(const SmObject *constraint)
{
	return quote_qualified_identifier(constraint->schema, constraint->name);
}

static void
comment_index(SmDelta *delta, const SmObject *to)
{
	const char *comment = sm_attr(to, INDEX_COMMENT);

	sm_delta_statement(delta, to, SM_PHASE_DRESS, "COMMENT ON INDEX %s IS %s",
					   index_identity(to),
					   comment ? quote_literal_cstr(comment) : "NULL");
}

/* What the index of a new constraint has and is, beside what it is made of */
static void
dress_index(SmDelta *delta, const SmObject *to)
{
	if (sm_attr(to, INDEX_COMMENT))
		comment_index(delta, to);
	sm_table_mark_index(delta, to, quote_identifier(to->name),
						sm_attr_true(to, CLUSTERED),
						sm_attr_true(to, REPLICA_IDENTITY));
}

/* What the index of a new constraint has beyond the definition */
static void
set_index(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	char *options = sm_options_text(sm_attr(to, INDEX_OPTIONS));

	if (!has_index(to))
		return;
	if (options)
		sm_delta_statement(delta, to, phase, "ALTER INDEX %s SET (%s)",
						   index_identity(to), options);
	dress_index(delta, to);
}

/*
 * The columns of a key, as they stand behind ON of CREATE UNIQUE INDEX; NULL if
 * that makes no index for the constraint.
 */
static const char *
key_columns(const SmObject *to)
{
	static const char *const forms[] = { "PRIMARY KEY ",
										 "UNIQUE NULLS NOT DISTINCT ",
										 "UNIQUE " };
	const char *definition = sm_attr(to, DEFINITION);

	if (strstr(definition, " WITHOUT OVERLAPS)"))
		return NULL;
	for (int i = 0; i < (int) lengthof(forms); i++)
		if (strncmp(definition, forms[i], strlen(forms[i])) == 0)
			return definition + strlen(forms[i]);
	return NULL;
}

/* The index first, without keeping others from writing */
static void
create_by_index(SmDelta *delta, const SmObject *to)
{
	const char *columns = key_columns(to);
	char *options = sm_options_text(sm_attr(to, INDEX_OPTIONS));
	const char *index = quote_identifier(
		sm_online_aside(delta, to) ? sm_online_aside_name(to) : to->name);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s %s",
					 index, to->parent->identity, columns);
	if (strncmp(sm_attr(to, DEFINITION), "UNIQUE N", strlen("UNIQUE N")) == 0)
		appendStringInfoString(&sql, " NULLS NOT DISTINCT");
	if (options)
		appendStringInfo(&sql, " WITH (%s)", options);
	sm_delta_statement(delta, to, SM_PHASE_PREPARE, "%s", sql.data);
	sm_delta_outside(delta, to, SM_PHASE_PREPARE);
	sm_delta_hazard(delta, to, SM_PHASE_PREPARE,
					"fails if there are duplicates");
	sm_delta_alter_table(delta, to, SM_PHASE_CREATE, to->parent->identity,
						 "ADD CONSTRAINT %s %s USING INDEX %s%s%s",
						 quote_identifier(to->name),
						 sm_constraint_is_primary(to) ? "PRIMARY KEY"
													  : "UNIQUE",
						 index, sm_attr(to, DEFERRABLE) ? " " : "",
						 sm_text_or(sm_attr(to, DEFERRABLE), ""));
	dress_index(delta, to);
}

/*
 * Would NOT NULL that is only inherited become the table's own?  So it does
 * where an index becomes a primary key, and there is no way back.
 */
static bool
makes_own(const SmObject *to)
{
	for (int i = 0; sm_constraint_is_primary(to) && i < to->needs.n; i++)
		if (to->needs.item[i]->kind == &sm_kind_column &&
			sm_attr_true(to->needs.item[i], SM_NOT_NULL_ONLY_INHERITED))
			return true;
	return false;
}

/* Can the constraint be added without a look at the rows that are there? */
static bool
can_wait(const SmDelta *delta, const SmObject *to)
{
	if (sm_attr_true(to, NOT_VALID) || sm_attr_true(to, NOT_ENFORCED))
		return false;
	return (sm_constraint_is_check(to) || sm_constraint_is_foreign_key(to)) &&
		   sm_not_valid_can_add(delta, to);
}

/* Is it a key of a partitioned table, whose partitions have theirs by then? */
static bool
is_made_of_parts(const SmDelta *delta, const SmObject *to)
{
	return sm_online_table(delta, to->parent) && key_columns(to) &&
		   sm_table_is_partitioned(to->parent) && sm_index_has_all_parts(to);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	if (comes_from_parent(to) ||
		(sm_constraint_is_foreign_key(to) && sm_inherited_key_is_left(to)))
		return;
	if (sm_online_table(delta, to->parent))
	{
		if (can_wait(delta, to))
		{
			sm_not_valid_add(delta, to);
			return;
		}
		if (key_columns(to) && !sm_table_is_partitioned(to->parent) &&
			!makes_own(to))
		{
			create_by_index(delta, to);
			return;
		}
	}
	sm_delta_alter_table(delta, to, SM_PHASE_CREATE, to->parent->identity,
						 "ADD %s", sm_constraint_definition(to));
	if (!sm_delta_creates(to->parent) && !sm_attr_true(to, NOT_VALID) &&
		!sm_attr_true(to, NOT_ENFORCED) && !is_made_of_parts(delta, to) &&
		to->parent->kind != &sm_kind_foreign_table)
		sm_delta_hazard(delta, to, SM_PHASE_CREATE,
						"reads the whole table, and fails if it has rows that do not fit");
	set_index(delta, to, SM_PHASE_CREATE);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	if (sm_attr_true(from, INHERITED) && sm_attr_is(from, TYPE, "c") &&
		!sm_table_is_relinked(from->parent) && sm_table_keeps_source(from))
		return;
	if (sm_constraint_is_foreign_key(from) && from->fate == SM_DROP &&
		sm_inherited_key_is_taken_over(from))
		return;
	sm_delta_alter_table(delta, from, SM_PHASE_DROP, from->parent->identity,
						 "DROP CONSTRAINT %s%s",
						 sm_attr_true(from, ONLY_INHERITED) &&
								 sm_table_may_lose(from)
							 ? "IF EXISTS "
							 : "",
						 quote_identifier(from->name));
}

static void
alter_enforcement(SmDelta *delta, const SmObject *to, uint64 changed)
{
	const char *deferrable = sm_attr(to, DEFERRABLE);

	if (SM_DIFFERS(changed, DEFERRABLE))
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ALTER CONSTRAINT %s %s",
							 quote_identifier(to->name),
							 sm_text_or(deferrable, "NOT DEFERRABLE"));
	if (SM_DIFFERS(changed, NOT_ENFORCED))
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ALTER CONSTRAINT %s %sENFORCED",
							 quote_identifier(to->name),
							 sm_attr_true(to, NOT_ENFORCED) ? "NOT " : "");
	else if (SM_DIFFERS(changed, NOT_VALID))
	{
		SmPhase phase = delta->online ? SM_PHASE_FINISH : SM_PHASE_ALTER;

		sm_delta_alter_table(delta, to, phase, to->parent->identity,
							 "VALIDATE CONSTRAINT %s",
							 quote_identifier(to->name));
		if (delta->online)
			sm_delta_apart(delta, to, phase);
		sm_delta_hazard(delta, to, phase,
						"reads the whole table, and fails if it has rows that do not fit");
	}
}

static void
alter_index_options(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	const char *old = sm_attr(from, INDEX_OPTIONS);
	const char *new = sm_attr(to, INDEX_OPTIONS);
	char *reset = sm_options_reset(old, new);
	char *set = sm_options_set(old, new);

	if (reset)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER INDEX %s RESET (%s)", index_identity(to),
						   reset);
	if (set)
		sm_delta_statement(delta, to, SM_PHASE_ALTER, "ALTER INDEX %s SET (%s)",
						   index_identity(to), set);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	/* the server merges it with the one that is inherited */
	if (SM_DIFFERS(changed, ONLY_INHERITED) && sm_table_keeps_source(from))
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->parent->identity,
							 "ADD %s", sm_constraint_definition(to));
	if (!comes_from_parent(to))
		alter_enforcement(delta, to, changed);
	if (SM_DIFFERS(changed, INDEX_OPTIONS))
		alter_index_options(delta, from, to);
	if (SM_DIFFERS(changed, INDEX_COMMENT))
		comment_index(delta, to);
	sm_table_mark_index(delta, to, quote_identifier(to->name),
						SM_DIFFERS(changed, CLUSTERED) &&
							sm_attr_true(to, CLUSTERED),
						SM_DIFFERS(changed, REPLICA_IDENTITY) &&
							sm_attr_true(to, REPLICA_IDENTITY));
	if (SM_DIFFERS(changed, CLUSTERED) && !sm_attr_true(to, CLUSTERED))
		sm_table_unmark_cluster(delta, to);
}

const SmKind sm_kind_constraint = {
	.name = "constraint",
	.classid = ConstraintRelationId,
	.parent_class = RelationRelationId,
	.catalog = ConstraintRelationId,
	.read = read_tuple,
	.naming = SM_NAMED_ON_PARENT,
	.loaded = loaded,
	.compare = compare,
	.part_comment = INDEX_COMMENT,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_RELATION | SM_KIND_SPLITS,
	.weight = 48,
	.cached_kb = 1,
	.sql_type = sql_type,
	.is_inline = is_inline,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
	.created_inline = set_index,
};
