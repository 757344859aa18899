/*-------------------------------------------------------------------------
 *
 * rename_along.h
 *	  What gets another name because something else does.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RENAME_ALONG_H
#define SM_RENAME_ALONG_H

#include "rename_set.h"

extern void sm_rename_along(SmRenameSet *set);

#endif /* SM_RENAME_ALONG_H */
