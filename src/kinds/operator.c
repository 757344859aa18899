/*-------------------------------------------------------------------------
 *
 * operator.c
 *	  Operators.
 *
 * Commutators and negators name each other.  The server knows no dependencies
 * between them: the first of two that is created leaves a place for the other,
 * and links itself to one that is there; one that is dropped is taken out of
 * the other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_operator.h"
#include "lib/stringinfo.h"

#include "compat.h"
#include "kinds.h"

enum
{
	FUNCTION = SM_FIRST_ATTR,
	COMMUTATOR, /* OPERATOR(schema.name) */
	NEGATOR,
	RESTRICT,
	JOIN,
	HASHES,
	MERGES,
	COMMUTATOR_DEFINED, /* and not a mere place for one */
	NEGATOR_DEFINED,
	LEFT_TYPE,
	RIGHT_TYPE,
	COMMUTATOR_IDENTITY, /* of the object */
	NEGATOR_IDENTITY
};

static const SmAttr attrs[] = {
	{ "function", 0 },
	{ "commutator", 0 },
	{ "negator", 0 },
	{ "restrict", 0 },
	{ "join", 0 },
	{ "hashes", 0 },
	{ "merges", 0 },
	{ "commutator defined", 0 },
	{ "negator defined", 0 },
	{ "left type", SM_ATTR_INFO },
	{ "right type", SM_ATTR_INFO },
	{ "commutator identity", SM_ATTR_INFO },
	{ "negator identity", SM_ATTR_INFO },
};

/* clang-format off */
#define SQL_TYPE(column)                                                       \
	"CASE WHEN " column " <> 0 THEN format_type(" column ", NULL) END"

#define SQL_IDENTITY(namespace, operator)                                      \
	"format('%I.%s(%s, %s)', " namespace ".nspname, " operator ".oprname, "    \
	"coalesce(" SQL_TYPE(operator ".oprleft") ", 'NONE'), "                    \
	SQL_TYPE(operator ".oprright") ")"

#define SQL_REFERENCE(namespace, operator)                                     \
	"CASE WHEN " operator ".oid IS NOT NULL THEN "                             \
	"format('OPERATOR(%I.%s)', " namespace ".nspname, "                        \
	operator ".oprname) END, "

static const char query[] =
	"SELECT o.oid, 0, NULL::oid, NULL::int4, n.nspname, o.oprname, "
	SQL_IDENTITY("n", "o") ", "
	SM_SQL_OWNER("o.oprowner") ", NULL::text, "
	"o.oprcode::text, "
	SQL_REFERENCE("cn", "c")
	SQL_REFERENCE("gn", "g")
	"CASE WHEN o.oprrest <> 0 THEN o.oprrest::text END, "
	"CASE WHEN o.oprjoin <> 0 THEN o.oprjoin::text END, "
	"o.oprcanhash, o.oprcanmerge, c.oprcode <> 0, g.oprcode <> 0, "
	SQL_TYPE("o.oprleft") ", " SQL_TYPE("o.oprright") ", "
	"CASE WHEN c.oid IS NOT NULL THEN " SQL_IDENTITY("cn", "c") " END, "
	"CASE WHEN g.oid IS NOT NULL THEN " SQL_IDENTITY("gn", "g") " END "
	"FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace "
	"LEFT JOIN (pg_operator c JOIN pg_namespace cn "
	"ON cn.oid = c.oprnamespace) ON c.oid = o.oprcom "
	"LEFT JOIN (pg_operator g JOIN pg_namespace gn "
	"ON gn.oid = g.oprnamespace) ON g.oid = o.oprnegate "
	"WHERE o.oprcode <> 0 AND o.oprnamespace = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "OPERATOR";
}

/*
 * Does a link have to be made, or undone, that is in this state and not in the
 * other?  Not if the operator that it leads to is created or dropped, which
 * does it; but if that one is nowhere else, or is a mere place for one, about
 * which nothing is done.
 */
static bool
has_to_be_set(const SmObject *in, const SmObject *other, int identity)
{
	const char *partner = sm_attr(in, identity);

	return partner &&
		   (sm_snapshot_find(other->snapshot, &sm_kind_operator, partner) ||
			!sm_snapshot_find(in->snapshot, &sm_kind_operator, partner));
}

static bool
changes_link(const SmObject *from, const SmObject *to, int identity)
{
	return !sm_text_same(sm_attr(from, identity), sm_attr(to, identity)) &&
		   (has_to_be_set(from, to, identity) ||
			has_to_be_set(to, from, identity));
}

/* What has been set is there for good: plans may stand on it */
static bool
can_set(const SmObject *from, int attribute)
{
	return SM_CAN_SET_OPERATOR_LINKS && sm_attr(from, attribute) == NULL;
}

/* Is there another link that can only be had by making the operator again? */
static bool
replaces_link(const SmObject *from, const SmObject *to, int identity)
{
	const char *partner = sm_attr(to, identity);

	return changes_link(from, to, identity) &&
		   !(can_set(from, identity) &&
			 sm_snapshot_find(to->snapshot, &sm_kind_operator, partner));
}

/*
 * Is the operator that it leads to dropped, and the link not?  The server takes
 * the link away then.
 */
static bool
loses_partner(const SmObject *from, const SmObject *to, int identity,
			  int defined)
{
	return sm_text_same(sm_attr(from, identity), sm_attr(to, identity)) &&
		   sm_attr_true(from, defined) && !sm_attr_true(to, defined);
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, FUNCTION))
		return SM_REPLACE;
	for (int i = HASHES; i <= MERGES; i++)
		if (SM_DIFFERS(changed, i) && !can_set(from, i))
			return SM_REPLACE;
	if (replaces_link(from, to, COMMUTATOR_IDENTITY) ||
		replaces_link(from, to, NEGATOR_IDENTITY) ||
		loses_partner(from, to, COMMUTATOR_IDENTITY, COMMUTATOR_DEFINED) ||
		loses_partner(from, to, NEGATOR_IDENTITY, NEGATOR_DEFINED))
		return SM_REPLACE;
	return SM_ALTER;
}

static void
append_option(StringInfo sql, const SmObject *to, int attribute,
			  const char *name, const char *separator)
{
	if (sm_attr(to, attribute))
		appendStringInfo(sql, "%s%s = %s", separator, name,
						 sm_attr(to, attribute));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	static const char separator[] = ",\n\t";
	StringInfoData sql;

	initStringInfo(&sql);
	append_option(&sql, to, FUNCTION, "FUNCTION", "");
	append_option(&sql, to, LEFT_TYPE, "LEFTARG", separator);
	append_option(&sql, to, RIGHT_TYPE, "RIGHTARG", separator);
	append_option(&sql, to, COMMUTATOR, "COMMUTATOR", separator);
	append_option(&sql, to, NEGATOR, "NEGATOR", separator);
	append_option(&sql, to, RESTRICT, "RESTRICT", separator);
	append_option(&sql, to, JOIN, "JOIN", separator);
	if (sm_attr_true(to, HASHES))
		appendStringInfo(&sql, "%sHASHES", separator);
	if (sm_attr_true(to, MERGES))
		appendStringInfo(&sql, "%sMERGES", separator);
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE OPERATOR %.*s (\n\t%s\n)",
					   (int) (strrchr(to->identity, '(') - to->identity),
					   to->identity, sql.data);
}

/*
 * An operator, of the old state, that is created again leaves a place for one
 * that is dropped, and does not find that instead.
 */
void
sm_operator_order(const SmObject *from)
{
	for (int i = COMMUTATOR_IDENTITY; from->peer && i <= NEGATOR_IDENTITY; i++)
	{
		const SmObject *partner =
			sm_attr(from->peer, i) == NULL
				? NULL
				: sm_snapshot_find(from->snapshot, &sm_kind_operator,
								   sm_attr(from->peer, i));

		if (partner && partner->peer == NULL)
			sm_delta_precede(partner->action[SM_PHASE_DROP],
							 from->peer->action[SM_PHASE_CREATE]);
	}
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP OPERATOR %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	static const struct
	{
		int attribute;
		const char *name;
	} settings[] = { { RESTRICT, "RESTRICT" }, { JOIN, "JOIN" } };
	StringInfoData sql;

	initStringInfo(&sql);
	for (int i = 0; i < (int) lengthof(settings); i++)
		if (SM_DIFFERS(changed, settings[i].attribute))
			appendStringInfo(&sql, "%s%s = %s", sql.len > 0 ? ", " : "",
							 settings[i].name,
							 sm_text_or(sm_attr(to, settings[i].attribute),
										"NONE"));
	if (changes_link(from, to, COMMUTATOR_IDENTITY))
		append_option(&sql, to, COMMUTATOR, "COMMUTATOR",
					  sql.len > 0 ? ", " : "");
	if (changes_link(from, to, NEGATOR_IDENTITY))
		append_option(&sql, to, NEGATOR, "NEGATOR", sql.len > 0 ? ", " : "");
	if (SM_DIFFERS(changed, HASHES))
		appendStringInfo(&sql, "%sHASHES", sql.len > 0 ? ", " : "");
	if (SM_DIFFERS(changed, MERGES))
		appendStringInfo(&sql, "%sMERGES", sql.len > 0 ? ", " : "");
	if (sql.len > 0)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER OPERATOR %s SET (%s)", to->identity,
						   sql.data);
}

const SmKind sm_kind_operator = {
	.name = "operator",
	.classid = OperatorRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 35,
	.sql_type = sql_type,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
};
