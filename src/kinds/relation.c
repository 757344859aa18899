/*-------------------------------------------------------------------------
 *
 * relation.c
 *	  What views have in common with others that use columns of tables.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "kinds/options.h"
#include "kinds/relation.h"

/*
 * The name of a column, not quoted.  The relation need not be one of those that
 * are compared.
 */
const char *
sm_relation_column_name(const SmSnapshot *snapshot, Oid relation, int16 number)
{
	SmAddress address = { RelationRelationId, relation, number };
	const SmObject *column = sm_snapshot_at(snapshot, address);
	const char *name;

	if (column && column->address.subid == number)
		return column->name;
	name = get_attname(relation, number, true);
	if (name == NULL)
		sm_snapshot_outdated();
	return name;
}

/*
 * Must the object be away while needed is changed?  The server refuses to
 * change the type of a column that stands in a query, a condition or a body
 * that it has parsed: views, rules, policies, triggers with WHEN or UPDATE OF,
 * functions with a body in standard SQL.  Only these depend on columns.
 */
bool
sm_relation_is_disturbed(const SmObject *object, const SmObject *needed)
{
	return needed->kind == &sm_kind_column ||
		   needed->kind == &sm_kind_composite_column;
}

/*
 * Brings the options of a relation of that type from one state to the other.
 * Those that are to be set are in the given phase.
 */
void
sm_relation_alter_options(SmDelta *delta, const char *type,
						  const SmObject *from, const SmObject *to,
						  int attribute, SmPhase set_phase)
{
	char *set =
		sm_options_set(sm_attr(from, attribute), sm_attr(to, attribute));
	char *reset =
		sm_options_reset(sm_attr(from, attribute), sm_attr(to, attribute));

	if (reset)
		sm_delta_statement(delta, to, SM_PHASE_ALTER, "ALTER %s %s RESET (%s)",
						   type, to->identity, reset);
	if (set)
		sm_delta_statement(delta, to, set_phase, "ALTER %s %s SET (%s)",
						   type, to->identity, set);
}
