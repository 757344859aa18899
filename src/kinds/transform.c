/*-------------------------------------------------------------------------
 *
 * transform.c
 *	  Transforms of types for procedural languages.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_transform.h"

#include "compat.h"
#include "kinds.h"

enum
{
	FROM_SQL = SM_FIRST_ATTR,
	TO_SQL
};

static const SmAttr attrs[] = {
	{ "from SQL", 0 },
	{ "to SQL", 0 },
};

static const char query[] =
	"SELECT t.oid, 0, NULL::oid, NULL::int4, NULL::text, l.lanname, "
	"format('FOR %s LANGUAGE %I', format_type(t.trftype, NULL), l.lanname), "
	"NULL::text, NULL::text, nullif(t.trffromsql, 0)::regprocedure::text, "
	"nullif(t.trftosql, 0)::regprocedure::text "
	"FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang";

static const char *
sql_type(const SmObject *object)
{
	return "TRANSFORM";
}

static void
make(SmDelta *delta, const SmObject *to, SmPhase phase, const char *verb)
{
	const char *from_sql = sm_attr(to, FROM_SQL);
	const char *to_sql = sm_attr(to, TO_SQL);

	sm_delta_statement(delta, to, phase, "%s TRANSFORM %s (%s%s%s%s%s)", verb,
					   to->identity, from_sql ? "FROM SQL WITH FUNCTION " : "",
					   sm_text_or(from_sql, ""), from_sql && to_sql ? ", " : "",
					   to_sql ? "TO SQL WITH FUNCTION " : "",
					   sm_text_or(to_sql, ""));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	make(delta, to, SM_PHASE_CREATE, "CREATE");
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP TRANSFORM %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	make(delta, to, SM_PHASE_ALTER, "CREATE OR REPLACE");
}

const SmKind sm_kind_transform = {
	.name = "transform",
	.classid = TransformRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_DATABASE | SM_KIND_REBUILDABLE,
	.weight = 33,
	.sql_type = sql_type,
	.create = create,
	.drop = drop,
	.alter = alter,
};
