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
#include "squash.h"

extern char *
sm_native_write(const SmRevision *rev, const List *down, const List *depends);
extern char *sm_native_write_squash(const SmSquash *squash);
extern char *sm_native_write_repeatable(const char *name, const List *depends,
										const char *script);

#endif /* SM_FORMATS_NATIVE_H */
