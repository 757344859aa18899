/*-------------------------------------------------------------------------
 *
 * stamp.h
 *	  Saying which revisions are applied, without running them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_STAMP_H
#define SM_STAMP_H

#include "nodes/pg_list.h"

extern Datum sm_stamp(const List *targets, bool purge, const char *tenant);

#endif /* SM_STAMP_H */
