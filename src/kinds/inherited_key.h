/*-------------------------------------------------------------------------
 *
 * inherited_key.h
 *	  Foreign keys that partitions have from their parents.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_INHERITED_KEY_H
#define SM_INHERITED_KEY_H

#include "delta.h"

extern bool sm_inherited_key_is_left(const SmObject *to);
extern bool sm_inherited_key_is_taken_over(const SmObject *from);
extern bool sm_inherited_key_attach(SmDelta *delta, const SmObject *link);
extern void sm_inherited_key_detach(SmDelta *delta, const SmObject *link);
extern void sm_inherited_key_order(const SmObject *link, SmAction *detach);

#endif /* SM_INHERITED_KEY_H */
