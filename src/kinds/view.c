/*-------------------------------------------------------------------------
 *
 * view.c
 *	  Views.
 *
 * CREATE OR REPLACE VIEW keeps what uses the view, but it can only append
 * columns.  Any other change drops the view and creates it again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"

#include "compat.h"
#include "deparse.h"
#include "kinds.h"
#include "kinds/options.h"
#include "kinds/relation.h"

enum
{
	DEFINITION = SM_FIRST_ATTR,
	OPTIONS,
	COLUMNS /* a line for each: name, type and collation */
};

static const SmAttr attrs[] = {
	{ "definition", 0 },
	{ "options", SM_ATTR_LINES },
	{ "columns", SM_ATTR_INFO },
};

#define SQL_OWNER_AND_ACL                                                      \
	SM_SQL_OWNER("c.relowner")                                                 \
	", " SM_SQL_ACL("c.relacl", "c.relowner") ", "

#define SQL_OPTIONS SM_SQL_OPTIONS("c.reloptions")

static const char query[] =
	"SELECT c.oid, 0, NULL::oid, NULL::int4, n.nspname, c.relname, "
	"format('%I.%I', n.nspname, c.relname), " SQL_OWNER_AND_ACL
	"NULL::text, " SQL_OPTIONS ", "
	"(SELECT string_agg(quote_ident(a.attname) || ' ' || "
	"format_type(a.atttypid, a.atttypmod) || ' ' || "
	"a.attcollation::regcollation::text, E'\\n' ORDER BY a.attnum) "
	"FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) "
	"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	"WHERE c.relkind = 'v' AND c.relnamespace = ANY ($1)";

static const char alias_query[] = SM_SQL_VIEW_RULES("v");

static void
complete(SmSnapshot *snapshot, SmObject *view, TupleTableSlot *row)
{
	view->attr[DEFINITION] =
		sm_snapshot_text(snapshot, sm_deparse_view(view->address.objid));
}

static const char *
sql_type(const SmObject *object)
{
	return "VIEW";
}

/* Do the columns begin with those that there were? */
static bool
is_appended(const char *from, const char *to)
{
	size_t length;

	if (from == NULL)
		return true;
	if (to == NULL)
		return false;
	length = strlen(from);
	return strncmp(from, to, length) == 0 &&
		   (to[length] == '\0' || to[length] == '\n');
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, DEFINITION) &&
		!is_appended(sm_attr(from, COLUMNS), sm_attr(to, COLUMNS)))
		return SM_REPLACE;
	return SM_ALTER;
}

static void
create_view(SmDelta *delta, const SmObject *to, SmPhase phase, const char *verb)
{
	char *options = sm_options_text(sm_attr(to, OPTIONS));

	sm_delta_statement(delta, to, phase, "%s VIEW %s%s%s%s AS\n%s", verb,
					   to->identity, options ? " WITH (" : "",
					   sm_text_or(options, ""), options ? ")" : "",
					   sm_attr(to, DEFINITION));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	create_view(delta, to, SM_PHASE_CREATE, "CREATE");
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP VIEW %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	/* this sets all options, those that are not named to their default */
	if (SM_DIFFERS(changed, DEFINITION))
		create_view(delta, to, SM_PHASE_ALTER, "CREATE OR REPLACE");
	else
		sm_relation_alter_options(delta, "VIEW", from, to, OPTIONS,
								  SM_PHASE_ALTER);
}

const SmKind sm_kind_view = {
	.name = "view",
	.classid = RelationRelationId,
	.query = query,
	.complete = complete,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_RELATION | SM_KIND_TYPE,
	.weight = 60,
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
