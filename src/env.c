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
 *
 * None of them needs a PG_TRY: aborting the (sub)transaction restores the
 * user and unwinds the settings, as fmgr_security_definer() relies on too.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "env.h"
#include "guc.h"

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
		set_here("lock_timeout", psprintf("%d", sm_lock_timeout));
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

/* Return to what the matching enter function found */
void
sm_env_leave(const SmEnv *env)
{
	AtEOXact_GUC(false, env->guc_level);
	SetUserIdAndSecContext(env->userid, env->sec_context);
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
