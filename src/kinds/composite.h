/*-------------------------------------------------------------------------
 *
 * composite.h
 *	  Composite types and their attributes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_COMPOSITE_H
#define SM_COMPOSITE_H

#include "object.h"

extern bool sm_composite_is_recast(const SmObject *from);

#endif /* SM_COMPOSITE_H */
