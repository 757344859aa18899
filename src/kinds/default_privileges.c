/*-------------------------------------------------------------------------
 *
 * default_privileges.c
 *	  What ALTER DEFAULT PRIVILEGES says: of a role, in a schema or in all, for
 *	  a type of objects.
 *
 * Those for all schemas stand in place of what the server gives, those of a
 * schema are in addition to that.  They come last, so that nothing that is
 * created before has them, and its own privileges are all that counts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_default_acl.h"

#include "acl.h"
#include "compat.h"
#include "kinds.h"

enum
{
	PRIVILEGES = SM_DEFAULT_PRIVILEGES, /* lines as in SM_ACL */
	NORMAL,								/* the same, when nothing was said */
	ROLE = SM_DEFAULT_PRIVILEGES_ROLE,
	WHAT = SM_DEFAULT_PRIVILEGES_WHAT /* TABLES, ... */
};

static const SmAttr attrs[] = {
	{ "privileges", 0 },
	{ "normal", SM_ATTR_INFO },
	{ "role", SM_ATTR_INFO },
	{ "what", SM_ATTR_INFO },
};

/* SQL for lines as in SM_ACL */
#define SQL_LINES(column, owner)                                               \
	"coalesce((SELECT string_agg(DISTINCT line, E'\\n' ORDER BY line) FROM ("  \
	"SELECT CASE WHEN e.grantee = 0 THEN 'PUBLIC' "                            \
	"WHEN e.grantee = " owner " THEN 'OWNER' "                                 \
	"ELSE quote_ident(pg_get_userbyid(e.grantee)) END || ' ' "                 \
	"|| e.privilege_type || "                                                  \
	"CASE WHEN e.is_grantable AND e.grantee <> " owner                         \
	" THEN ' *' ELSE '' END AS line FROM aclexplode(" column ") e) l), '')"

/*
 * In a model, that owner who stands for the current user has his default
 * privileges; those that are live must not be taken for them.
 */
/* clang-format off */
static const char query[] =
	"SELECT d.oid, 0, NULL::oid, NULL::int4, d.nspname, d.nspname, "
	"format('FOR ROLE %s %sON %s', d.role, "
	"'IN SCHEMA ' || quote_ident(d.nspname) || ' ', d.what), "
	"NULL::text, NULL::text, "
	SQL_LINES("d.defaclacl", "d.defaclrole") ", "
	"CASE WHEN d.nspname IS NULL THEN "
	SQL_LINES("acldefault(d.type, d.defaclrole)", "d.defaclrole") " "
	"ELSE '' END, d.role, d.what "
	"FROM (SELECT a.*, n.nspname, "
	"CASE a.defaclrole WHEN $2 THEN quote_ident($3) "
	"ELSE quote_ident(pg_get_userbyid(a.defaclrole)) END AS role, "
	"CASE a.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' "
	"WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' "
	"ELSE 'LARGE OBJECTS' END AS what, "
	"CASE a.defaclobjtype WHEN 'S' THEN 's' ELSE a.defaclobjtype END AS type "
	"FROM pg_default_acl a LEFT JOIN pg_namespace n "
	"ON n.oid = a.defaclnamespace "
	"WHERE (a.defaclnamespace = 0 OR a.defaclnamespace = ANY ($1)) "
	"AND (a.defaclrole = $2 OR $2 = 0 "
	"OR pg_get_userbyid(a.defaclrole) <> $3)) d";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "DEFAULT PRIVILEGES";
}

/* What stands before GRANT */
static char *
prefix(const SmObject *object)
{
	const char *on = sm_attr(object, WHAT);

	/* the identity, without what it is about */
	return psprintf("ALTER DEFAULT PRIVILEGES %.*s",
					(int) (strlen(object->identity) - strlen(on) -
						   strlen("ON ")),
					object->identity);
}

static void
change(SmDelta *delta, const SmObject *object, SmPhase phase, const char *from,
	   const char *to)
{
	sm_acl_change_default(delta, object, phase, from, to, prefix(object),
						  sm_attr(object, WHAT), sm_attr(object, ROLE));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	change(delta, to, SM_PHASE_CREATE, sm_attr(to, NORMAL),
		   sm_attr(to, PRIVILEGES));
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	change(delta, from, SM_PHASE_DROP, sm_attr(from, PRIVILEGES),
		   sm_attr(from, NORMAL));
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	change(delta, to, SM_PHASE_ALTER, sm_attr(from, PRIVILEGES),
		   sm_attr(to, PRIVILEGES));
}

const SmKind sm_kind_default_privileges = {
	.name = "default privileges",
	.classid = DefaultAclRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_DATABASE | SM_KIND_EVALUATES,
	.weight = 95,
	.sql_type = sql_type,
	.create = create,
	.drop = drop,
	.alter = alter,
};
