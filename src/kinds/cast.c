/*-------------------------------------------------------------------------
 *
 * cast.c
 *	  Casts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_cast.h"

#include "compat.h"
#include "kinds.h"

enum
{
	METHOD = SM_FIRST_ATTR, /* WITH FUNCTION ..., WITH INOUT, ... */
	CONTEXT					/* NULL: explicit only */
};

static const SmAttr attrs[] = {
	{ "method", 0 },
	{ "context", 0 },
};

/* Those that come with a range type are its own */
static const char query[] =
	"SELECT c.oid, 0, NULL::oid, NULL::int4, NULL::text, "
	"format_type(c.castsource, NULL), "
	"format('(%s AS %s)', format_type(c.castsource, NULL), "
	"format_type(c.casttarget, NULL)), NULL::text, NULL::text, "
	"CASE c.castmethod WHEN 'f' THEN "
	"'WITH FUNCTION ' || c.castfunc::regprocedure::text "
	"WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END, "
	"CASE c.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' "
	"WHEN 'i' THEN 'AS IMPLICIT' END "
	"FROM pg_cast c WHERE c.oid >= 16384 AND NOT EXISTS ("
	"SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass "
	"AND d.objid = c.oid AND d.deptype = 'i')";

static const char *
sql_type(const SmObject *object)
{
	return "CAST";
}

static void
create(SmDelta *delta, const SmObject *to)
{
	const char *context = sm_attr(to, CONTEXT);

	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE CAST %s %s%s%s",
					   to->identity, sm_attr(to, METHOD), context ? " " : "",
					   sm_text_or(context, ""));
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP CAST %s",
					   from->identity);
}

const SmKind sm_kind_cast = {
	.name = "cast",
	.classid = CastRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_DATABASE | SM_KIND_REBUILDABLE,
	.weight = 34,
	.sql_type = sql_type,
	.create = create,
	.drop = drop,
};
