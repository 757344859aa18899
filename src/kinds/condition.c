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

/* Length of a literal, or of a word in front of a separator */
static int
value_length(const char *text)
{
	int n = 0;
	bool quoted = false;
	int depth = 0;

	for (; text[n]; n++)
	{
		if (text[n] == '\'')
			quoted = !quoted;
		if (quoted)
			continue;
		if (depth == 0 && (text[n] == ',' || text[n] == ')'))
			break;
		if (text[n] == '(')
			depth++;
		else if (text[n] == ')')
			depth--;
	}
	return n;
}

/* The column of that name, which is in quotes where needed; NULL if none is */
static const SmObject *
find_column(const SmObject *table, const char *name, int length)
{
	for (int i = 0; i < table->children.n; i++)
	{
		const SmObject *column = table->children.item[i];
		const char *quoted;

		if (column->kind != &sm_kind_column)
			continue;
		quoted = quote_identifier(column->name);
		if ((int) strlen(quoted) == length &&
			strncmp(quoted, name, length) == 0)
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

/*
 * What stands in the parentheses of a key like RANGE (day): columns, and no
 * expressions, collations or operator classes.  NULL if it is not so.
 */
static char *
key_columns(const SmObject *table, const char *strategy, int *n)
{
	bool hash = strncmp(strategy, "HASH", 4) == 0;
	const char *key = sm_table_partition_key(table);
	const char *at;

	*n = 0;
	if (key == NULL || strncmp(key, strategy, strlen(strategy)) != 0)
		return NULL;
	key += strlen(strategy);
	for (at = key; *at; at += 2)
	{
		int length = value_length(at);
		const SmObject *column = find_column(table, at, length);

		if (column == NULL || (hash && !has_no_collation(column)))
			return NULL;
		(*n)++;
		at += length;
		if (*at == ')')
			break;
	}
	return pnstrdup(key, at - key);
}

static char *
range_condition(const char *column, const char *from)
{
	int n = value_length(from);
	const char *to = from + n + strlen(") TO (");
	int m = value_length(to);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "%s IS NOT NULL", column);
	if (strncmp(from, "MINVALUE", n) != 0)
		appendStringInfo(&sql, " AND %s >= %.*s", column, n, from);
	if (strncmp(to, "MAXVALUE", m) != 0)
		appendStringInfo(&sql, " AND %s < %.*s", column, m, to);
	return sql.data;
}

static char *
list_condition(const char *column, const char *values)
{
	bool nulls = false;
	StringInfoData list;

	initStringInfo(&list);
	while (*values)
	{
		int n = value_length(values);

		if (n == 4 && strncmp(values, "NULL", 4) == 0)
			nulls = true;
		else
			appendStringInfo(&list, "%s%.*s", list.len > 0 ? ", " : "", n,
							 values);
		values += n;
		if (*values == ')')
			break;
		values += strlen(", ");
	}
	if (list.len == 0)
		return psprintf("%s IS NULL", column);
	return psprintf(nulls ? "%s IS NULL OR %s IN (%s)"
						  : "%s IS NOT NULL AND %s IN (%s)",
					column, column, list.data);
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
	int modulus;
	int remainder;
	int n;
	char *columns;

	if (strncmp(bound, range, strlen(range)) == 0)
	{
		columns = key_columns(parent, "RANGE (", &n);
		return columns && n == 1
				   ? range_condition(columns, bound + strlen(range))
				   : NULL;
	}
	if (strncmp(bound, list, strlen(list)) == 0)
	{
		columns = key_columns(parent, "LIST (", &n);
		return columns ? list_condition(columns, bound + strlen(list)) : NULL;
	}
	columns = key_columns(parent, "HASH (", &n);
	if (columns == NULL ||
		sscanf(bound, "FOR VALUES WITH (modulus %d, remainder %d)", &modulus,
			   &remainder) != 2)
		return NULL;
	return psprintf("satisfies_hash_partition(%s::regclass, %d, %d, %s)",
					quote_literal_cstr(parent->identity), modulus, remainder,
					columns);
}
