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

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/condition.h"
#include "kinds/table.h"

/* Length of what stands in front of a separator: a literal, a name, a call */
static int
item_length(const char *text)
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
		if (depth == 0 && (text[n] == ',' || text[n] == ')'))
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
		int length = item_length(text);

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
 * function for hash partitions is not the one that a user can write.
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

/*
 * What stands in the parentheses of a key like RANGE (day, lower(name)):
 * columns and expressions, without collations and operator classes.  NIL if it
 * is not so.
 */
static List *
key_items(const SmObject *table, const char *strategy)
{
	bool hash = strncmp(strategy, "HASH", 4) == 0;
	const char *key = sm_table_partition_key(table);
	List *items;
	ListCell *lc;

	if (key == NULL || strncmp(key, strategy, strlen(strategy)) != 0)
		return NIL;
	items = split(key + strlen(strategy), NULL);
	foreach (lc, items)
	{
		const SmObject *column = find_column(table, lfirst(lc));

		if (column ? hash && !has_no_collation(column)
				   : hash || !is_expression(lfirst(lc)))
			return NIL;
	}
	return items;
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
			appendStringInfo(&ways, "%s = %s AND ", (char *) list_nth(keys, i),
							 (char *) list_nth(values, i));
		appendStringInfo(&ways, "%s %s %s)", (char *) list_nth(keys, last),
						 deciding(lower, last + 1 < list_length(values)
											 ? list_nth(values, last + 1)
											 : NULL),
						 (char *) list_nth(values, last));
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
						 (char *) lfirst(lc));
	while (same < list_length(from) - 1 && is_value(list_nth(from, same)) &&
		   strcmp(list_nth(from, same), list_nth(to, same)) == 0)
	{
		appendStringInfo(&sql, " AND %s = %s", (char *) list_nth(keys, same),
						 (char *) list_nth(from, same));
		same++;
	}
	append_bound(&sql, keys, from, same, true);
	append_bound(&sql, keys, to, same, false);
	return sql.data;
}

static char *
list_condition(const char *key, const char *values)
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
		return psprintf("%s IS NULL", key);
	return psprintf(nulls ? "%s IS NULL OR %s IN (%s)"
						  : "%s IS NOT NULL AND %s IN (%s)",
					key, key, list.data);
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
		appendStringInfo(&sql, ", %s", (char *) lfirst(lc));
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
