/*-------------------------------------------------------------------------
 *
 * env.h
 *	  Whose rights and which settings are in force.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ENV_H
#define SM_ENV_H

#include "nodes/pg_list.h"
#include "utils/guc.h"

/* What to return to */
typedef struct SmEnv
{
	Oid userid;
	int sec_context;
	int guc_level;
} SmEnv;

/* With whose rights the scripts of a run are run */
typedef struct SmRunAs
{
	Oid role;
	bool locked;	 /* scripts may not change the role */
	bool restricted; /* nor leave behind what runs later */
} SmRunAs;

/* A setting and the value that it is to have */
typedef struct SmSetting
{
	char *name;
	char *value; /* NULL: what RESET gives it */
} SmSetting;

/*
 * What sm_env_leave_session() is to restore.  context, to be set before
 * sm_env_enter_session(), must live until then.
 */
typedef struct SmSessionEnv
{
	MemoryContext context;
	bool entered;
	Oid userid;
	char *session_user;
	char *role;
	List *changed; /* of SmSetting */
	List *saved;   /* of SmSetting: all that the session has set */
} SmSessionEnv;

extern void sm_env_enter_owner(SmEnv *env, bool may_wait);
extern void sm_env_enter_script(SmEnv *env, SmRunAs as, const char *schema);
extern void sm_env_enter_wait(SmEnv *env);
extern void sm_env_enter_parser(SmEnv *env);
extern void sm_env_enter_keyset_planner(SmEnv *env);
extern void sm_env_enter_text(SmEnv *env);
extern void sm_env_enter_deparse(SmEnv *env);
extern void sm_env_enter_superuser(SmEnv *env);
extern void sm_env_enter_role(SmEnv *env, Oid role, const List *settings);
extern void sm_env_enter_settings(SmEnv *env, const List *settings);
extern void sm_env_set_here(const List *settings);
extern void sm_env_set(const char *name, const char *value);
extern void sm_env_become(Oid role);
extern void sm_env_leave(const SmEnv *env);
extern SmSetting *sm_env_setting(const char *name, const char *value);
extern List *sm_env_settings(const List *names);
extern void
sm_env_enter_session(SmSessionEnv *env, SmRunAs as, const List *settings);
extern void sm_env_leave_session(SmSessionEnv *env);
extern List *sm_env_client_settings(void);
extern List *sm_env_session_settings(void);
extern void sm_env_adopt(const List *settings, GucSource source);
extern void sm_env_read_committed(void);
extern void sm_env_limit_lock_timeout(int limit);
extern void sm_env_restart_statement_timer(bool wanted);
extern SmRunAs sm_env_run_as(void);
extern char *sm_env_role_name(Oid role);
extern char *sm_env_database(void);

#endif /* SM_ENV_H */
