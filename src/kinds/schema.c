/*-------------------------------------------------------------------------
 *
 * schema.c
 *	  Schemas.
 *
 * A schema has nothing but what all kinds have.  What stands in it depends on
 * it, so that it is dropped by statements of its own before.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_namespace.h"

#include "compat.h"
#include "kinds.h"

/* What initdb says of the schema public */
#define PUBLIC_COMMENT "standard public schema"

/* clang-format off */
static const char query[] =
	"SELECT n.oid, 0, NULL::oid, NULL::int4, NULL::text, n.nspname, "
	"quote_ident(n.nspname), " SM_SQL_OWNER("n.nspowner") ", "
	SM_SQL_ACL("n.nspacl", "n.nspowner") " "
	"FROM pg_namespace n WHERE n.oid = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "SCHEMA";
}

/*
 * Where nothing is said about the schema public, it has the comment that it
 * was born with.  A model does not say that.
 */
static void
loaded(SmObject *object)
{
	if (strcmp(object->identity, "public") == 0 &&
		object->attr[SM_COMMENT] == NULL)
		object->attr[SM_COMMENT] = PUBLIC_COMMENT;
}

static void
create(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE SCHEMA %s",
					   to->identity);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP SCHEMA %s",
					   from->identity);
}

const SmKind sm_kind_schema = {
	.name = "schema",
	.classid = NamespaceRelationId,
	.query = query,
	.weight = 10,
	.acl_type = 'n',
	.sql_type = sql_type,
	.loaded = loaded,
	.create = create,
	.drop = drop,
};
