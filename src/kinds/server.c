/*-------------------------------------------------------------------------
 *
 * server.c
 *	  Foreign servers.
 *
 * Everybody can read their options.  Nevertheless some have secrets in them,
 * which no script should spread.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_foreign_server.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/foreign.h"

enum
{
	TYPE = SM_FIRST_ATTR,
	VERSION,
	WRAPPER,
	OPTIONS,
	SECRETS
};

static const SmAttr attrs[] = {
	{ "type", 0 },
	{ "version", 0 },
	{ "wrapper", 0 },
	{ "options", 0 },
	{ "secret options", SM_ATTR_SECRET },
};

/* What looks like a secret: an option called so, or a password in a value; or
 * what stands for one */
#define SQL_IS_SECRET                                                          \
	"(o.name ~* 'pass|pwd|secret|token|credential|private|access_?key|"        \
	"api_?key' AND o.name !~* '_required$|^passfile$' "                        \
	"OR o.value ~* '(pass|passwd|password|pwd) *=' "                           \
	"OR o.value ~ '://[^/@]*:[^/@]*@' OR o.value = '...')"

/* clang-format off */
static const char query[] =
	"SELECT s.oid, 0, NULL::oid, NULL::int4, NULL::text, s.srvname, "
	"quote_ident(s.srvname), " SM_SQL_OWNER("s.srvowner") ", "
	SM_SQL_ACL("s.srvacl", "s.srvowner") ", "
	"quote_literal(s.srvtype), quote_literal(s.srvversion), "
	"quote_ident(w.fdwname), "
	SM_SQL_FOREIGN_OPTIONS("s.srvoptions", "NOT " SQL_IS_SECRET) ", "
	SM_SQL_FOREIGN_SECRETS("s.srvoptions", SQL_IS_SECRET) " "
	"FROM pg_foreign_server s "
	"JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "SERVER";
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, TYPE) || SM_DIFFERS(changed, WRAPPER)
			   ? SM_REPLACE
			   : SM_ALTER;
}

static void
set_by_hand(SmDelta *delta, const SmObject *to, SmPhase phase, const char *from)
{
	char *secrets = sm_foreign_by_hand(from, sm_attr(to, SECRETS));

	if (secrets)
		sm_delta_by_hand(delta, to, phase, "ALTER SERVER %s OPTIONS (%s)",
						 to->identity, secrets);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	const char *type = sm_attr(to, TYPE);
	const char *version = sm_attr(to, VERSION);
	const char *options = sm_foreign_options(sm_attr(to, OPTIONS));

	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE SERVER %s%s%s%s%s FOREIGN DATA WRAPPER %s%s%s%s",
					   to->identity, type ? " TYPE " : "", sm_text_or(type, ""),
					   version ? " VERSION " : "", sm_text_or(version, ""),
					   sm_attr(to, WRAPPER), options ? " OPTIONS (" : "",
					   sm_text_or(options, ""), options ? ")" : "");
	set_by_hand(delta, to, SM_PHASE_CREATE, NULL);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP SERVER %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	const char *options =
		sm_foreign_change(sm_attr(from, OPTIONS), sm_attr(to, OPTIONS),
						  sm_attr(from, SECRETS), sm_attr(to, SECRETS));

	if (SM_DIFFERS(changed, VERSION))
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER SERVER %s VERSION %s", to->identity,
						   sm_text_or(sm_attr(to, VERSION), "NULL"));
	if (options)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER SERVER %s OPTIONS (%s)", to->identity,
						   options);
	set_by_hand(delta, to, SM_PHASE_ALTER, sm_attr(from, SECRETS));
}

const SmKind sm_kind_server = {
	.name = "server",
	.classid = ForeignServerRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_DATABASE | SM_KIND_REBUILDABLE,
	.weight = 37,
	.acl_type = 'S',
	.sql_type = sql_type,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
};
