/*-------------------------------------------------------------------------
 *
 * coltype.c
 *	  What it takes to change the type of a column.
 *
 * The server is asked, by the same functions that ALTER TABLE asks.  It knows
 * nothing of types that are not there yet; then the worst is assumed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/tablecmds.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_node.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "coltype.h"
#include "compat.h"

typedef struct ColumnType
{
	Oid oid; /* InvalidOid: is not there yet */
	int32 typmod;
} ColumnType;

/* The type of that name, as format_type() writes it */
static ColumnType
find_type(const char *name)
{
	ColumnType type = { InvalidOid, -1 };

	sm_parse_type(name, &type.oid, &type.typmod);
	return type;
}

/*
 * Does the server write the table anew?  As it decides itself, by looking at
 * the planned expression: relabelling a value does not change it.
 */
static bool
rewrites(Node *expr)
{
	expr = (Node *) expression_planner((Expr *) expr);
	for (;;)
	{
		if (IsA(expr, Var))
			return false;
		else if (IsA(expr, RelabelType))
			expr = (Node *) ((RelabelType *) expr)->arg;
		else if (IsA(expr, CoerceToDomain))
		{
			CoerceToDomain *domain = (CoerceToDomain *) expr;

			if (DomainHasConstraints(domain->resulttype))
				return true;
			expr = (Node *) domain->arg;
		}
		else if (IsA(expr, FuncExpr))
		{
			FuncExpr *call = (FuncExpr *) expr;

			if ((call->funcid == F_TIMESTAMPTZ_TIMESTAMP ||
				 call->funcid == F_TIMESTAMP_TIMESTAMPTZ) &&
				!TimestampTimestampTzRequiresRewrite())
				expr = linitial(call->args);
			else
				return true;
		}
		else
			return true;
	}
}

/* The expression by which ALTER TABLE converts values, or NULL */
static Node *
conversion(ColumnType from, ColumnType to, CoercionContext context)
{
	Node *value = (Node *) makeVar(1, 1, from.oid, from.typmod,
								   get_typcollation(from.oid), 0);

	return coerce_to_target_type(make_parsestate(NULL), value, from.oid, to.oid,
								 to.typmod, context, COERCE_IMPLICIT_CAST, -1);
}

static bool
is_string(Oid type)
{
	char category;
	bool preferred;

	get_type_category_preferred(getBaseType(type), &category, &preferred);
	return category == TYPCATEGORY_STRING;
}

/* Can the new type not hold what the old one could? */
static bool
narrows(ColumnType from, ColumnType to)
{
	if (from.oid == to.oid)
		return to.typmod >= 0 && (from.typmod < 0 || to.typmod < from.typmod);
	return conversion(from, to, COERCION_IMPLICIT) == NULL || to.typmod >= 0;
}

/*
 * How the type of a column becomes another.  The types are as format_type()
 * writes them, value is SQL for it.
 */
SmTypeChange
sm_coltype_change(const char *from, const char *to, const char *value)
{
	SmTypeChange change = { NULL, true, NULL };
	ColumnType old = find_type(from);
	ColumnType new = find_type(to);
	Node *expr;

	/* of the same name: another type takes the place of the old one */
	if (!OidIsValid(old.oid) || !OidIsValid(new.oid) || strcmp(from, to) == 0)
	{
		/* values of any type can be converted by way of their text */
		change.using_clause =
			OidIsValid(old.oid) && strcmp(from, to) != 0 && is_string(old.oid)
				? psprintf("%s::%s", value, to)
				: psprintf("%s::text::%s", value, to);
		change.hazard =
			"fails if there are values that the new type does not have";
		return change;
	}
	expr = conversion(old, new, COERCION_ASSIGNMENT);
	if (expr)
	{
		change.rewrites = rewrites(expr);
		if (narrows(old, new))
			change.hazard =
				"fails if there are values that the new type cannot hold";
		return change;
	}
	change.using_clause = conversion(old, new, COERCION_EXPLICIT)
							  ? psprintf("%s::%s", value, to)
							  : psprintf("%s::text::%s", value, to);
	change.hazard =
		"values are converted by a cast, which may fail or change them";
	return change;
}

/*
 * What stands behind SET STORAGE: the storage, or if that is NULL, what the
 * type has.
 */
const char *
sm_coltype_storage(const char *storage, const char *type)
{
	ColumnType found;

	if (storage)
		return storage;
	found = find_type(type);
	if (!OidIsValid(found.oid))
		return "EXTENDED";
	switch (get_typstorage(found.oid))
	{
		case TYPSTORAGE_PLAIN:
			return "PLAIN";
		case TYPSTORAGE_EXTERNAL:
			return "EXTERNAL";
		case TYPSTORAGE_MAIN:
			return "MAIN";
		default:
			return "EXTENDED";
	}
}
