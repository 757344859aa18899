/*-------------------------------------------------------------------------
 *
 * subscription.c
 *	  Subscriptions, as pg_dump has them: not whether they are enabled, nor how
 *	  far they have come.
 *
 * They are made without connecting to anybody, which is the only way within a
 * transaction; and if they have a replication slot, it is left alone when they
 * are dropped.  A password in the connection string is not shown.
 *
 * Where a subscription has come to is known to nobody else, so one that would
 * have to be made anew is refused like a table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_subscription.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"

enum
{
	CONNECTION = SM_FIRST_ATTR, /* or a checksum of it, if there is a secret */
	SHOWN,						/* the same without the secret */
	BY_HAND,					/* with '...' in its place; NULL: no secret */
	PUBLICATIONS,
	SLOT, /* NULL: none */
	SYNCHRONOUS_COMMIT,
	BINARY,
	DISABLE_ON_ERROR,
	TWO_PHASE,
	STREAMING,
	PASSWORD_REQUIRED,
	RUN_AS_OWNER,
	ORIGIN,
	FAILOVER
};

static const SmAttr attrs[] = {
	{ "connection", SM_ATTR_SECRET },
	{ "shown", SM_ATTR_INFO },
	{ "by hand", SM_ATTR_INFO },
	{ "publications", 0 },
	{ "slot name", 0 },
	{ "synchronous_commit", 0 },
	{ "binary", 0 },
	{ "disable_on_error", 0 },
	{ "two_phase", 0 },
	{ "streaming", 0 },
	{ "password_required", 0 },
	{ "run_as_owner", 0 },
	{ "origin", 0 },
	{ "failover", 0 },
};

/* Parameters from SYNCHRONOUS_COMMIT on: what they are called, and if not set */
static const struct
{
	const char *name;
	const char *fallback;
} parameters[] = {
	{ "synchronous_commit", "off" }, { "binary", "false" },
	{ "disable_on_error", "false" }, { "two_phase", "false" },
	{ "streaming", "off" },			 { "password_required", "true" },
	{ "run_as_owner", "false" },	 { "origin", "any" },
	{ "failover", "false" },
};

/* The words in a connection string that a secret follows; the server takes no
 * others than libpq knows */
#define SECRET_WORDS                                                           \
	"(password|sslpassword|oauth_client_secret|scram_client_key|"              \
	"scram_server_key)"

/* Forms of a secret: word and value, the same in a URI, user and password */
#define SECRET_PAIR                                                            \
	"'(^|\\s)" SECRET_WORDS                                                    \
	"\\s*=\\s*(''(\\\\.|[^''\\\\])*''|(\\\\.|[^\\s''\\\\])"                    \
	"(\\\\.|[^\\s\\\\])*|)'"
#define SECRET_PARAMETER "'([?&])" SECRET_WORDS "=([^&]*)'"
#define SECRET_USER "'(://[^/@:]*):[^/@]*@'"

#define SQL_IS_URI "s.subconninfo ~ '^postgres(ql)?://'"
#define SQL_HAS_SECRET "s.subconninfo ~ '" SECRET_WORDS "|://[^/@]*:[^/@]*@'"

#define SQL_WITHOUT(in_pair, in_parameter, in_user)                            \
	"CASE WHEN " SQL_IS_URI " THEN regexp_replace(regexp_replace("             \
	"s.subconninfo, " SECRET_PARAMETER ", '" in_parameter                      \
	"', 'g'), " SECRET_USER ", '" in_user "') "                                \
	"ELSE btrim(regexp_replace(s.subconninfo, " SECRET_PAIR ", '" in_pair      \
	"', 'g')) END"

/* clang-format off */
static const char query[] =
	"SELECT s.oid, 0, NULL::oid, NULL::int4, NULL::text, s.subname, "
	"quote_ident(s.subname), " SM_SQL_OWNER("s.subowner") ", NULL::text, "
	"CASE WHEN " SQL_HAS_SECRET " THEN encode(sha256("
	"convert_to(s.subconninfo, getdatabaseencoding())), 'hex') "
	"ELSE s.subconninfo END, "
	SQL_WITHOUT("", "\\1\\2=", "\\1@") ", "
	"CASE WHEN " SQL_HAS_SECRET " THEN "
	SQL_WITHOUT("\\1\\2=...", "\\1\\2=...", "\\1:...@") " END, "
	"(SELECT string_agg(quote_ident(name), ', ' ORDER BY n) "
	"FROM unnest(s.subpublications) WITH ORDINALITY p (name, n)), "
	"quote_literal(s.subslotname), "
	"CASE WHEN s.subsynccommit <> 'off' THEN quote_ident(s.subsynccommit) END, "
	"CASE WHEN s.subbinary THEN 'true' END, "
	"CASE WHEN s.subdisableonerr THEN 'true' END, "
	"CASE WHEN s.subtwophasestate <> 'd' THEN 'true' END, "
	SM_SQL_SUBSCRIPTION " "
	"FROM pg_subscription s WHERE s.subdbid = "
	"(SELECT oid FROM pg_database WHERE datname = current_database())";

static const char needs_query[] =
	"SELECT srsubid, 0, 'pg_class'::regclass::oid, srrelid, 0 "
	"FROM pg_subscription_rel";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "SUBSCRIPTION";
}

/* What ALTER SUBSCRIPTION sets outside of a transaction only */
static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, TWO_PHASE) || SM_DIFFERS(changed, FAILOVER)
			   ? SM_REPLACE
			   : SM_ALTER;
}

/* The parameters in changed, each behind a comma */
static void
append_parameters(StringInfo sql, const SmObject *to, uint64 changed)
{
	for (int i = 0; i < (int) lengthof(parameters); i++)
		if (SM_DIFFERS(changed, SYNCHRONOUS_COMMIT + i))
			appendStringInfo(sql, ", %s = %s", parameters[i].name,
							 sm_text_or(sm_attr(to, SYNCHRONOUS_COMMIT + i),
										parameters[i].fallback));
}

/* What only somebody who knows the secret can do */
static void
connect_by_hand(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	sm_delta_by_hand(delta, to, phase, "ALTER SUBSCRIPTION %s CONNECTION %s",
					 to->identity, quote_literal_cstr(sm_attr(to, BY_HAND)));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	StringInfoData sql;
	uint64 said = 0;

	for (int i = SYNCHRONOUS_COMMIT; i <= FAILOVER; i++)
		if (sm_attr(to, i))
			said |= SM_BIT(i);
	initStringInfo(&sql);
	append_parameters(&sql, to, said);
	sm_delta_statement(delta, to, SM_PHASE_CREATE,
					   "CREATE SUBSCRIPTION %s CONNECTION %s PUBLICATION %s "
					   "WITH (connect = false, slot_name = %s%s)",
					   to->identity, quote_literal_cstr(sm_attr(to, SHOWN)),
					   sm_attr(to, PUBLICATIONS),
					   sm_text_or(sm_attr(to, SLOT), "NONE"), sql.data);
	sm_delta_hazard(delta, to, SM_PHASE_CREATE,
					"is not connected: make its slot, enable and refresh it");
	if (sm_attr(to, BY_HAND))
		connect_by_hand(delta, to, SM_PHASE_CREATE);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	if (sm_attr(from, SLOT))
	{
		sm_delta_statement(delta, from, SM_PHASE_DROP,
						   "ALTER SUBSCRIPTION %s DISABLE", from->identity);
		sm_delta_statement(delta, from, SM_PHASE_DROP,
						   "ALTER SUBSCRIPTION %s SET (slot_name = NONE)",
						   from->identity);
		sm_delta_hazard(delta, from, SM_PHASE_DROP,
						"the replication slot %s on the other server is left",
						sm_attr(from, SLOT));
	}
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP SUBSCRIPTION %s",
					   from->identity);
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	StringInfoData sql;

	if (SM_DIFFERS(changed, CONNECTION) && sm_attr(to, BY_HAND))
		connect_by_hand(delta, to, SM_PHASE_ALTER);
	else if (SM_DIFFERS(changed, CONNECTION))
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER SUBSCRIPTION %s CONNECTION %s", to->identity,
						   quote_literal_cstr(sm_attr(to, SHOWN)));
	if (SM_DIFFERS(changed, PUBLICATIONS))
	{
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER SUBSCRIPTION %s SET PUBLICATION %s WITH (refresh = false)",
						   to->identity, sm_attr(to, PUBLICATIONS));
		sm_delta_hazard(delta, to, SM_PHASE_ALTER,
						"has no effect on tables until it is refreshed");
	}
	initStringInfo(&sql);
	if (SM_DIFFERS(changed, SLOT))
		appendStringInfo(&sql, ", slot_name = %s",
						 sm_text_or(sm_attr(to, SLOT), "NONE"));
	append_parameters(&sql, to, changed);
	if (sql.len > 0)
		sm_delta_statement(delta, to, SM_PHASE_ALTER,
						   "ALTER SUBSCRIPTION %s SET (%s)", to->identity,
						   sql.data + strlen(", "));
}

const SmKind sm_kind_subscription = {
	.name = "subscription",
	.classid = SubscriptionRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_DATABASE | SM_KIND_SECRET | SM_KIND_HOLDS_DATA,
	.weight = 93,
	.needs_query = needs_query,
	.sql_type = sql_type,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
};
