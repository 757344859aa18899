/*-------------------------------------------------------------------------
 *
 * event_trigger.c
 *	  Event triggers.
 *
 * They come last and go first, so that they do not fire for the statements of
 * the script that has them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_event_trigger.h"

#include "compat.h"
#include "kinds.h"

enum
{
	EVENT = SM_FIRST_ATTR,
	TAGS,
	FUNCTION,
	STATE /* NULL: fires in normal sessions */
};

static const SmAttr attrs[] = {
	{ "event", 0 },
	{ "tags", 0 },
	{ "function", 0 },
	{ "state", 0 },
};

/* clang-format off */
static const char query[] =
	"SELECT e.oid, 0, NULL::oid, NULL::int4, NULL::text, e.evtname, "
	"quote_ident(e.evtname), " SM_SQL_OWNER("e.evtowner") ", NULL::text, "
	"quote_ident(e.evtevent), "
	"(SELECT string_agg(quote_literal(tag), ', ' ORDER BY n) "
	"FROM unnest(e.evttags) WITH ORDINALITY t (tag, n)), "
	"e.evtfoid::regproc::text, "
	"CASE e.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' "
	"WHEN 'A' THEN 'ENABLE ALWAYS' END "
	"FROM pg_event_trigger e";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "EVENT TRIGGER";
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return changed == SM_BIT(STATE) ? SM_ALTER : SM_REPLACE;
}

static void
set_state(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	sm_delta_statement(delta, to, phase, "ALTER EVENT TRIGGER %s %s",
					   to->identity, sm_text_or(sm_attr(to, STATE), "ENABLE"));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	const char *tags = sm_attr(to, TAGS);

	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE EVENT TRIGGER %s ON %s%s%s%s EXECUTE FUNCTION %s()",
					   to->identity, sm_attr(to, EVENT),
					   tags ? " WHEN TAG IN (" : "", sm_text_or(tags, ""),
					   tags ? ")" : "", sm_attr(to, FUNCTION));
	if (sm_attr(to, STATE))
		set_state(delta, to, SM_PHASE_CREATE);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP EVENT TRIGGER %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	set_state(delta, to, SM_PHASE_ALTER);
}

const SmKind sm_kind_event_trigger = {
	.name = "event trigger",
	.classid = EventTriggerRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_DATABASE | SM_KIND_REBUILDABLE | SM_KIND_EVALUATES |
			 SM_KIND_DROPS_FIRST,
	.weight = 99,
	.sql_type = sql_type,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
};
