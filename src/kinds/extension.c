/*-------------------------------------------------------------------------
 *
 * extension.c
 *	  Extensions.
 *
 * The query reads all of them, wherever their objects are, but two: plpgsql,
 * which every database has, and schemamig itself.  Which of them are compared
 * is not decided here.  Members of an extension are aliases of it, so that
 * what uses one of them needs the extension.
 *
 * A comment that comes from the control file is none; any other is an
 * attribute of the kind.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "query.h"

enum
{
	SCHEMA = SM_FIRST_ATTR,
	VERSION,
	DESCRIPTION,		 /* the comment, if not the default one */
	DEFAULT_VERSION,	 /* what the control file says now ... */
	DEFAULT_DESCRIPTION, /* ... */
	FIXED_SCHEMA,		 /* that it insists on, and creates */
	RELOCATABLE
};

static const SmAttr attrs[] = {
	{ "schema", 0 },
	{ "version", 0 },
	{ "comment", 0 },
	{ "default version", SM_ATTR_INFO },
	{ "default comment", SM_ATTR_INFO },
	{ "fixed schema", SM_ATTR_INFO },
	{ "relocatable", SM_ATTR_INFO },
};

static const char query[] =
	"SELECT e.oid, 0, NULL::oid, NULL::int4, NULL::text, e.extname, "
	"quote_ident(e.extname), NULL::text, NULL::text, "
	"quote_ident(n.nspname), e.extversion, "
	"CASE WHEN d.description IS DISTINCT FROM a.comment THEN "
	"coalesce(d.description, '') END, "
	"a.default_version, a.comment, "
	"quote_ident(v.schema), e.extrelocatable "
	"FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
	"LEFT JOIN pg_description d ON d.objoid = e.oid "
	"AND d.classoid = 'pg_extension'::regclass AND d.objsubid = 0 "
	"LEFT JOIN pg_available_extensions() a ON a.name = e.extname "
	"LEFT JOIN pg_available_extension_versions() v ON v.name = e.extname "
	"AND v.version = e.extversion "
	"WHERE e.extname NOT IN ('plpgsql', 'schemamig')";

/* An array's type is no member, but the type of its elements is */
static const char alias_query[] =
	"SELECT d.classid, d.objid, d.refobjid, 0 FROM pg_depend d "
	"WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' "
	"UNION ALL SELECT d.classid, t.typarray, d.refobjid, 0 FROM pg_depend d "
	"JOIN pg_type t ON t.oid = d.objid AND t.typarray <> 0 "
	"WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' "
	"AND d.classid = 'pg_type'::regclass";

static SmQuery has_update_path = {
	.sql = "SELECT path IS NOT NULL FROM pg_extension_update_paths($1) "
		   "WHERE source = $2 AND target = $3",
	.mode = SM_READ_LATEST,
	.nargs = 3,
	.argtypes = { NAMEOID, TEXTOID, TEXTOID }
};

static const char *
sql_type(const SmObject *object)
{
	return "EXTENSION";
}

/* DESCRIPTION stands for it */
static void
loaded(SmObject *object)
{
	object->attr[SM_COMMENT] = NULL;
}

/* A comment of '' is none; NULL is that of the control file */
static void
change_comment(SmDelta *delta, const SmObject *to)
{
	const char *comment =
		sm_text_or(sm_attr(to, DESCRIPTION), sm_attr(to, DEFAULT_DESCRIPTION));

	sm_delta_statement(delta, to, SM_PHASE_DRESS,
					   "COMMENT ON EXTENSION %s IS %s", to->identity,
					   comment ? quote_literal_cstr(comment) : "NULL");
}

/*
 * The schema is said unless the extension chooses and creates it, since the
 * search path of those who run the statement is not known.  The version is not
 * said where it is the default one: servers have that of their time.
 */
static void
create(SmDelta *delta, const SmObject *to)
{
	const char *version = sm_attr(to, VERSION);
	bool say_schema = !sm_attr_is(to, FIXED_SCHEMA, sm_attr(to, SCHEMA));
	bool say_version = !sm_attr_is(to, DEFAULT_VERSION, version);

	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE EXTENSION %s%s%s%s%s", to->identity,
					   say_schema ? " SCHEMA " : "",
					   say_schema ? sm_attr(to, SCHEMA) : "",
					   say_version ? " VERSION " : "",
					   say_version ? quote_literal_cstr(version) : "");
	if (sm_attr(to, DESCRIPTION))
		change_comment(delta, to);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP EXTENSION %s",
					   from->identity);
	sm_delta_hazard(delta, from, SM_PHASE_DROP,
					"data in tables of the extension is lost");
}

static void
change_version(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	const char *old = sm_attr(from, VERSION);
	const char *new = sm_attr(to, VERSION);
	Datum args[] = { DirectFunctionCall1(namein, CStringGetDatum(to->name)),
					 CStringGetTextDatum(old), CStringGetTextDatum(new) };
	SmRows *rows = sm_query(&has_update_path, args, NULL);

	if (rows->n == 0 || !sm_rows_bool(rows, 0, 1))
		sm_delta_refuse(delta, to, false,
						"it has no script that leads from version %s to %s",
						quote_literal_cstr(old), quote_literal_cstr(new));
	sm_delta_statement(delta, to, SM_PHASE_ALTER,
					   "ALTER EXTENSION %s UPDATE TO %s", to->identity,
					   quote_literal_cstr(new));
	sm_delta_hazard(delta, to, SM_PHASE_ALTER,
					"runs the extension's own update script");
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, SCHEMA) && !sm_attr_true(from, RELOCATABLE))
		sm_delta_refuse(delta, to, false,
						"it cannot be moved from schema %s to %s, because it is not relocatable",
						sm_attr(from, SCHEMA), sm_attr(to, SCHEMA));
	else if (SM_DIFFERS(changed, SCHEMA))
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER EXTENSION %s SET SCHEMA %s", to->identity,
						   sm_attr(to, SCHEMA));
	if (SM_DIFFERS(changed, VERSION))
		change_version(delta, from, to);
	if (SM_DIFFERS(changed, DESCRIPTION))
		change_comment(delta, to);
}

const SmKind sm_kind_extension = {
	.name = "extension",
	.classid = ExtensionRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_HOLDS_DATA,
	.weight = 15,
	.alias_query = alias_query,
	.sql_type = sql_type,
	.loaded = loaded,
	.create = create,
	.drop = drop,
	.alter = alter,
};
