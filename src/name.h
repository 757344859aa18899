/*-------------------------------------------------------------------------
 *
 * name.h
 *	  Names of revisions and branches.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_NAME_H
#define SM_NAME_H

#include "graph.h"

/* Choices listed in a hint */
#define SM_MAX_CHOICES 5

extern int sm_name_find(const SmGraph *g, const char *name,
						const Bitmapset *within, bool label);
extern Bitmapset *sm_name_line(const SmGraph *g, const char *label);
extern const char *sm_name_problem(const char *name, bool label);

#endif /* SM_NAME_H */
