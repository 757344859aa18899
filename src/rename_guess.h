/*-------------------------------------------------------------------------
 *
 * rename_guess.h
 *	  Renames that nobody has said.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RENAME_GUESS_H
#define SM_RENAME_GUESS_H

#include "delta.h"

extern List *sm_rename_likely(const SmDelta *upgrade);

#endif /* SM_RENAME_GUESS_H */
