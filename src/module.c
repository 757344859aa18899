/*-------------------------------------------------------------------------
 *
 * module.c
 *	  What happens when the library is loaded: settings are defined, nothing
 *	  else.  There are no hooks, no shared memory, and no need to preload.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "compat.h"
#include "guc.h"

SM_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	sm_guc_define();
}
