/*-------------------------------------------------------------------------
 *
 * conversion.c
 *	  Conversions between encodings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_conversion.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"

enum
{
	DEFAULT = SM_FIRST_ATTR,
	SOURCE,
	TARGET,
	FUNCTION
};

static const SmAttr attrs[] = {
	{ "default", 0 },
	{ "source encoding", 0 },
	{ "target encoding", 0 },
	{ "function", 0 },
};

/* clang-format off */
static const char query[] =
	"SELECT c.oid, 0, NULL::oid, NULL::int4, n.nspname, c.conname, "
	"format('%I.%I', n.nspname, c.conname), "
	SM_SQL_OWNER("c.conowner") ", NULL::text, "
	"c.condefault, pg_encoding_to_char(c.conforencoding), "
	"pg_encoding_to_char(c.contoencoding), c.conproc::text "
	"FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace "
	"WHERE c.connamespace = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "CONVERSION";
}

static void
create(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE %sCONVERSION %s FOR %s TO %s FROM %s",
					   sm_attr_true(to, DEFAULT) ? "DEFAULT " : "",
					   to->identity, quote_literal_cstr(sm_attr(to, SOURCE)),
					   quote_literal_cstr(sm_attr(to, TARGET)),
					   sm_attr(to, FUNCTION));
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP CONVERSION %s",
					   from->identity);
}

const SmKind sm_kind_conversion = {
	.name = "conversion",
	.classid = ConversionRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 33,
	.sql_type = sql_type,
	.create = create,
	.drop = drop,
};
