/*-------------------------------------------------------------------------
 *
 * user_mapping.c
 *	  User mappings of foreign servers.
 *
 * They are where passwords are.  So no option is shown but those that are known
 * to be none.  Only superusers can read all of them; for others they are not
 * compared.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_user_mapping.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/foreign.h"

enum
{
	SERVER = SM_USER_MAPPING_SERVER,
	OPTIONS = SM_FIRST_ATTR + 1,
	SECRETS,
	HIDDEN
};

static const SmAttr attrs[] = {
	{ "server", SM_ATTR_INFO },
	{ "options", 0 },
	{ "secret options", SM_ATTR_SECRET },
	{ "hidden", SM_ATTR_INFO },
};

#define SQL_IS_NO_SECRET                                                       \
	"lower(o.name) IN ('user', 'username', 'user_name', 'login', 'role', "     \
	"'sslcert', 'sslkey', 'password_required', 'use_scram_passthrough', "      \
	"'gssdelegation')"

#define SQL_IS_SUPERUSER                                                       \
	"(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"

#define SQL_OPTIONS "CASE WHEN " SQL_IS_SUPERUSER " THEN m.umoptions END"

/*
 * In a model that owner who stands for the current user has the mappings of
 * that one; those that are live must not be taken for them.
 */
/* clang-format off */
static const char query[] =
	"SELECT m.umid, 0, NULL::oid, NULL::int4, NULL::text, m.srvname, "
	"format('FOR %s SERVER %I', CASE m.umuser WHEN 0 THEN 'PUBLIC' "
	"WHEN $2 THEN quote_ident($3) "
	"ELSE quote_ident(pg_get_userbyid(m.umuser)) END, m.srvname), "
	"NULL::text, NULL::text, quote_ident(m.srvname), "
	SM_SQL_FOREIGN_OPTIONS(SQL_OPTIONS, SQL_IS_NO_SECRET) ", "
	SM_SQL_FOREIGN_SECRETS(SQL_OPTIONS, "NOT " SQL_IS_NO_SECRET) ", "
	"NOT " SQL_IS_SUPERUSER " "
	"FROM pg_user_mappings m WHERE m.umuser = $2 OR $2 = 0 "
	"OR m.umuser = 0 OR m.usename <> $3";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "USER MAPPING";
}

static void
set_by_hand(SmDelta *delta, const SmObject *to, SmPhase phase, const char *from)
{
	char *secrets = sm_foreign_by_hand(from, sm_attr(to, SECRETS));

	if (secrets)
		sm_delta_by_hand(delta, to, phase, "ALTER USER MAPPING %s OPTIONS (%s)",
						 to->identity, secrets);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	const char *options = sm_foreign_options(sm_attr(to, OPTIONS));

	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE USER MAPPING %s%s%s%s", to->identity,
					   options ? " OPTIONS (" : "", sm_text_or(options, ""),
					   options ? ")" : "");
	if (sm_attr_true(to, HIDDEN))
		sm_delta_hazard(delta, to, SM_PHASE_CREATE,
						"has no options: only a superuser can compare them");
	set_by_hand(delta, to, SM_PHASE_CREATE, NULL);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP USER MAPPING %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	const char *options =
		sm_foreign_change(sm_attr(from, OPTIONS), sm_attr(to, OPTIONS),
						  sm_attr(from, SECRETS), sm_attr(to, SECRETS));

	if (options)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER USER MAPPING %s OPTIONS (%s)", to->identity,
						   options);
	set_by_hand(delta, to, SM_PHASE_ALTER, sm_attr(from, SECRETS));
}

const SmKind sm_kind_user_mapping = {
	.name = "user mapping",
	.classid = UserMappingRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_DATABASE | SM_KIND_REBUILDABLE,
	.weight = 38,
	.sql_type = sql_type,
	.create = create,
	.drop = drop,
	.alter = alter,
};
