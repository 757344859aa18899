/*-------------------------------------------------------------------------
 *
 * solo.h
 *	  Statements of a model about objects that are in no schema.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_SOLO_H
#define SM_SOLO_H

#include "catalog/objectaddress.h"
#include "nodes/parsenodes.h"

extern bool sm_solo_is_live(Node *stmt, ObjectAddress *live);
extern bool sm_solo_concerns(Node *stmt);
extern void sm_solo_edit(Node *stmt, const char *caller);
extern bool sm_solo_is_noisy(Node *stmt);
extern bool sm_solo_hide_login(Node *stmt);
extern void sm_solo_show_login(Node *stmt);

#endif /* SM_SOLO_H */
