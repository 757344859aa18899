/*-------------------------------------------------------------------------
 *
 * domain.c
 *	  Domains and their check constraints.
 *
 * The constraints are made with the domain where that is possible.  NOT NULL
 * is an attribute of the domain, although newer servers have a constraint for
 * it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/type.h"

/* Of the domain */
enum
{
	TYPE = SM_FIRST_ATTR, /* with its collation */
	DEFAULT,
	NOT_NULL,
	NOT_NULL_NAME, /* quoted, if not the one that the server chooses */
	NOT_NULL_COMMENT,
	CONSTRAINTS,		/* what its constraints are, in their order */
	NOT_NULL_CONSTRAINT /* the name as it is, quoted */
};

static const SmAttr attrs[] = {
	{ "type", 0 },
	{ "default", 0 },
	{ "not null", 0 },
	{ "not null name", 0 },
	{ "not null comment", 0 },
	{ "constraints", 0 },
	{ "not null constraint", SM_ATTR_INFO },
};

/* Of a constraint */
enum
{
	CHECK = SM_FIRST_ATTR,
	NOT_VALID,
	NAME /* quoted */
};

static const SmAttr constraint_attrs[] = {
	{ "check", 0 },
	{ "not valid", 0 },
	{ "name", SM_ATTR_INFO },
};

/*
 * The name that the server chooses is cut if it is too long, and is not that of
 * the domain if this has been renamed.
 */
/* clang-format off */
static const char query[] =
	"SELECT t.oid, 0, NULL::oid, NULL::int4, n.nspname, t.typname, "
	"format('%I.%I', n.nspname, t.typname), " SM_SQL_OWNER("t.typowner") ", "
	SM_SQL_ACL("t.typacl", "t.typowner") ", "
	"format_type(t.typbasetype, t.typtypmod) || coalesce(' COLLATE ' || "
	SM_SQL_COLLATION("t.typcollation", "b.typcollation") ", ''), "
	"pg_get_expr(t.typdefaultbin, 0), t.typnotnull, "
	"CASE WHEN octet_length(t.typname::text) < 54 "
	"AND k.conname <> t.typname || '_not_null' THEN quote_ident(k.conname) END, "
	"obj_description(k.oid, 'pg_constraint'), NULL::text, "
	"quote_ident(k.conname) "
	"FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
	"JOIN pg_type b ON b.oid = t.typbasetype "
	"LEFT JOIN pg_constraint k ON k.contypid = t.oid AND k.contype = 'n' "
	"WHERE t.typtype = 'd' AND t.typnamespace = ANY ($1)";
/* clang-format on */

static const char constraint_query[] =
	"SELECT k.oid, 0, k.contypid, 0, n.nspname, k.conname, "
	"format('%I ON DOMAIN %I.%I', k.conname, n.nspname, t.typname), "
	"NULL::text, NULL::text, 'CHECK (' || pg_get_expr(k.conbin, 0) || ')', "
	"NOT k.convalidated, quote_ident(k.conname) "
	"FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid "
	"JOIN pg_namespace n ON n.oid = t.typnamespace "
	"WHERE k.contypid <> 0 AND k.contype = 'c' "
	"AND t.typnamespace = ANY ($1) ORDER BY k.contypid, k.conname";

static const char *
sql_type(const SmObject *object)
{
	return "DOMAIN";
}

/*
 * The constraints are objects of their own.  Here they stand once more, since
 * it depends on them what can be done to the domain: see fate().
 */
static void
loaded(SmObject *object)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < object->children.n; i++)
	{
		const SmObject *constraint = object->children.item[i];

		if (!sm_attr_true(constraint, NOT_VALID))
			appendStringInfo(&list, "%s %s\n", sm_attr(constraint, NAME),
							 sm_attr(constraint, CHECK));
	}
	if (list.len > 0)
		object->attr[CONSTRAINTS] = list.data;
}

/* Is there a valid constraint that was not there, or not valid? */
static bool
is_restricted(const SmObject *from, const SmObject *to)
{
	if (sm_attr_true(to, NOT_NULL) && !sm_attr_true(from, NOT_NULL))
		return true;
	for (int i = 0; i < to->children.n; i++)
	{
		const SmObject *constraint = to->children.item[i];
		bool found = sm_attr_true(constraint, NOT_VALID);

		for (int j = 0; j < from->children.n && !found; j++)
		{
			const SmObject *old = from->children.item[j];

			found =
				strcmp(old->name, constraint->name) == 0 &&
				sm_text_same(sm_attr(old, CHECK), sm_attr(constraint, CHECK)) &&
				!sm_attr_true(old, NOT_VALID);
		}
		if (!found)
			return true;
	}
	return false;
}

/*
 * The server does not look for values within arrays and other types, where it
 * would have to check them.  So these are converted to a new domain.
 */
static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, TYPE) ||
		(is_restricted(from, to) && sm_type_stored_within(from)))
		return SM_REPLACE;
	return SM_ALTER;
}

/* Columns are converted by way of the text of their values */
static bool
can_swap(const SmObject *from, const SmObject *to)
{
	return sm_type_has_columns(from);
}

/*
 * What is said of a statement, the last one, by which all values of the domain,
 * of the new state, are looked at.
 */
static void
reads_values(SmDelta *delta, const SmObject *domain, const SmObject *object,
			 SmPhase phase)
{
	const SmObject *column =
		domain->peer ? sm_type_stored_within(domain->peer) : NULL;

	if (column)
		sm_delta_refuse(delta, object, false,
						"its values cannot be checked while %s %s has some within an array or another type",
						column->kind->name, column->identity);
	sm_delta_hazard(delta, object, phase,
					"reads all tables that have columns of the domain, and fails if a value does not fit");
}

static void
append_not_null(StringInfo sql, const SmObject *to)
{
	const char *name = sm_attr(to, NOT_NULL_NAME);

	if (sm_attr_true(to, NOT_NULL))
		appendStringInfo(sql, "%s%s NOT NULL", name ? " CONSTRAINT " : "",
						 sm_text_or(name, ""));
}

static void
comment_not_null(SmDelta *delta, const SmObject *to)
{
	const char *comment = sm_attr(to, NOT_NULL_COMMENT);

	sm_delta_statement(delta, to, SM_PHASE_DRESS,
					   "COMMENT ON CONSTRAINT %s ON DOMAIN %s IS %s",
					   sm_attr(to, NOT_NULL_CONSTRAINT), to->identity,
					   comment ? quote_literal_cstr(comment) : "NULL");
}

static void
create(SmDelta *delta, const SmObject *to)
{
	const char *value = sm_attr(to, DEFAULT);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE DOMAIN %s AS %s", to->identity,
					 sm_attr(to, TYPE));
	if (value)
		appendStringInfo(&sql, " DEFAULT %s", value);
	append_not_null(&sql, to);
	for (int i = 0; i < to->children.n; i++)
	{
		const SmObject *constraint = to->children.item[i];

		if (sm_delta_is_inline(constraint))
			appendStringInfo(&sql, "\n\tCONSTRAINT %s %s",
							 sm_attr(constraint, NAME),
							 sm_attr(constraint, CHECK));
	}
	sm_type_make_room(delta, to);
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "%s", sql.data);
	if (sm_attr(to, NOT_NULL_COMMENT))
		comment_not_null(delta, to);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	if (from->fate == SM_REPLACE && SM_DIFFERS(from->changed, TYPE) &&
		sm_type_is_refused(delta, from))
		sm_delta_refuse(delta, from, false,
						"its type cannot be changed from %s to %s",
						sm_attr(from, TYPE), sm_attr(from->peer, TYPE));
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP DOMAIN %s",
					   sm_type_name_to_drop(from));
}

static void
alter_not_null(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	bool was_there = sm_attr_true(from, NOT_NULL);
	const char *name = sm_attr(to, NOT_NULL_NAME);

	/* the name alone differs, or there was none to speak of */
	if (was_there)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER DOMAIN %s DROP NOT NULL", to->identity);
	if (!sm_attr_true(to, NOT_NULL))
		return;
	if (name)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER DOMAIN %s ADD CONSTRAINT %s NOT NULL",
						   to->identity, name);
	else
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER DOMAIN %s SET NOT NULL", to->identity);
	reads_values(delta, to, to, SM_PHASE_ALTER);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	const char *value = sm_attr(to, DEFAULT);

	if (SM_DIFFERS(changed, DEFAULT) && value)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER DOMAIN %s SET DEFAULT %s", to->identity,
						   value);
	else if (SM_DIFFERS(changed, DEFAULT))
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER DOMAIN %s DROP DEFAULT", to->identity);
	if (SM_DIFFERS(changed, NOT_NULL) || SM_DIFFERS(changed, NOT_NULL_NAME))
		alter_not_null(delta, from, to);
	/* one that is made anew has none, and one that goes takes its own along */
	if (sm_attr(to, NOT_NULL) &&
		(SM_DIFFERS(changed, NOT_NULL_COMMENT) ||
		 (SM_DIFFERS(changed, NOT_NULL_NAME) && sm_attr(to, NOT_NULL_COMMENT))))
		comment_not_null(delta, to);
}

static const char *
constraint_sql_type(const SmObject *object)
{
	return "CONSTRAINT";
}

/* CREATE DOMAIN knows no NOT VALID */
static bool
is_inline(const SmObject *object)
{
	return !sm_attr_true(object, NOT_VALID);
}

/* One that is valid does not become one that is not */
static SmFate
constraint_fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, CHECK) || sm_attr_true(to, NOT_VALID)
			   ? SM_REPLACE
			   : SM_ALTER;
}

static void
create_constraint(SmDelta *delta, const SmObject *to)
{
	bool not_valid = sm_attr_true(to, NOT_VALID);

	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "ALTER DOMAIN %s ADD CONSTRAINT %s %s%s",
					   to->parent->identity, sm_attr(to, NAME),
					   sm_attr(to, CHECK), not_valid ? " NOT VALID" : "");
	if (!not_valid && !sm_delta_creates(to->parent))
		reads_values(delta, to->parent, to, SM_PHASE_CREATE);
}

static void
drop_constraint(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP,
					   "ALTER DOMAIN %s DROP CONSTRAINT %s",
					   from->parent->identity, sm_attr(from, NAME));
}

static void
alter_constraint(SmDelta *delta, const SmObject *from, const SmObject *to,
				 uint64 changed)
{
	sm_delta_statement(delta, to, SM_PHASE_ALTER,
					   "ALTER DOMAIN %s VALIDATE CONSTRAINT %s",
					   to->parent->identity, sm_attr(to, NAME));
	reads_values(delta, to->parent, to, SM_PHASE_ALTER);
}

const SmKind sm_kind_domain = {
	.name = "domain",
	.classid = TypeRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_TYPE,
	.weight = 24,
	.acl_type = 'T',
	.sql_type = sql_type,
	.loaded = loaded,
	.fate = fate,
	.can_swap = can_swap,
	.create = create,
	.drop = drop,
	.alter = alter,
};

const SmKind sm_kind_domain_constraint = {
	.name = "domain constraint",
	.classid = ConstraintRelationId,
	.parent_class = TypeRelationId,
	.query = constraint_query,
	.attrs = constraint_attrs,
	.n_attrs = lengthof(constraint_attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_EVALUATES | SM_KIND_SPLITS,
	.weight = 25,
	.sql_type = constraint_sql_type,
	.is_inline = is_inline,
	.fate = constraint_fate,
	.create = create_constraint,
	.drop = drop_constraint,
	.alter = alter_constraint,
};
