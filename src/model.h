/*-------------------------------------------------------------------------
 *
 * model.h
 *	  The stored model.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_MODEL_H
#define SM_MODEL_H

#include "ddl.h"
#include "object.h"

extern List *sm_model_texts(void);
extern char *sm_model_text_key(const List *texts, const char *schema);
extern char *sm_model_key(const char *text_key, const List *schemas);
extern SmDdl *sm_model_outline(const char *text_key);
extern SmSnapshot *sm_model_snapshot(const char *key);
extern void sm_model_keep(const char *key, const char *text_key,
						  const SmDdl *ddl, const SmSnapshot *snapshot);
extern char *sm_model_state(const SmSnapshot *live);
extern bool sm_model_is_in_step(const char *key, const char *state);
extern void sm_model_set_in_step(const char *key, const char *state);

#endif /* SM_MODEL_H */
