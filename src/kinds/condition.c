/*-------------------------------------------------------------------------
 *
 * condition.c
 *	  What is true of the rows of a partition.
 *
 * The server has this as an expression, but only for partitions that are there,
 * and it would lock them.  It is made of the texts of key and bounds here, in
 * the form in which the server can prove it.  If it could not, that would be no
 * mistake: it would read the rows once more.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/condition.h"
#include "kinds/table.h"

/* What stands in the parentheses of a key */
typedef struct Key
{
	const char *name;  /* a column or an expression ... */
	const char *value; /* ... as it is compared: with a collation of its own */
	Oid family;		   /* of operators; InvalidOid: the usual one */
	Oid type;		   /* that these are for */
} Key;

/*
 * Length of what stands in front of one of the separators: a literal, a name, a
 * call
 */
static int
item_length(const char *text, const char *separators)
{
	int n = 0;
	char quote = '\0';
	int depth = 0;

	for (; text[n]; n++)
	{
		if (quote)
		{
			if (text[n] == quote)
				quote = '\0';
			continue;
		}
		if (depth == 0 && strchr(separators, text[n]))
			break;
		if (text[n] == '\'' || text[n] == '"')
			quote = text[n];
		else if (text[n] == '(')
			depth++;
		else if (text[n] == ')')
			depth--;
	}
	return n;
}

/*
 * The items between the parenthesis in front of the text and its other one, to
 * which *end is set if that is wanted
 */
static List *
split(const char *text, const char **end)
{
	List *items = NIL;

	for (;;)
	{
		int length = item_length(text, ",)");

		items = lappend(items, pnstrdup(text, length));
		text += length;
		if (*text != ',')
			break;
		text += strlen(", ");
	}
	if (end)
		*end = text;
	return items;
}

/* The column of that name, which is in quotes where needed; NULL if none is */
static const SmObject *
find_column(const SmObject *table, const char *name)
{
	for (int i = 0; i < table->children.n; i++)
	{
		const SmObject *column = table->children.item[i];

		if (column->kind == &sm_kind_column &&
			strcmp(quote_identifier(column->name), name) == 0)
			return column;
	}
	return NULL;
}

/*
 * Has the type no collation?  Where there is one, the server's own call of the
 * function for hash partitions has none all the same, and what a user can write
 * has that of its arguments: the one is no proof of the other.
 */
static bool
has_no_collation(const SmObject *column)
{
	Oid type;
	int32 typmod;

	sm_parse_type(sm_column_type(column), &type, &typmod);
	return OidIsValid(type) && !OidIsValid(get_typcollation(type));
}

/* Is the item of a key a call, or in parentheses, and nothing behind that? */
static bool
is_expression(const char *item)
{
	size_t length = strlen(item);

	return length > 0 && item[length - 1] == ')';
}

/* Takes the next word, or what is in quotes or parentheses, from the text */
static const char *
take_word(const char **text)
{
	int length = item_length(*text, " ");
	const char *word = pnstrdup(*text, length);

	*text += length + strspn(*text + length, " ");
	return word;
}

/*
 * Finds the operators of an operator class, as the server has it now.  Returns
 * whether there are all, and for a type that values can be of.
 */
static bool
find_operators(Key *key, const char *opclass)
{
	List *names = textToQualifiedNameList(cstring_to_text(opclass));
	Oid oid = get_opclass_oid(BTREE_AM_OID, names, true);

	if (!OidIsValid(oid))
		return false;
	key->family = get_opclass_family(oid);
	key->type = get_opclass_input_type(oid);
	for (int strategy = BTLessStrategyNumber;
		 strategy <= BTGreaterStrategyNumber; strategy++)
		if (!OidIsValid(get_opfamily_member(key->family, key->type, key->type,
											strategy)))
			return false;
	return get_typtype(key->type) != TYPTYPE_PSEUDO;
}

/* Reads an item of a key; NULL if it is not known what it means */
static Key *
read_key(const SmObject *table, const char *item, bool hash)
{
	static const char collate[] = "COLLATE ";
	Key *key = palloc0_object(Key);
	const SmObject *column;

	key->name = key->value = take_word(&item);
	column = find_column(table, key->name);
	/* the call has neither collations nor operator classes */
	if (hash)
		return column && has_no_collation(column) ? key : NULL;
	if (column == NULL && !is_expression(key->name))
		return NULL;
	if (strncmp(item, collate, strlen(collate)) == 0)
	{
		item += strlen(collate);
		key->value = psprintf("%s COLLATE %s", key->name, take_word(&item));
	}
	return *item == '\0' || find_operators(key, item) ? key : NULL;
}

/*
 * What stands in the parentheses of a key like RANGE (day, lower(name)), as a
 * list of Key.  NIL if it is another strategy, or not known.
 */
static List *
key_items(const SmObject *table, const char *strategy)
{
	const char *text = sm_table_partition_key(table);
	List *keys = NIL;
	ListCell *lc;

	if (text == NULL || strncmp(text, strategy, strlen(strategy)) != 0)
		return NIL;
	foreach (lc, split(text + strlen(strategy), NULL))
	{
		Key *key =
			read_key(table, lfirst(lc), strncmp(strategy, "HASH", 4) == 0);

		if (key == NULL)
			return NIL;
		keys = lappend(keys, key);
	}
	return keys;
}

/* How the operator that does what the usual one does is written for the key */
static const char *
operator_of(const Key *key, const char *usual)
{
	static const char *const names[] = { "<", "<=", "=", ">=", ">" };
	int strategy = BTLessStrategyNumber;
	HeapTuple tuple;
	Form_pg_operator form;
	const char *name;

	if (!OidIsValid(key->family))
		return usual;
	while (strcmp(names[strategy - BTLessStrategyNumber], usual) != 0)
		strategy++;
	tuple =
		SearchSysCache1(OPEROID, ObjectIdGetDatum(
									 get_opfamily_member(key->family, key->type,
														 key->type, strategy)));
	if (!HeapTupleIsValid(tuple))
		sm_snapshot_outdated();
	form = (Form_pg_operator) GETSTRUCT(tuple);
	name = psprintf("OPERATOR(%s.%s)",
					quote_identifier(get_namespace_name(form->oprnamespace)),
					NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return name;
}

/* The comparison of a key with a value */
static void
append_comparison(StringInfo sql, const Key *key, const char *usual,
				  const char *value)
{
	appendStringInfo(sql, "%s %s %s", key->value, operator_of(key, usual),
					 value);
}

static bool
is_value(const char *item)
{
	return strcmp(item, "MINVALUE") != 0 && strcmp(item, "MAXVALUE") != 0;
}

/*
 * The operator for the column that decides in one of the ways to be within a
 * bound.  The lower one belongs to the range, the upper one does not, nor does
 * it matter what comes behind a column if anything will do.
 */
static const char *
deciding(bool lower, const char *next)
{
	if (lower)
		return next == NULL || strcmp(next, "MINVALUE") == 0 ? ">=" : ">";
	return next && strcmp(next, "MAXVALUE") == 0 ? "<=" : "<";
}

/*
 * What a row must be for one of the bounds, the columns from the given one on
 * being what decides: the first one, or the second where the first is equal...
 */
static void
append_bound(StringInfo sql, const List *keys, const List *values, int first,
			 bool lower)
{
	StringInfoData ways;
	int n = 0;

	initStringInfo(&ways);
	for (int last = first; last < list_length(values); last++)
	{
		if (!is_value(list_nth(values, last)))
			break;
		appendStringInfoString(&ways, n++ > 0 ? " OR (" : "(");
		for (int i = first; i < last; i++)
		{
			append_comparison(&ways, list_nth(keys, i), "=",
							  list_nth(values, i));
			appendStringInfoString(&ways, " AND ");
		}
		append_comparison(&ways, list_nth(keys, last),
						  deciding(lower, last + 1 < list_length(values)
											  ? list_nth(values, last + 1)
											  : NULL),
						  list_nth(values, last));
		appendStringInfoChar(&ways, ')');
	}
	if (n > 0)
		appendStringInfo(sql, n > 1 ? " AND (%s)" : " AND %s", ways.data);
}

/* The bounds are those behind FROM ( */
static char *
range_condition(const List *keys, const char *bounds)
{
	const char *end;
	List *from = split(bounds, &end);
	List *to = split(end + strlen(") TO ("), NULL);
	int same = 0;
	ListCell *lc;
	StringInfoData sql;

	initStringInfo(&sql);
	foreach (lc, keys)
		appendStringInfo(&sql, "%s%s IS NOT NULL", sql.len > 0 ? " AND " : "",
						 ((const Key *) lfirst(lc))->name);
	while (same < list_length(from) - 1 && is_value(list_nth(from, same)) &&
		   strcmp(list_nth(from, same), list_nth(to, same)) == 0)
	{
		appendStringInfoString(&sql, " AND ");
		append_comparison(&sql, list_nth(keys, same), "=",
						  list_nth(from, same));
		same++;
	}
	append_bound(&sql, keys, from, same, true);
	append_bound(&sql, keys, to, same, false);
	return sql.data;
}

/* NULL if the values have to be compared by an operator of another name */
static char *
list_condition(const Key *key, const char *values)
{
	bool nulls = false;
	List *items = split(values, NULL);
	ListCell *lc;
	StringInfoData list;

	initStringInfo(&list);
	foreach (lc, items)
	{
		if (strcmp(lfirst(lc), "NULL") == 0)
			nulls = true;
		else
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
							 (char *) lfirst(lc));
	}
	if (list.len == 0)
		return psprintf("%s IS NULL", key->name);
	if (OidIsValid(key->family) &&
		get_opfamily_member(key->family, key->type, key->type,
							BTEqualStrategyNumber) !=
			OpernameGetOprid(list_make2(makeString("pg_catalog"),
										makeString("=")),
							 key->type, key->type))
		return NULL;
	return psprintf(nulls ? "%s IS NULL OR %s IN (%s)"
						  : "%s IS NOT NULL AND %s IN (%s)",
					key->name, key->value, list.data);
}

static char *
hash_condition(const SmObject *parent, const List *keys, const char *bound)
{
	int modulus;
	int remainder;
	ListCell *lc;
	StringInfoData sql;

	if (sscanf(bound, "FOR VALUES WITH (modulus %d, remainder %d)", &modulus,
			   &remainder) != 2)
		return NULL;
	initStringInfo(&sql);
	appendStringInfo(&sql, "satisfies_hash_partition(%s::regclass, %d, %d",
					 quote_literal_cstr(parent->identity), modulus, remainder);
	foreach (lc, keys)
		appendStringInfo(&sql, ", %s", ((const Key *) lfirst(lc))->name);
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

/*
 * What all rows fit that belong into a partition of the table with these
 * bounds, as a condition in SQL; NULL if it is not known.
 */
char *
sm_condition_of_partition(const SmObject *parent, const char *bound)
{
	static const char *const range = "FOR VALUES FROM (";
	static const char *const list = "FOR VALUES IN (";
	List *keys;

	if (strncmp(bound, range, strlen(range)) == 0)
	{
		keys = key_items(parent, "RANGE (");
		return keys ? range_condition(keys, bound + strlen(range)) : NULL;
	}
	if (strncmp(bound, list, strlen(list)) == 0)
	{
		keys = key_items(parent, "LIST (");
		return keys ? list_condition(linitial(keys), bound + strlen(list))
					: NULL;
	}
	keys = key_items(parent, "HASH (");
	return keys ? hash_condition(parent, keys, bound) : NULL;
}
