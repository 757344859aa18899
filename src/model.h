/*-------------------------------------------------------------------------
 *
 * model.h
 *	  The stored model.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_MODEL_H
#define SM_MODEL_H

#include "object.h"

extern List *sm_model_texts(void);
extern char *
sm_model_key(const List *texts, const List *schemas, const char *schema);
extern SmSnapshot *sm_model_snapshot(const char *key);
extern void sm_model_keep(const char *key, const SmSnapshot *snapshot);

#endif /* SM_MODEL_H */
