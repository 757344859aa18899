/*-------------------------------------------------------------------------
 *
 * env.c
 *	  Whose rights and which settings are in force.
 *
 * These brackets, and nothing else in schemamig, change the current user or
 * a setting:
 *
 *	- owner: our own tables are read and written as their owner, under a
 *	  search_path of pg_catalog, so that a role needs no rights on them and
 *	  nothing that a user made can get between.
 *	- script: a step runs with the rights that the caller lends, and with
 *	  settings that end with the step.
 *	- wait: only lock_timeout is set.
 *	- parser: the lexer reads standard_conforming_strings and backslash_quote,
 *	  so cutting a script into statements pins them.
 *	- keyset planner: a plan is to follow an index.
 *	- text: what the text of a value depends on is pinned.
 *	- superuser: objects that only a superuser may make, but which cannot be
 *	  put to use by anyone and end with the subtransaction.
 *	- role: a model runs as the role that is its owner.
 *	- settings: a part of a model has settings of its own.
 *
 * None of them needs a PG_TRY: aborting the (sub)transaction restores the
 * user and unwinds the settings, as fmgr_security_definer() relies on too.
 *
 * A statement that commits by itself would end such a bracket in its middle.
 * For those there is the bracket "session", which sets the settings of the
 * session and puts the old values back; that has to be done after an error,
 * too.
 *
 * A background worker works in the name of a session, whose settings it adopts
 * before it begins.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timeout.h"

#include "compat.h"
#include "env.h"
#include "guc.h"

/* While a procedure tries again: limits schemamig.lock_timeout; -1: no limit */
static int lock_timeout_limit = -1;

static void
set_here(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/* Remembers what sm_env_leave() is to restore */
static void
enter(SmEnv *env)
{
	GetUserIdAndSecContext(&env->userid, &env->sec_context);
	env->guc_level = NewGUCNestLevel();
}

/* The owner of our tables */
static Oid
table_owner(void)
{
	Oid namespace = get_namespace_oid("schemamig", true);
	Oid table = OidIsValid(namespace) ? get_relname_relid("revision", namespace)
									  : InvalidOid;
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"%s\" does not exist", "schemamig.revision"),
				 errhint("CREATE EXTENSION schemamig makes it.")));
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Waits for locks as long as for the run lock */
static void
limit_wait(void)
{
	set_here("lock_timeout",
			 psprintf("%d", sm_run_timeout < 0 ? 0 : Max(sm_run_timeout, 1)));
}

/*
 * Become the owner of our tables, with a search_path on which nobody but a
 * superuser can put anything that our queries would find.  A query that may
 * wait for a row, which a run that is not committed has locked, waits as long
 * as for the run lock.
 */
void
sm_env_enter_owner(SmEnv *env, bool may_wait)
{
	Oid owner = table_owner();

	enter(env);
	set_here("search_path", "pg_catalog, pg_temp");
	if (may_wait)
		limit_wait();
	SetUserIdAndSecContext(owner, env->sec_context |
									  SECURITY_LOCAL_USERID_CHANGE |
									  SECURITY_NOFORCE_RLS);
}

/*
 * Become the role that scripts run as.  schema is the tenant's, or NULL for
 * the database itself, where search_path stays what the caller has.
 */
void
sm_env_enter_script(SmEnv *env, SmRunAs as, const char *schema)
{
	enter(env);
	if (schema)
		set_here("search_path",
				 psprintf("%s, public", quote_identifier(schema)));
	if (sm_lock_timeout >= 0)
		set_here("lock_timeout",
				 psprintf("%d", lock_timeout_limit >= 0
									? Min(sm_lock_timeout, lock_timeout_limit)
									: sm_lock_timeout));
	SetUserIdAndSecContext(as.role,
						   env->sec_context |
							   (as.locked ? SECURITY_LOCAL_USERID_CHANGE : 0) |
							   (as.restricted ? SECURITY_RESTRICTED_OPERATION
											  : 0));
}

/* Limit the wait for a lock that is taken outside of queries and scripts */
void
sm_env_enter_wait(SmEnv *env)
{
	enter(env);
	limit_wait();
}

/* Pin what the lexer looks at */
void
sm_env_enter_parser(SmEnv *env)
{
	enter(env);
	set_here("standard_conforming_strings", "on");
	set_here("backslash_quote", "safe_encoding");
	set_here("escape_string_warning", "off");
}

/*
 * Have the planner walk along an index, in its order, whatever it thinks that
 * this costs: of a table that has just been filled it knows too little.  What
 * is switched off has a price in plans that cannot do without it, of which
 * compiling them must not be part.
 */
void
sm_env_enter_keyset_planner(SmEnv *env)
{
	enter(env);
	set_here("enable_seqscan", "off");
	set_here("enable_bitmapscan", "off");
	set_here("enable_sort", "off");
	set_here("enable_incremental_sort", "off");
	set_here("jit", "off");
	/* and workers would cost more than they do */
	set_here("max_parallel_workers_per_gather", "0");
}

/*
 * Pin what the text of a value depends on, so that it is read as it was
 * written.
 */
void
sm_env_enter_text(SmEnv *env)
{
	enter(env);
	set_here("search_path", "pg_catalog, pg_temp");
	set_here("DateStyle", "ISO, YMD");
	set_here("IntervalStyle", "postgres");
	set_here("extra_float_digits", "3");
	set_here("lc_monetary", "C");
}

/*
 * Have the server write down definitions in a form that depends on nothing but
 * the definition: whatever is not in pg_catalog is qualified.
 */
void
sm_env_enter_deparse(SmEnv *env)
{
	sm_env_enter_text(env);
	set_here("TimeZone", "UTC");
	set_here("bytea_output", "hex");
	set_here("xmloption", "content");
	set_here("quote_all_identifiers", "off");
	set_here("standard_conforming_strings", "on");
	/* compiling queries on catalogs takes longer than running them */
	set_here("jit", "off");
	/* and workers would cost more than they do */
	set_here("max_parallel_workers_per_gather", "0");
}

/*
 * Become the bootstrap superuser, for statements of our own only: they must
 * not call anything that a user could have made.
 */
void
sm_env_enter_superuser(SmEnv *env)
{
	enter(env);
	set_here("search_path", "pg_catalog, pg_temp");
	SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID,
						   env->sec_context | SECURITY_LOCAL_USERID_CHANGE);
}

/* Sets what is in a list of SmSetting, until the bracket around it ends */
void
sm_env_set_here(const List *settings)
{
	ListCell *lc;

	foreach (lc, settings)
	{
		const SmSetting *setting = lfirst(lc);

		set_here(setting->name, setting->value);
	}
}

/*
 * Become a role, which cannot be left by SET ROLE, with the settings of a list
 * of SmSetting.
 */
void
sm_env_enter_role(SmEnv *env, Oid role, const List *settings)
{
	enter(env);
	sm_env_set_here(settings);
	SetUserIdAndSecContext(role,
						   env->sec_context | SECURITY_LOCAL_USERID_CHANGE);
}

/* Sets a setting as SET does, until the bracket around it ends */
void
sm_env_set(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SET, true, 0, false);
}

/* Become another role, until the bracket around it ends */
void
sm_env_become(Oid role)
{
	Oid userid;
	int sec_context;

	GetUserIdAndSecContext(&userid, &sec_context);
	SetUserIdAndSecContext(role, sec_context);
}

/* Only set what is in a list of SmSetting */
void
sm_env_enter_settings(SmEnv *env, const List *settings)
{
	enter(env);
	sm_env_set_here(settings);
}

/* Return to what the matching enter function found */
void
sm_env_leave(const SmEnv *env)
{
	AtEOXact_GUC(false, env->guc_level);
	SetUserIdAndSecContext(env->userid, env->sec_context);
}

/*
 * Makes the current transaction, which must not have done anything yet, READ
 * COMMITTED.
 */
void
sm_env_read_committed(void)
{
	(void) set_config_option("transaction_isolation", "read committed",
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true,
							 0, false);
}

/* Has scripts wait for locks no longer than this (ms); -1 ends it */
void
sm_env_limit_lock_timeout(int limit)
{
	lock_timeout_limit = limit;
}

/*
 * In a procedure each statement of a script has the time of statement_timeout
 * for itself, as if a client had sent it.  Where it is not wanted, such as in a
 * pause, the timer is stopped.
 */
void
sm_env_restart_statement_timer(bool wanted)
{
	if (wanted && StatementTimeout > 0)
		enable_timeout_after(STATEMENT_TIMEOUT, StatementTimeout);
	else if (get_timeout_active(STATEMENT_TIMEOUT))
		disable_timeout(STATEMENT_TIMEOUT, false);
}

/* A setting for a list; value may be NULL */
SmSetting *
sm_env_setting(const char *name, const char *value)
{
	SmSetting *setting = palloc0_object(SmSetting);

	setting->name = pstrdup(name);
	setting->value = value ? pstrdup(value) : NULL;
	return setting;
}

/* The present values of the named settings, as a list of SmSetting */
List *
sm_env_settings(const List *names)
{
	List *settings = NIL;
	ListCell *lc;

	foreach (lc, names)
	{
		const char *name = lfirst(lc);

		settings =
			lappend(settings,
					sm_env_setting(name, GetConfigOption(name, false, false)));
	}
	return settings;
}

/*
 * Whether a setting is one of the session: not one of the transaction, such as
 * transaction_isolation, nor one that says who the user is, which RESET ALL
 * leaves alone too.  client_encoding is left out because it says what the
 * client of this very session reads.
 */
static bool
is_of_session(const struct config_generic *setting)
{
	return (setting->context == PGC_USERSET || setting->context == PGC_SUSET) &&
		   !(setting->flags & GUC_NO_RESET_ALL) &&
		   strcmp(setting->name, "client_encoding") != 0;
}

/*
 * What the client has set when it connected, as a list of SmSetting: the values
 * to which RESET goes back.
 */
List *
sm_env_client_settings(void)
{
	int n;
	struct config_generic **all = sm_guc_variables(&n);
	List *settings = NIL;

	for (int i = 0; i < n; i++)
	{
		const char *name = all[i]->name;

		if (is_of_session(all[i]) && all[i]->reset_source == PGC_S_CLIENT)
			settings =
				lappend(settings,
						sm_env_setting(name, GetConfigOptionResetString(name)));
	}
	return settings;
}

/* What was set in this session since, as a list of SmSetting */
List *
sm_env_session_settings(void)
{
	int n;
	struct config_generic **all = sm_guc_variables(&n);
	List *settings = NIL;

	for (int i = 0; i < n; i++)
	{
		const char *name = all[i]->name;

		if (is_of_session(all[i]) && all[i]->source == PGC_S_SESSION)
			settings = lappend(settings,
							   sm_env_setting(name, GetConfigOption(name, true,
																	false)));
	}
	return settings;
}

static void
set_session(const char *name, const char *value, GucContext context)
{
	(void) set_config_option(name, value, context, PGC_S_SESSION,
							 GUC_ACTION_SET, true, 0, false);
}

/*
 * Becomes the given role, with the given settings, for a statement that
 * commits by itself.  It does not end with the transaction; the caller must
 * call sm_env_leave_session(), also after an error, and then in a transaction
 * that is committed.
 *
 * The role is not locked, as that would not survive a commit either.  Nor
 * need it be: such a statement is a utility command that cannot change it, and
 * what it calls of users, index expressions, runs as the owner of the table.
 */
void
sm_env_enter_session(SmSessionEnv *env, SmRunAs as, const List *settings)
{
	MemoryContext old = MemoryContextSwitchTo(env->context);
	int sec_context;
	ListCell *lc;

	GetUserIdAndSecContext(&env->userid, &sec_context);
	env->session_user =
		pstrdup(GetConfigOption("session_authorization", false, false));
	env->role = pstrdup(GetConfigOption("role", false, false));
	env->saved = sm_env_session_settings();
	env->changed = NIL;
	env->entered = true;
	foreach (lc, settings)
	{
		const SmSetting *setting = lfirst(lc);

		env->changed =
			lappend(env->changed, sm_env_setting(setting->name, NULL));
		set_session(setting->name, setting->value,
					superuser() ? PGC_SUSET : PGC_USERSET);
	}
	if (as.role != env->userid)
		SetUserIdAndSecContext(as.role, sec_context);
	MemoryContextSwitchTo(old);
}

static void
restore_session(const char *name, const char *value)
{
	if (strcmp(GetConfigOption(name, false, false), value) != 0)
		set_session(name, value, PGC_SUSET);
}

/*
 * Undoes sm_env_enter_session(), and whatever the statement has done to the
 * settings: DISCARD ALL resets all of them.  Does nothing if that was not
 * called.
 */
void
sm_env_leave_session(SmSessionEnv *env)
{
	ListCell *lc;

	if (!env->entered)
		return;
	SetUserIdAndSecContext(env->userid, 0);
	restore_session("session_authorization", env->session_user);
	restore_session("role", env->role);
	foreach (lc, env->changed)
	{
		const char *name = ((SmSetting *) lfirst(lc))->name;

		if (strcmp(name, "role") != 0 &&
			strcmp(name, "session_authorization") != 0)
			set_session(name, NULL, PGC_SUSET);
	}
	foreach (lc, env->saved)
		restore_session(((SmSetting *) lfirst(lc))->name,
						((SmSetting *) lfirst(lc))->value);
	env->entered = false;
}

/*
 * Gives this session settings of another one, in their order.  Those that it
 * has already are passed over: it may not have the right to SET what is set for
 * its role.  One that cannot be set is an error.
 */
void
sm_env_adopt(const List *settings, GucSource source)
{
	ListCell *lc;

	foreach (lc, settings)
	{
		const SmSetting *setting = lfirst(lc);
		const char *here = GetConfigOption(setting->name, true, false);

		if (setting->value && (!here || strcmp(here, setting->value) != 0))
			(void) set_config_option(setting->name, setting->value,
									 superuser() ? PGC_SUSET : PGC_USERSET,
									 source, GUC_ACTION_SET, true, 0, false);
	}
}

/*
 * With whose rights the scripts of this call run: those of schemamig.role if
 * it is set, which the current user must be able to SET ROLE to; else the
 * current user's.
 *
 * A role that was lent this way, by SET ROLE or SET SESSION AUTHORIZATION, or
 * by a SECURITY DEFINER function, is all that was lent: a script must not get
 * behind it with RESET ROLE, so changing the role is locked then, just as it
 * is inside a SECURITY DEFINER function.  With schemamig.role the caller goes
 * on with more rights after the scripts, so they must leave nothing behind
 * that runs later as the caller either: cursors WITH HOLD, deferred triggers,
 * temporary objects.  That is what the server's restricted operations are.
 */
SmRunAs
sm_env_run_as(void)
{
	SmRunAs as = { .role = GetUserId() };

	as.locked = (as.role != GetAuthenticatedUserId());
	if (sm_role && sm_role[0] != '\0')
	{
		Oid role = get_role_oid(sm_role, false);

		/* whoever calls such a function does not choose with whose rights */
		if (InLocalUserIdChange())
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg(
						 "cannot use schemamig.role inside a security-definer function"),
					 errhint(
						 "Scripts run with the rights of the function's owner there.")));
		if (!member_can_set_role(as.role, role))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("permission denied to set role \"%s\"", sm_role),
					 errdetail("Role \"%s\" cannot run scripts as role \"%s\", which schemamig.role names.",
							   sm_env_role_name(as.role), sm_role)));
		as.locked = true;
		as.restricted = (role != as.role);
		as.role = role;
	}
	return as;
}

/* Name of a role; the error of a role that is gone is the server's own */
char *
sm_env_role_name(Oid role)
{
	return GetUserNameFromId(role, false);
}

/*
 * This server and database, as text: where OIDs that are stored mean something.
 * A dump that is restored elsewhere has other ones.
 */
char *
sm_env_database(void)
{
	return psprintf(UINT64_FORMAT "/%u", GetSystemIdentifier(), MyDatabaseId);
}
