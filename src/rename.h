/*-------------------------------------------------------------------------
 *
 * rename.h
 *	  Objects that have another name in the desired state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RENAME_H
#define SM_RENAME_H

#include "filter.h"
#include "hint.h"
#include "rename_catalog.h"
#include "rename_guess.h"
#include "rename_order.h"

extern List *sm_rename_parse(Datum renames);
extern List *sm_rename_schemas(const List *hints, const List *schemas);
extern List *sm_rename_steps(const List *hints, const SmFilter *filter,
							 const SmSnapshot *live, const SmSnapshot *to);

#endif /* SM_RENAME_H */
