/*-------------------------------------------------------------------------
 *
 * rename_same.h
 *	  Constraints and indexes that differ by their name only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RENAME_SAME_H
#define SM_RENAME_SAME_H

#include "filter.h"
#include "rename_set.h"

extern bool sm_rename_same_any(const SmSnapshot *live, const SmSnapshot *to);
extern void sm_rename_same(SmRenameSet *set, const SmFilter *filter);

#endif /* SM_RENAME_SAME_H */
