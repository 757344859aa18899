/*-------------------------------------------------------------------------
 *
 * rename_extension.h
 *	  Extensions that are in another schema in the desired state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RENAME_EXTENSION_H
#define SM_RENAME_EXTENSION_H

#include "rename_set.h"

extern List *sm_rename_extensions(const SmRenameSet *set,
								  const SmSnapshot *live, const SmSnapshot *to);

#endif /* SM_RENAME_EXTENSION_H */
