/*-------------------------------------------------------------------------
 *
 * env.h
 *	  Whose rights and which settings are in force.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ENV_H
#define SM_ENV_H

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

extern void sm_env_enter_owner(SmEnv *env, bool may_wait);
extern void sm_env_enter_script(SmEnv *env, SmRunAs as, const char *schema);
extern void sm_env_enter_wait(SmEnv *env);
extern void sm_env_enter_parser(SmEnv *env);
extern void sm_env_leave(const SmEnv *env);
extern SmRunAs sm_env_run_as(void);
extern char *sm_env_role_name(Oid role);

#endif /* SM_ENV_H */
