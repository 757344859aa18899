/*-------------------------------------------------------------------------
 *
 * language.c
 *	  Procedural languages.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_language.h"

#include "compat.h"
#include "kinds.h"

enum
{
	TRUSTED = SM_FIRST_ATTR,
	HANDLER,
	INLINE_HANDLER,
	VALIDATOR
};

static const SmAttr attrs[] = {
	{ "trusted", 0 },
	{ "handler", 0 },
	{ "inline handler", 0 },
	{ "validator", 0 },
};

/* clang-format off */
static const char query[] =
	"SELECT l.oid, 0, NULL::oid, NULL::int4, NULL::text, l.lanname, "
	"quote_ident(l.lanname), " SM_SQL_OWNER("l.lanowner") ", "
	SM_SQL_ACL("l.lanacl", "l.lanowner") ", l.lanpltrusted, "
	"nullif(l.lanplcallfoid, 0)::regproc::text, "
	"nullif(l.laninline, 0)::regproc::text, "
	"nullif(l.lanvalidator, 0)::regproc::text "
	"FROM pg_language l WHERE l.lanispl AND l.oid >= 16384";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "LANGUAGE";
}

static void
make(SmDelta *delta, const SmObject *to, SmPhase phase, const char *verb)
{
	const char *inline_handler = sm_attr(to, INLINE_HANDLER);
	const char *validator = sm_attr(to, VALIDATOR);

	sm_delta_statement(delta, to, phase, "%s %sLANGUAGE %s HANDLER %s%s%s%s%s",
					   verb, sm_attr_true(to, TRUSTED) ? "TRUSTED " : "",
					   to->identity, sm_attr(to, HANDLER),
					   inline_handler ? " INLINE " : "",
					   sm_text_or(inline_handler, ""),
					   validator ? " VALIDATOR " : "",
					   sm_text_or(validator, ""));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	make(delta, to, SM_PHASE_CREATE, "CREATE");
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP LANGUAGE %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	make(delta, to, SM_PHASE_ALTER, "CREATE OR REPLACE");
}

const SmKind sm_kind_language = {
	.name = "language",
	.classid = LanguageRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_DATABASE,
	.weight = 31,
	.acl_type = 'l',
	.sql_type = sql_type,
	.create = create,
	.drop = drop,
	.alter = alter,
};
