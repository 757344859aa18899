/*-------------------------------------------------------------------------
 *
 * access_method.c
 *	  Access methods of tables and indexes.
 *
 * That which a model has instead of heap is none of the model's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_am.h"

#include "compat.h"
#include "kinds.h"

enum
{
	TYPE = SM_FIRST_ATTR, /* TABLE, INDEX */
	HANDLER
};

static const SmAttr attrs[] = {
	{ "type", 0 },
	{ "handler", 0 },
};

static const char query[] =
	"SELECT m.oid, 0, NULL::oid, NULL::int4, NULL::text, m.amname, "
	"quote_ident(m.amname), NULL::text, NULL::text, "
	"CASE m.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END, "
	"m.amhandler::regproc::text "
	"FROM pg_am m WHERE m.oid >= 16384 AND m.amname NOT LIKE 'schemamig%'";

static const char *
sql_type(const SmObject *object)
{
	return "ACCESS METHOD";
}

static void
create(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE ACCESS METHOD %s TYPE %s HANDLER %s",
					   to->identity, sm_attr(to, TYPE), sm_attr(to, HANDLER));
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP ACCESS METHOD %s",
					   from->identity);
}

const SmKind sm_kind_access_method = {
	.name = "access method",
	.classid = AccessMethodRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_DATABASE,
	.weight = 35,
	.sql_type = sql_type,
	.create = create,
	.drop = drop,
};
