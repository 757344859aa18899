/*-------------------------------------------------------------------------
 *
 * exec.h
 *	  Running the statements of a script.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_EXEC_H
#define SM_EXEC_H

#include "script.h"

extern void sm_exec_script(const SmScript *script);

#endif /* SM_EXEC_H */
