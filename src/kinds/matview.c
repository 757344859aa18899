/*-------------------------------------------------------------------------
 *
 * matview.c
 *	  Materialized views.
 *
 * Whether they hold data is not compared: who refreshes them decides that.  A
 * new one is empty if the model says so, one that is created again if it was.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/options.h"
#include "kinds/relation.h"

enum
{
	DEFINITION = SM_FIRST_ATTR,
	OPTIONS,
	ACCESS_METHOD,
	TABLESPACE,
	POPULATED /* "yes" or "no"; of a model: "no data", if it says so */
};

static const SmAttr attrs[] = {
	{ "definition", 0 }, { "options", SM_ATTR_LINES },	{ "access method", 0 },
	{ "tablespace", 0 }, { "populated", SM_ATTR_INFO },
};

#define SQL_OWNER_AND_ACL                                                      \
	SM_SQL_OWNER("c.relowner")                                                 \
	", " SM_SQL_ACL("c.relacl", "c.relowner") ", "

#define SQL_STORAGE                                                            \
	SM_SQL_RELATION_OPTIONS("c", "toast")                                      \
	", " SM_SQL_ACCESS_METHOD("am") ", quote_ident(s.spcname), "

static const char query[] =
	"SELECT c.oid, 0, NULL::oid, NULL::int4, n.nspname, c.relname, "
	"format('%I.%I', n.nspname, c.relname), " SQL_OWNER_AND_ACL
	"rtrim(pg_get_viewdef(c.oid), ';'), " SQL_STORAGE "CASE WHEN $2 <> 0 "
	"THEN CASE WHEN NOT c.relispopulated THEN 'no data' END "
	"WHEN c.relispopulated THEN 'yes' ELSE 'no' END "
	"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	"LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid "
	"LEFT JOIN pg_am am ON am.oid = c.relam "
	"LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace "
	"WHERE c.relkind = 'm' AND c.relnamespace = ANY ($1)";

static const char alias_query[] = SM_SQL_VIEW_RULES("m");

static const char *
sql_type(const SmObject *object)
{
	return "MATERIALIZED VIEW";
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, DEFINITION) ? SM_REPLACE : SM_ALTER;
}

/* One that had no data before, will have none, or is not to get any */
static bool
is_empty(const SmObject *to)
{
	return sm_attr_is(to, POPULATED, "no") ||
		   (to->peer ? sm_attr_is(to->peer, POPULATED, "no")
					 : sm_attr_is(to, POPULATED, "no data"));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	char *options = sm_options_text(sm_attr(to, OPTIONS));
	const char *method = sm_attr(to, ACCESS_METHOD);
	const char *tablespace = sm_attr(to, TABLESPACE);
	bool empty = is_empty(to);

	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE MATERIALIZED VIEW %s%s%s%s%s%s%s%s AS\n%s\n"
					   "WITH %sDATA",
					   to->identity, method ? " USING " : "",
					   sm_text_or(method, ""), options ? " WITH (" : "",
					   sm_text_or(options, ""), options ? ")" : "",
					   tablespace ? " TABLESPACE " : "",
					   sm_text_or(tablespace, ""), sm_attr(to, DEFINITION),
					   empty ? "NO " : "");
	if (to->peer && !empty)
		sm_delta_hazard(delta, to, SM_PHASE_CREATE,
						"runs the query of the materialized view again");
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP MATERIALIZED VIEW %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, OPTIONS))
		sm_relation_alter_options(delta, "MATERIALIZED VIEW", from, to, OPTIONS,
								  SM_PHASE_ALTER);
	if (SM_DIFFERS(changed, ACCESS_METHOD))
	{
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->identity,
							 "SET ACCESS METHOD %s",
							 sm_text_or(sm_attr(to, ACCESS_METHOD), "heap"));
		sm_delta_rewrites(delta, to, SM_PHASE_ALTER);
	}
	if (SM_DIFFERS(changed, TABLESPACE))
	{
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->identity,
							 "SET TABLESPACE %s",
							 sm_text_or(sm_attr(to, TABLESPACE), "pg_default"));
		sm_delta_rewrites(delta, to, SM_PHASE_ALTER);
	}
}

const SmKind sm_kind_materialized_view = {
	.name = "materialized view",
	.classid = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_RELATION | SM_KIND_TYPE |
			 SM_KIND_EVALUATES,
	.weight = 62,
	.cached_kb = 24,
	.acl_type = 'r',
	.alias_query = alias_query,
	.sql_type = sql_type,
	.fate = fate,
	.is_disturbed = sm_relation_is_disturbed,
	.create = create,
	.drop = drop,
	.alter = alter,
};
