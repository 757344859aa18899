/*-------------------------------------------------------------------------
 *
 * condense.h
 *	  Making squashes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_CONDENSE_H
#define SM_CONDENSE_H

#include "formats.h"

extern const char *sm_condense_import(const char *command, SmImport *import);

#endif /* SM_CONDENSE_H */
