/*-------------------------------------------------------------------------
 *
 * publication.c
 *	  Publications, and what they have: tables, and schemas.
 *
 * What a publication has is an object of its own, so that a column can be
 * changed that a row filter uses.  Tables and schemas that are not managed are
 * passed over: a publication that the model makes may have such as well.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_publication.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
#include "lib/stringinfo.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/relation.h"

enum
{
	ALL_TABLES = SM_PUBLICATION_ALL_TABLES,
	PUBLISH = SM_FIRST_ATTR + 1,
	VIA_ROOT,
	GENERATED_COLUMNS /* NULL: none */
};

static const SmAttr attrs[] = {
	{ "all tables", 0 },
	{ "publish", 0 },
	{ "publish_via_partition_root", 0 },
	{ "publish_generated_columns", 0 },
};

/* clang-format off */
static const char query[] =
	"SELECT p.oid, 0, NULL::oid, NULL::int4, NULL::text, p.pubname, "
	"quote_ident(p.pubname), " SM_SQL_OWNER("p.pubowner") ", NULL::text, "
	"p.puballtables, concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, "
	"CASE WHEN p.pubupdate THEN 'update' END, "
	"CASE WHEN p.pubdelete THEN 'delete' END, "
	"CASE WHEN p.pubtruncate THEN 'truncate' END), p.pubviaroot, "
	SM_SQL_PUBLISH_GENERATED " "
	"FROM pg_publication p";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "PUBLICATION";
}

/* FOR ALL TABLES is said once and for all */
static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, ALL_TABLES) ? SM_REPLACE : SM_ALTER;
}

/* What stands in WITH or SET (...), for the attributes in changed */
static char *
parameters(const SmObject *to, uint64 changed)
{
	StringInfoData buf;

	initStringInfo(&buf);
	if (SM_DIFFERS(changed, PUBLISH))
		appendStringInfo(&buf, ", publish = '%s'", sm_attr(to, PUBLISH));
	if (SM_DIFFERS(changed, VIA_ROOT))
		appendStringInfo(&buf, ", publish_via_partition_root = %s",
						 sm_attr_true(to, VIA_ROOT) ? "true" : "false");
	if (SM_DIFFERS(changed, GENERATED_COLUMNS))
		appendStringInfo(&buf, ", publish_generated_columns = %s",
						 sm_text_or(sm_attr(to, GENERATED_COLUMNS), "none"));
	return buf.data + strlen(", ");
}

static void
create(SmDelta *delta, const SmObject *to)
{
	uint64 said = SM_BIT(PUBLISH);

	for (int i = VIA_ROOT; i <= GENERATED_COLUMNS; i++)
		if (sm_attr(to, i))
			said |= SM_BIT(i);
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE PUBLICATION %s%s WITH (%s)", to->identity,
					   sm_attr_true(to, ALL_TABLES) ? " FOR ALL TABLES" : "",
					   parameters(to, said));
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP PUBLICATION %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	sm_delta_statement(delta, to, SM_PHASE_ALTER,
					   "ALTER PUBLICATION %s SET (%s)", to->identity,
					   parameters(to, changed));
}

const SmKind sm_kind_publication = {
	.name = "publication",
	.classid = PublicationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_DATABASE,
	.weight = 90,
	.sql_type = sql_type,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
};

/* ------------------------------------------------------------------------
 * Tables and schemas
 * ------------------------------------------------------------------------ */

enum
{
	WHAT = SM_FIRST_ATTR, /* what stands behind ADD and DROP */
	DETAILS				  /* columns and row filter; of tables only */
};

static const SmAttr member_attrs[] = {
	{ "what", 0 },
	{ "columns and filter", 0 },
};

/* The server has columns in the order of their numbers, which does not matter */
static const char table_query[] =
	"SELECT r.oid, 0, r.prpubid, 0, NULL::text, c.relname, "
	"format('%I TABLE %I.%I', p.pubname, n.nspname, c.relname), "
	"NULL::text, NULL::text, format('TABLE ONLY %I.%I', n.nspname, c.relname), "
	"nullif(concat(' (' || (SELECT string_agg(quote_ident(a.attname), ', ' "
	"ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = r.prrelid "
	"AND a.attnum = ANY (r.prattrs)) "
	"|| ')', ' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')'), '') "
	"FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid "
	"JOIN pg_class c ON c.oid = r.prrelid "
	"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.oid = ANY ($1)";

static const char schema_query[] =
	"SELECT r.oid, 0, r.pnpubid, 0, NULL::text, n.nspname, "
	"format('%I SCHEMA %I', p.pubname, n.nspname), NULL::text, NULL::text, "
	"format('TABLES IN SCHEMA %I', n.nspname), NULL::text "
	"FROM pg_publication_namespace r "
	"JOIN pg_publication p ON p.oid = r.pnpubid "
	"JOIN pg_namespace n ON n.oid = r.pnnspid WHERE n.oid = ANY ($1)";

static void
create_member(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "ALTER PUBLICATION %s ADD %s%s", to->parent->identity,
					   sm_attr(to, WHAT), sm_text_or(sm_attr(to, DETAILS), ""));
}

static void
drop_member(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP,
					   "ALTER PUBLICATION %s DROP %s", from->parent->identity,
					   sm_attr(from, WHAT));
}

const SmKind sm_kind_publication_table = {
	.name = "publication table",
	.classid = PublicationRelRelationId,
	.parent_class = PublicationRelationId,
	.query = table_query,
	.attrs = member_attrs,
	.n_attrs = lengthof(member_attrs),
	.flags = SM_KIND_DATABASE | SM_KIND_REBUILDABLE | SM_KIND_DROPS_FIRST,
	.weight = 92,
	.sql_type = sql_type,
	.is_disturbed = sm_relation_is_disturbed,
	.create = create_member,
	.drop = drop_member,
};

const SmKind sm_kind_publication_schema = {
	.name = "publication schema",
	.classid = PublicationNamespaceRelationId,
	.parent_class = PublicationRelationId,
	.query = schema_query,
	.attrs = member_attrs,
	.n_attrs = lengthof(member_attrs),
	.flags = SM_KIND_DATABASE | SM_KIND_REBUILDABLE | SM_KIND_DROPS_FIRST,
	.weight = 91,
	.sql_type = sql_type,
	.create = create_member,
	.drop = drop_member,
};
