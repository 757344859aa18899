/*-------------------------------------------------------------------------
 *
 * foreign_data_wrapper.c
 *	  Foreign-data wrappers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_foreign_data_wrapper.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/foreign.h"

enum
{
	HANDLER = SM_FIRST_ATTR,
	VALIDATOR,
	OPTIONS
};

static const SmAttr attrs[] = {
	{ "handler", 0 },
	{ "validator", 0 },
	{ "options", 0 },
};

/* clang-format off */
static const char query[] =
	"SELECT w.oid, 0, NULL::oid, NULL::int4, NULL::text, w.fdwname, "
	"quote_ident(w.fdwname), " SM_SQL_OWNER("w.fdwowner") ", "
	SM_SQL_ACL("w.fdwacl", "w.fdwowner") ", "
	"nullif(w.fdwhandler, 0)::regproc::text, "
	"nullif(w.fdwvalidator, 0)::regproc::text, "
	SM_SQL_FOREIGN_OPTIONS("w.fdwoptions", "true") " "
	"FROM pg_foreign_data_wrapper w";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "FOREIGN DATA WRAPPER";
}

/* HANDLER function, or NO HANDLER; the same for the validator */
static char *
function_clause(const char *word, const char *function)
{
	return function ? psprintf(" %s %s", word, function)
					: psprintf(" NO %s", word);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	const char *handler = sm_attr(to, HANDLER);
	const char *validator = sm_attr(to, VALIDATOR);
	const char *options = sm_foreign_options(sm_attr(to, OPTIONS));

	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE FOREIGN DATA WRAPPER %s%s%s%s%s%s", to->identity,
					   handler ? function_clause("HANDLER", handler) : "",
					   validator ? function_clause("VALIDATOR", validator) : "",
					   options ? " OPTIONS (" : "", sm_text_or(options, ""),
					   options ? ")" : "");
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP,
					   "DROP FOREIGN DATA WRAPPER %s", from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	const char *options = sm_foreign_change(sm_attr(from, OPTIONS),
											sm_attr(to, OPTIONS), NULL, NULL);

	sm_delta_statement(delta, to, SM_PHASE_ALTER,
					   "ALTER FOREIGN DATA WRAPPER %s%s%s%s%s%s", to->identity,
					   SM_DIFFERS(changed, HANDLER)
						   ? function_clause("HANDLER", sm_attr(to, HANDLER))
						   : "",
					   SM_DIFFERS(changed, VALIDATOR)
						   ? function_clause("VALIDATOR",
											 sm_attr(to, VALIDATOR))
						   : "",
					   options ? " OPTIONS (" : "", sm_text_or(options, ""),
					   options ? ")" : "");
}

const SmKind sm_kind_foreign_data_wrapper = {
	.name = "foreign-data wrapper",
	.classid = ForeignDataWrapperRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_DATABASE,
	.weight = 36,
	.acl_type = 'F',
	.sql_type = sql_type,
	.create = create,
	.drop = drop,
	.alter = alter,
};
