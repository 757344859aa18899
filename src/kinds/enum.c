/*-------------------------------------------------------------------------
 *
 * enum.c
 *	  Enum types.
 *
 * Values can be added anywhere in place.  One that is to go, or to stand
 * somewhere else, takes a new type, which works if no table has a column of
 * it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/type.h"
#include "query.h"

enum
{
	VALUES = SM_FIRST_ATTR /* text[], in their order */
};

static const SmAttr attrs[] = {
	{ "values", 0 },
};

/* clang-format off */
static const char query[] =
	"SELECT t.oid, 0, NULL::oid, NULL::int4, n.nspname, t.typname, "
	"format('%I.%I', n.nspname, t.typname), " SM_SQL_OWNER("t.typowner") ", "
	SM_SQL_ACL("t.typacl", "t.typowner") ", e.labels "
	"FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
	"LEFT JOIN (SELECT enumtypid, "
	"array_agg(enumlabel::text ORDER BY enumsortorder) AS labels "
	"FROM pg_enum GROUP BY enumtypid) e ON e.enumtypid = t.oid "
	"WHERE t.typtype = 'e' AND t.typnamespace = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "TYPE";
}

/* The values, as strings */
static List *
values_of(const SmObject *object)
{
	const char *values = sm_attr(object, VALUES);

	if (values == NULL)
		return NIL;
	return sm_text_array_to_list(
		OidFunctionCall3(F_ARRAY_IN, CStringGetDatum(values),
						 ObjectIdGetDatum(TEXTOID), Int32GetDatum(-1)));
}

/* Where in the list, from start on, the value is; -1 if it is not */
static int
position(const List *values, const char *value, int start)
{
	for (int i = start; i < list_length(values); i++)
		if (strcmp(list_nth(values, i), value) == 0)
			return i;
	return -1;
}

/* Can the values be got by adding some to those that there are? */
static bool
is_extended(const List *from, const List *to)
{
	int next = 0;
	ListCell *lc;

	foreach (lc, from)
	{
		next = position(to, lfirst(lc), next) + 1;
		if (next == 0)
			return false;
	}
	return true;
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return is_extended(values_of(from), values_of(to)) ? SM_ALTER : SM_REPLACE;
}

/*
 * Values cannot be removed or reordered.  So where columns have the type, it
 * makes room for a new one, which they are converted to by way of the names.
 */
static bool
can_swap(const SmObject *from, const SmObject *to)
{
	return sm_type_has_columns(from);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	StringInfoData list;
	ListCell *lc;

	initStringInfo(&list);
	foreach (lc, values_of(to))
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
						 quote_literal_cstr(lfirst(lc)));
	sm_type_make_room(delta, to);
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE TYPE %s AS ENUM (%s)", to->identity, list.data);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP TYPE %s",
					   sm_type_name_to_drop(from));
}

/*
 * Each new value goes before the next one that was there already.  So the
 * place of none is said by another new one, and several of them come to stand
 * in the order in which they are added.
 */
static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	List *old = values_of(from);
	int next = 0;
	ListCell *lc;

	foreach (lc, values_of(to))
	{
		const char *value = lfirst(lc);
		const char *before =
			next < list_length(old) ? list_nth(old, next) : NULL;

		if (before && strcmp(before, value) == 0)
		{
			next++;
			continue;
		}
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER TYPE %s ADD VALUE %s%s%s", to->identity,
						   quote_literal_cstr(value), before ? " BEFORE " : "",
						   before ? quote_literal_cstr(before) : "");
		sm_delta_hazard(delta, to, SM_PHASE_ALTER,
						"the value can be used after the transaction only, which CALL schemamig.migrate() commits");
	}
}

const SmKind sm_kind_enum = {
	.name = "enum",
	.classid = TypeRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_TYPE,
	.weight = 20,
	.acl_type = 'T',
	.sql_type = sql_type,
	.fate = fate,
	.can_swap = can_swap,
	.create = create,
	.drop = drop,
	.alter = alter,
};
