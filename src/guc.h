/*-------------------------------------------------------------------------
 *
 * guc.h
 *	  The settings of schemamig.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_GUC_H
#define SM_GUC_H

extern int sm_lock_timeout;	 /* milliseconds; -1: leave lock_timeout alone */
extern int sm_run_timeout;	 /* milliseconds; 0: do not wait, -1: no limit */
extern int sm_lock_deadline; /* milliseconds; 0: do not try again */
extern int sm_max_exclusive_hold; /* milliseconds; 0: no limit */
extern int sm_max_replica_lag;	  /* milliseconds; 0: do not look */
extern bool sm_online;			  /* the form with weak locks */
extern bool sm_proof;			  /* prove what autogenerate writes */
extern char *sm_alembic_version_table; /* "": none */
extern char *sm_role;			  /* "": the current user */
extern char *sm_trusted_authors;  /* list of role names; "*": everyone */

extern void sm_guc_define(void);

#endif /* SM_GUC_H */
