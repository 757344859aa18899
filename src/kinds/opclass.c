/*-------------------------------------------------------------------------
 *
 * opclass.c
 *	  Operator families, what has been added to them, and operator classes.
 *
 * A member of a family either belongs to one of its classes, and stands in the
 * definition of this, or it is loose, an object of its own.  The server decides
 * that: the members that it makes depend on the class or on the family.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_opfamily.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"

/* Of a loose member */
enum
{
	MEMBER = SM_FIRST_ATTR, /* as it stands behind ADD */
	SLOT					/* as it stands behind DROP */
};

static const SmAttr member_attrs[] = {
	{ "definition", 0 },
	{ "slot", SM_ATTR_INFO },
};

/* Of a class */
enum
{
	TYPE = SM_FIRST_ATTR,
	DEFAULT,
	FAMILY,
	MEMBERS, /* with the storage type */
	METHOD
};

static const SmAttr class_attrs[] = {
	{ "type", 0 },	  { "default", 0 },			  { "family", 0 },
	{ "members", 0 }, { "method", SM_ATTR_INFO },
};

/* clang-format off */
#define SQL_FAMILY "format('%I.%I USING %I', n.nspname, f.opfname, m.amname)"

static const char family_query[] =
	"SELECT f.oid, 0, NULL::oid, NULL::int4, n.nspname, f.opfname, "
	SQL_FAMILY ", " SM_SQL_OWNER("f.opfowner") ", NULL::text "
	"FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace "
	"JOIN pg_am m ON m.oid = f.opfmethod "
	"WHERE f.opfnamespace = ANY ($1)";

#define SQL_TYPES(left, right)                                                 \
	"format('%s, %s', format_type(" left ", NULL), format_type(" right         \
	", NULL))"

#define SQL_OPERATOR                                                           \
	"format('OPERATOR %s %I.%s (%s)%s', a.amopstrategy, "                      \
	"opn.nspname, op.oprname, "                                                \
	SQL_TYPES("a.amoplefttype", "a.amoprighttype") ", "                        \
	"(SELECT format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname) "            \
	"FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace "      \
	"WHERE s.oid = a.amopsortfamily))"

#define SQL_OPERATOR_JOIN                                                      \
	"JOIN pg_operator op ON op.oid = a.amopopr "                               \
	"JOIN pg_namespace opn ON opn.oid = op.oprnamespace "

#define SQL_FUNCTION                                                           \
	"format('FUNCTION %s (%s) %s', a.amprocnum, "                              \
	SQL_TYPES("a.amproclefttype", "a.amprocrighttype") ", "                    \
	"a.amproc::regprocedure)"

/* Members that depend on the family, not on one of its classes */
#define SQL_LOOSE(catalog, identity, definition, slot, join)                   \
	"SELECT a.oid, 0, f.oid, 0, n.nspname, NULL::text, "                       \
	"format('%s OF %s', " identity ", " SQL_FAMILY "), "                       \
	"NULL::text, NULL::text, " definition ", " slot " "                        \
	"FROM " catalog " a JOIN pg_depend d "                                     \
	"ON d.classid = '" catalog "'::regclass AND d.objid = a.oid "              \
	"AND d.refclassid = 'pg_opfamily'::regclass AND d.deptype IN ('a', 'i') "  \
	"JOIN pg_opfamily f ON f.oid = d.refobjid "                                \
	"JOIN pg_namespace n ON n.oid = f.opfnamespace "                           \
	"JOIN pg_am m ON m.oid = f.opfmethod " join                                \
	"WHERE f.opfnamespace = ANY ($1)"

#define SQL_OPERATOR_SLOT                                                      \
	"format('OPERATOR %s (%s)', a.amopstrategy, "                              \
	SQL_TYPES("a.amoplefttype", "a.amoprighttype") ")"

#define SQL_FUNCTION_SLOT                                                      \
	"format('FUNCTION %s (%s)', a.amprocnum, "                                 \
	SQL_TYPES("a.amproclefttype", "a.amprocrighttype") ")"

static const char family_operator_query[] =
	SQL_LOOSE("pg_amop", SQL_OPERATOR_SLOT, SQL_OPERATOR,
			  SQL_OPERATOR_SLOT, SQL_OPERATOR_JOIN);

static const char family_function_query[] =
	SQL_LOOSE("pg_amproc", SQL_FUNCTION_SLOT, SQL_FUNCTION, SQL_FUNCTION_SLOT,
			  "");

/* Members that depend on the class */
#define SQL_MEMBERS(catalog, definition, order, join)                          \
	"(SELECT string_agg(" definition ", E',\n\t' ORDER BY " order ") "          \
	"FROM " catalog " a JOIN pg_depend d "                                     \
	"ON d.classid = '" catalog "'::regclass AND d.objid = a.oid "              \
	"AND d.refclassid = 'pg_opclass'::regclass "                               \
	"AND d.refobjid = c.oid " join ")"

static const char class_query[] =
	"SELECT c.oid, 0, NULL::oid, NULL::int4, n.nspname, c.opcname, "
	"format('%I.%I USING %I', n.nspname, c.opcname, m.amname), "
	SM_SQL_OWNER("c.opcowner") ", NULL::text, "
	"format_type(c.opcintype, NULL), c.opcdefault, "
	"format('%I.%I', fn.nspname, f.opfname), "
	"nullif(concat_ws(E',\n\t', "
	"CASE WHEN c.opckeytype <> 0 "
	"THEN 'STORAGE ' || format_type(c.opckeytype, NULL) END, "
	SQL_MEMBERS("pg_amop", SQL_OPERATOR,
				"a.amopstrategy, a.amoplefttype, a.amoprighttype",
				SQL_OPERATOR_JOIN) ", "
	SQL_MEMBERS("pg_amproc", SQL_FUNCTION,
				"a.amprocnum, a.amproclefttype, a.amprocrighttype", "")
	"), ''), quote_ident(m.amname) "
	"FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace "
	"JOIN pg_am m ON m.oid = c.opcmethod "
	"JOIN pg_opfamily f ON f.oid = c.opcfamily "
	"JOIN pg_namespace fn ON fn.oid = f.opfnamespace "
	"WHERE c.opcnamespace = ANY ($1)";

static const char class_alias_query[] =
	"SELECT d.classid, d.objid, d.refobjid, 0 FROM pg_depend d "
	"WHERE d.refclassid = 'pg_opclass'::regclass "
	"AND d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass)";
/* clang-format on */

static const char *
family_type(const SmObject *object)
{
	return "OPERATOR FAMILY";
}

static const char *
class_type(const SmObject *object)
{
	return "OPERATOR CLASS";
}

static void
create_family(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE OPERATOR FAMILY %s",
					   to->identity);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP %s %s",
					   sm_kind_sql_type(from), from->identity);
}

static void
create_member(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "ALTER OPERATOR FAMILY %s ADD\n\t%s",
					   to->parent->identity, sm_attr(to, MEMBER));
}

static void
drop_member(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP,
					   "ALTER OPERATOR FAMILY %s DROP\n\t%s",
					   from->parent->identity, sm_attr(from, SLOT));
}

static void
create_class(SmDelta *delta, const SmObject *to)
{
	const char *members = sm_attr(to, MEMBERS);

	/* there must be something, and this means nothing */
	if (members == NULL)
		members = psprintf("STORAGE %s", sm_attr(to, TYPE));
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE OPERATOR CLASS %s\n\t%sFOR TYPE %s USING %s FAMILY %s AS\n\t%s",
					   quote_qualified_identifier(to->schema, to->name),
					   sm_attr_true(to, DEFAULT) ? "DEFAULT " : "",
					   sm_attr(to, TYPE), sm_attr(to, METHOD),
					   sm_attr(to, FAMILY), members);
}

const SmKind sm_kind_opfamily = {
	.name = "operator family",
	.classid = OperatorFamilyRelationId,
	.query = family_query,
	.flags = SM_KIND_REBUILDABLE,
	.weight = 36,
	.sql_type = family_type,
	.create = create_family,
	.drop = drop,
};

#define MEMBER_KIND                                                            \
	.parent_class = OperatorFamilyRelationId, .attrs = member_attrs,           \
	.n_attrs = lengthof(member_attrs), .flags = SM_KIND_REBUILDABLE,           \
	.sql_type = family_type, .create = create_member, .drop = drop_member

const SmKind sm_kind_opfamily_operator = {
	.name = "operator family operator",
	.classid = AccessMethodOperatorRelationId,
	.query = family_operator_query,
	.weight = 38,
	MEMBER_KIND,
};

const SmKind sm_kind_opfamily_function = {
	.name = "operator family function",
	.classid = AccessMethodProcedureRelationId,
	.query = family_function_query,
	.weight = 39,
	MEMBER_KIND,
};

const SmKind sm_kind_opclass = {
	.name = "operator class",
	.classid = OperatorClassRelationId,
	.query = class_query,
	.attrs = class_attrs,
	.n_attrs = lengthof(class_attrs),
	.flags = SM_KIND_REBUILDABLE,
	.weight = 37,
	.alias_query = class_alias_query,
	.sql_type = class_type,
	.create = create_class,
	.drop = drop,
};
