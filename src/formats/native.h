/*-------------------------------------------------------------------------
 *
 * native.h
 *	  Writing revisions in our own format.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_FORMATS_NATIVE_H
#define SM_FORMATS_NATIVE_H

#include "formats.h"
#include "revision.h"

extern char *
sm_native_write(const SmRevision *rev, const List *down, const List *depends);

#endif /* SM_FORMATS_NATIVE_H */
