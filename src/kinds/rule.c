/*-------------------------------------------------------------------------
 *
 * rule.c
 *	  Rewrite rules, other than those that views consist of.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_rewrite.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/relation.h"

enum
{
	DEFINITION = SM_FIRST_ATTR, /* without CREATE */
	STATE						/* NULL: fires in normal sessions */
};

static const SmAttr attrs[] = {
	{ "definition", 0 },
	{ "state", 0 },
};

static const char query[] =
	"SELECT r.oid, 0, r.ev_class, 0, n.nspname, r.rulename, "
	"format('%I ON %I.%I', r.rulename, n.nspname, c.relname), "
	"NULL::text, NULL::text, "
	"substr(rtrim(pg_get_ruledef(r.oid), ';'), length('CREATE ') + 1), "
	"CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' "
	"WHEN 'A' THEN 'ENABLE ALWAYS' END "
	"FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class "
	"JOIN pg_namespace n ON n.oid = c.relnamespace "
	"WHERE r.rulename <> '_RETURN' AND c.relnamespace = ANY ($1)";

static const char *
sql_type(const SmObject *object)
{
	return "RULE";
}

static void
change_state(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	sm_delta_alter_table(delta, to, phase, to->parent->identity, "%s RULE %s",
						 sm_text_or(sm_attr(to, STATE), "ENABLE"),
						 quote_identifier(to->name));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE %s",
					   sm_attr(to, DEFINITION));
	if (sm_attr(to, STATE))
		change_state(delta, to, SM_PHASE_CREATE);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP RULE %s",
					   from->identity);
}

/* CREATE OR REPLACE leaves the state as it is */
static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, DEFINITION))
		sm_delta_statement(delta, to, SM_PHASE_ALTER, "CREATE OR REPLACE %s",
						   sm_attr(to, DEFINITION));
	if (SM_DIFFERS(changed, STATE))
		change_state(delta, to, SM_PHASE_ALTER);
}

const SmKind sm_kind_rule = {
	.name = "rule",
	.classid = RewriteRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 79,
	.cached_kb = 16,
	.sql_type = sql_type,
	.is_disturbed = sm_relation_is_disturbed,
	.create = create,
	.drop = drop,
	.alter = alter,
};
