/*-------------------------------------------------------------------------
 *
 * policy.c
 *	  Policies of row-level security.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_policy.h"
#include "lib/stringinfo.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/relation.h"

enum
{
	COMMAND = SM_FIRST_ATTR, /* NULL: all */
	RESTRICTIVE,
	ROLES, /* NULL: PUBLIC */
	USING,
	CHECK
};

static const SmAttr attrs[] = {
	{ "command", 0 }, { "restrictive", 0 }, { "roles", 0 },
	{ "using", 0 },	  { "check", 0 },
};

/* CURRENT_USER in a model is whoever asks, not the role that stands for nobody */
static const char query[] =
	"SELECT p.oid, 0, p.polrelid, 0, n.nspname, p.polname, "
	"format('%I ON %I.%I', p.polname, n.nspname, c.relname), "
	"NULL::text, NULL::text, "
	"CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' "
	"WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' END, "
	"NOT p.polpermissive, "
	"CASE WHEN p.polroles <> '{0}' THEN (SELECT string_agg(r.name, ', ' "
	"ORDER BY r.name) FROM (SELECT quote_ident(CASE WHEN o = $2 "
	"THEN $3 ELSE pg_get_userbyid(o) END) "
	"FROM unnest(p.polroles) o) r (name)) END, "
	"pg_get_expr(p.polqual, p.polrelid), "
	"pg_get_expr(p.polwithcheck, p.polrelid) "
	"FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid "
	"JOIN pg_namespace n ON n.oid = c.relnamespace "
	"WHERE c.relnamespace = ANY ($1)";

static const char *
sql_type(const SmObject *object)
{
	return "POLICY";
}

/* ALTER POLICY can change expressions, but not remove them */
static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, COMMAND) || SM_DIFFERS(changed, RESTRICTIVE) ||
		(sm_attr(from, USING) && sm_attr(to, USING) == NULL) ||
		(sm_attr(from, CHECK) && sm_attr(to, CHECK) == NULL))
		return SM_REPLACE;
	return SM_ALTER;
}

/* Appends the clauses that are among these attributes, and that are there */
static void
append_clauses(StringInfo buf, const SmObject *to, uint64 which)
{
	if (SM_DIFFERS(which, ROLES))
		appendStringInfo(buf, " TO %s",
						 sm_text_or(sm_attr(to, ROLES), "PUBLIC"));
	if (SM_DIFFERS(which, USING) && sm_attr(to, USING))
		appendStringInfo(buf, " USING (%s)", sm_attr(to, USING));
	if (SM_DIFFERS(which, CHECK) && sm_attr(to, CHECK))
		appendStringInfo(buf, " WITH CHECK (%s)", sm_attr(to, CHECK));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	StringInfoData buf;

	initStringInfo(&buf);
	if (sm_attr(to, RESTRICTIVE))
		appendStringInfoString(&buf, " AS RESTRICTIVE");
	if (sm_attr(to, COMMAND))
		appendStringInfo(&buf, " FOR %s", sm_attr(to, COMMAND));
	append_clauses(&buf, to,
				   SM_BIT(USING) | SM_BIT(CHECK) |
					   (sm_attr(to, ROLES) ? SM_BIT(ROLES) : 0));
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE POLICY %s%s",
					   to->identity, buf.data);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP POLICY %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	StringInfoData buf;

	initStringInfo(&buf);
	append_clauses(&buf, to, changed);
	sm_delta_statement(delta, to, SM_PHASE_ALTER, "ALTER POLICY %s%s",
					   to->identity, buf.data);
}

const SmKind sm_kind_policy = {
	.name = "policy",
	.classid = PolicyRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_SPLITS,
	.weight = 85,
	.sql_type = sql_type,
	.fate = fate,
	.is_disturbed = sm_relation_is_disturbed,
	.create = create,
	.drop = drop,
	.alter = alter,
};
