/*-------------------------------------------------------------------------
 *
 * classify.h
 *	  What a statement is, from its parse tree.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_CLASSIFY_H
#define SM_CLASSIFY_H

#include "nodes/nodes.h"

extern const char *sm_classify_refused(Node *stmt, const char **hint);
extern const char *sm_classify_outside(Node *stmt);
extern const char *sm_classify_setting(Node *stmt, bool *sets_role);
extern bool sm_classify_plain_select(Node *stmt);

#endif /* SM_CLASSIFY_H */
