/*-------------------------------------------------------------------------
 *
 * function.c
 *	  Functions, window functions and procedures.
 *
 * The definition is the server's own, CREATE OR REPLACE left away; what
 * CREATE OR REPLACE would refuse to change is read beside it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/relation.h"

enum
{
	DEFINITION = SM_FIRST_ATTR,
	IS_WINDOW,
	RESULT,
	OUTPUTS,	/* columns of the record that it returns, one a line */
	INPUTS,		/* names of input parameters, one a line; may be empty */
	N_DEFAULTS, /* NULL: none */
	DEFAULTS	/* of parameters whose type is not fixed */
};

static const SmAttr attrs[] = {
	{ "definition", 0 },		  { "is window", SM_ATTR_INFO },
	{ "result", SM_ATTR_INFO },	  { "outputs", SM_ATTR_INFO },
	{ "inputs", SM_ATTR_INFO },	  { "number of defaults", SM_ATTR_INFO },
	{ "defaults", SM_ATTR_INFO },
};

/* The polymorphic types: anyelement, anyarray, ... anycompatiblemultirange */
#define SQL_POLYMORPHIC                                                        \
	"ARRAY[2283, 2277, 2776, 3500, 3831, 4537, 5077, 5078, 5079, 5080, "       \
	"4538]::oid[]"

#define SQL_OWNER_AND_ACL                                                      \
	SM_SQL_OWNER("p.proowner")                                                 \
	", " SM_SQL_ACL("p.proacl", "p.proowner") ", "

/* Columns of the record that parameters make */
#define SQL_OUTPUTS                                                            \
	"CASE WHEN p.proargmodes IS NOT NULL "                                     \
	"AND p.prorettype = 'record'::regtype THEN "                               \
	"(SELECT string_agg(coalesce(o.name, '') || ' ' || "                       \
	"format_type(o.type, NULL), E'\\n' ORDER BY o.n) "                         \
	"FROM unnest(p.proallargtypes, p.proargmodes, p.proargnames) "             \
	"WITH ORDINALITY o (type, mode, name, n) "                                 \
	"WHERE o.mode IN ('o', 'b', 't')) END, "

#define SQL_INPUTS                                                             \
	"CASE WHEN p.proargmodes IS NULL "                                         \
	"THEN array_to_string(p.proargnames, E'\\n') ELSE "                        \
	"(SELECT string_agg(coalesce(i.name, ''), E'\\n' ORDER BY i.n) "           \
	"FROM unnest(p.proargnames, p.proargmodes) "                               \
	"WITH ORDINALITY i (name, mode, n) WHERE i.mode IN ('i', 'b', 'v')) END, "

/* Constructors of range types are made and dropped with their type */
#define SQL_ROUTINES(prokinds, arguments)                                      \
	"SELECT p.oid, 0, NULL::oid, NULL::int4, n.nspname, p.proname, "           \
	"format('%I.%I(%s)', n.nspname, p.proname, " arguments                     \
	"), " SQL_OWNER_AND_ACL                                                    \
	"substr(rtrim(pg_get_functiondef(p.oid), E'\\n'), "                        \
	"length('CREATE OR REPLACE ') + 1), p.prokind = 'w', "                     \
	"CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END || "                      \
	"format_type(p.prorettype, NULL), " SQL_OUTPUTS SQL_INPUTS                 \
	"nullif(p.pronargdefaults, 0), "                                           \
	"CASE WHEN p.pronargdefaults > 0 "                                         \
	"AND p.proargtypes::oid[] && " SQL_POLYMORPHIC " "                         \
	"THEN pg_get_expr(p.proargdefaults, 0) END "                               \
	"FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "            \
	"WHERE p.prokind IN (" prokinds ") AND p.pronamespace = ANY ($1) "         \
	"AND NOT EXISTS (SELECT FROM pg_depend d "                                 \
	"WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid "               \
	"AND d.objsubid = 0 AND d.deptype = 'i')"

static const char function_query[] =
	SQL_ROUTINES("'f', 'w'", "oidvectortypes(p.proargtypes)");

/* Without IN, types can mean another one's arguments with those of OUT */
static const char procedure_query[] =
	SQL_ROUTINES("'p'",
				 "(SELECT string_agg('IN ' || format_type(a.type, NULL), ', ' "
				 "ORDER BY a.n) FROM unnest(p.proargtypes) "
				 "WITH ORDINALITY a (type, n))");

static const char *
function_type(const SmObject *object)
{
	return "FUNCTION";
}

static const char *
procedure_type(const SmObject *object)
{
	return "PROCEDURE";
}

/* Does every input parameter that has a name keep it? */
static bool
keeps_names(const char *from, const char *to)
{
	while (from && *from)
	{
		size_t length = strcspn(from, "\n");

		if (length > 0 && (to == NULL || strcspn(to, "\n") != length ||
						   strncmp(from, to, length) != 0))
			return false;
		from += length;
		if (*from == '\n')
			from++;
		if (to)
		{
			to += strcspn(to, "\n");
			if (*to == '\n')
				to++;
		}
	}
	return true;
}

static int
n_defaults(const SmObject *object)
{
	return atoi(sm_text_or(sm_attr(object, N_DEFAULTS), "0"));
}

/* What CREATE OR REPLACE refuses, see ProcedureCreate() in the server */
static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	static const int fixed[] = { IS_WINDOW, RESULT, OUTPUTS };

	for (size_t i = 0; i < lengthof(fixed); i++)
		if (!sm_text_same(sm_attr(from, fixed[i]), sm_attr(to, fixed[i])))
			return SM_REPLACE;
	if (!keeps_names(sm_attr(from, INPUTS), sm_attr(to, INPUTS)) ||
		n_defaults(from) > n_defaults(to) ||
		(sm_attr(from, DEFAULTS) &&
		 !sm_text_same(sm_attr(from, DEFAULTS), sm_attr(to, DEFAULTS))))
		return SM_REPLACE;
	return SM_ALTER;
}

static void
create(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE %s",
					   sm_attr(to, DEFINITION));
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP %s %s",
					   from->kind->sql_type(from), from->identity);
}

/* The first of what holds values that the old definition computed, or NULL */
static const SmObject *
find_stored(const SmObject *from)
{
	for (int i = 0; i < from->users.n; i++)
	{
		const SmObject *user = from->users.item[i];

		if (user->kind == &sm_kind_index || user->kind == &sm_kind_constraint ||
			user->kind == &sm_kind_domain_constraint)
			return user;
	}
	return NULL;
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	const SmObject *stored = find_stored(from);

	sm_delta_statement(delta, to, SM_PHASE_ALTER, "CREATE OR REPLACE %s",
					   sm_attr(to, DEFINITION));
	if (stored)
		sm_delta_hazard(delta, to, SM_PHASE_ALTER,
						"rows that are there were not checked or indexed by "
						"the new definition: %s %s",
						stored->kind->name, stored->identity);
}

#define ROUTINE                                                                \
	.classid = ProcedureRelationId, .attrs = attrs,                            \
	.n_attrs = lengthof(attrs),                                                \
	.flags = SM_KIND_REBUILDABLE | SM_KIND_ROUTINE, .acl_type = 'f',           \
	.cached_kb = 4,                                                            \
	.fate = fate, .is_disturbed = sm_relation_is_disturbed, .create = create,  \
	.drop = drop, .alter = alter

const SmKind sm_kind_function = {
	.name = "function",
	.query = function_query,
	.weight = 30,
	.sql_type = function_type,
	ROUTINE,
};

const SmKind sm_kind_procedure = {
	.name = "procedure",
	.query = procedure_query,
	.weight = 31,
	.sql_type = procedure_type,
	ROUTINE,
};
