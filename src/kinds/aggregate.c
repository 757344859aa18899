/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  Aggregate functions.
 *
 * As ROUTINE they are named like other functions, which is what GRANT wants;
 * as AGGREGATE their direct and aggregated arguments would be told apart.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"

enum
{
	ARGUMENTS = SM_FIRST_ATTR,
	DEFINITION,
	RESULT
};

static const SmAttr attrs[] = {
	{ "arguments", 0 },
	{ "definition", 0 },
	{ "result", SM_ATTR_INFO },
};

/* SQL for a clause about a function or type, if there is one */
#define SQL_CLAUSE(word, column)                                               \
	"CASE WHEN a." column " <> 0 THEN ',\n\t" word " = ' || a." column

#define SQL_FUNCTION(word, column) SQL_CLAUSE(word, column) "::text END, "

/* A final function may get arguments for their types, and change the state */
#define SQL_FINAL(word, column)                                                \
	SQL_FUNCTION(word, column "fn")                                            \
	"CASE WHEN a." column "extra THEN ',\n\t" word "_EXTRA' END, "             \
	"CASE WHEN a." column "fn <> 0 AND a." column "modify <> "                 \
	"CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END THEN ',\n\t" word           \
	"_MODIFY = ' || CASE a." column "modify WHEN 'r' THEN 'READ_ONLY' "        \
	"WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END, "

#define SQL_STATE                                                              \
	"'\tSFUNC = ' || a.aggtransfn::text || ',\n\tSTYPE = ' || "                \
	"format_type(a.aggtranstype, NULL), "                                      \
	"',\n\tSSPACE = ' || nullif(a.aggtransspace, 0), "                         \
	"',\n\tINITCOND = ' || quote_literal(a.agginitval), "

#define SQL_FUNCTIONS                                                          \
	SQL_FINAL("FINALFUNC", "aggfinal")                                         \
	SQL_FUNCTION("COMBINEFUNC", "aggcombinefn")                                \
	SQL_FUNCTION("SERIALFUNC", "aggserialfn")                                  \
	SQL_FUNCTION("DESERIALFUNC", "aggdeserialfn")

/* The same for moving aggregates */
#define SQL_MOVING                                                             \
	SQL_FUNCTION("MSFUNC", "aggmtransfn")                                      \
	SQL_FUNCTION("MINVFUNC", "aggminvtransfn")                                 \
	SQL_CLAUSE("MSTYPE", "aggmtranstype")                                      \
	"::regtype::text END, "                                                    \
	"',\n\tMSSPACE = ' || nullif(a.aggmtransspace, 0), "                       \
	"',\n\tMINITCOND = ' || quote_literal(a.aggminitval), "

#define SQL_MOVING_FINAL SQL_FINAL("MFINALFUNC", "aggmfinal")

#define SQL_OWNER_AND_ACL                                                      \
	SM_SQL_OWNER("p.proowner")                                                 \
	", " SM_SQL_ACL("p.proacl", "p.proowner") ", "

static const char query[] =
	"SELECT p.oid, 0, NULL::oid, NULL::int4, n.nspname, p.proname, "
	"format('%I.%I(%s)', n.nspname, p.proname, "
	"oidvectortypes(p.proargtypes)), " SQL_OWNER_AND_ACL
	"coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'), "
	"concat(" SQL_STATE SQL_FUNCTIONS SQL_MOVING SQL_MOVING_FINAL
	"CASE WHEN a.aggsortop <> 0 THEN (SELECT format(',\n\tSORTOP = "
	"OPERATOR(%I.%s)', s.nspname, o.oprname) FROM pg_operator o "
	"JOIN pg_namespace s ON s.oid = o.oprnamespace "
	"WHERE o.oid = a.aggsortop) END, "
	"CASE p.proparallel WHEN 's' THEN ',\n\tPARALLEL = SAFE' "
	"WHEN 'r' THEN ',\n\tPARALLEL = RESTRICTED' END, "
	"CASE WHEN a.aggkind = 'h' THEN ',\n\tHYPOTHETICAL' END), "
	"a.aggkind || a.aggnumdirectargs || format_type(p.prorettype, NULL) "
	"FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
	"JOIN pg_aggregate a ON a.aggfnoid = p.oid "
	"WHERE p.prokind = 'a' AND p.pronamespace = ANY ($1)";

static const char *
sql_type(const SmObject *object)
{
	return "ROUTINE";
}

/* CREATE OR REPLACE keeps the names of arguments and the type of the result */
static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, ARGUMENTS) ||
				   !sm_text_same(sm_attr(from, RESULT), sm_attr(to, RESULT))
			   ? SM_REPLACE
			   : SM_ALTER;
}

static void
create_aggregate(SmDelta *delta, const SmObject *to, SmPhase phase,
				 const char *verb)
{
	sm_delta_statement(delta, to, phase, "%s AGGREGATE %s(%s) (\n%s\n)", verb,
					   quote_qualified_identifier(to->schema, to->name),
					   sm_attr(to, ARGUMENTS), sm_attr(to, DEFINITION));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	create_aggregate(delta, to, SM_PHASE_CREATE, "CREATE");
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP ROUTINE %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	create_aggregate(delta, to, SM_PHASE_ALTER, "CREATE OR REPLACE");
}

const SmKind sm_kind_aggregate = {
	.name = "aggregate",
	.classid = ProcedureRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_ROUTINE,
	.weight = 32,
	.acl_type = 'f',
	.sql_type = sql_type,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
};
