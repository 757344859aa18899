/*-------------------------------------------------------------------------
 *
 * exec.h
 *	  Running the statements of a script.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_EXEC_H
#define SM_EXEC_H

#include "nodes/params.h"
#include "script.h"
#include "tcop/dest.h"

extern void sm_exec_script(const SmScript *script, int from);
extern void sm_exec_raw(RawStmt *raw, const char *sql);
extern int sm_exec_piece(const SmScript *script, int from);
extern int sm_exec_settings_from(const SmScript *script, int upto);
extern void sm_exec_settings(const SmScript *script, int upto);
extern void sm_exec_keyset_check(const char *sql, ParamListInfo params);
extern uint64
sm_exec_keyset_query(const char *sql, ParamListInfo params, DestReceiver *dest);
extern void sm_exec_toplevel(const char *sql);
extern void sm_exec_toplevel_failed(void);

#endif /* SM_EXEC_H */
