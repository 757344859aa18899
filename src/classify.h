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

/* What a statement does to the settings */
typedef struct SmSettingChange
{
	const char *name; /* setting that it changes; "": all; NULL: none */
	bool is_local;	  /* only until the transaction ends */
	bool sets_role;	  /* the current user or session user */
} SmSettingChange;

extern const char *sm_classify_refused(Node *stmt, const char **hint);
extern const char *sm_classify_outside(Node *stmt);
extern bool sm_classify_maybe_outside(Node *stmt);
extern bool sm_classify_concurrently(Node *stmt);
extern bool sm_classify_makes_index(Node *stmt);
extern bool sm_classify_needs_commit(Node *stmt);
extern SmSettingChange sm_classify_setting(Node *stmt);
extern bool sm_classify_plain_select(Node *stmt);

#endif /* SM_CLASSIFY_H */
