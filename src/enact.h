/*-------------------------------------------------------------------------
 *
 * enact.h
 *	  Running the statements of a model.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ENACT_H
#define SM_ENACT_H

#include "aside.h"
#include "bodies.h"
#include "bounds.h"
#include "ddl.h"

/*
 * How statements run, and what is known of those that have.  It lives in the
 * subtransaction that will be rolled back, but for the struct itself.
 */
typedef struct SmEnactment
{
	MemoryContext context;
	SmBounds bounds;
	int uncached; /* of the created objects, those that were taken out of
				   * the caches */
	SmAside *aside;
	Oid owner;
	const char *caller; /* name of the role that it stands for */
	bool fast;			/* without storage */
	bool is_script;		/* not a model: function bodies are checked at once */
	const char *path;	/* search_path at the beginning of each piece */
	bool checks_bodies; /* check_function_bodies at the beginning */
	List *bodies;		/* of SmBody: still to be checked */
} SmEnactment;

extern void sm_enact_straight(SmEnactment *e, const SmDdl *ddl);
extern void sm_enact_rounds(SmEnactment *e, const SmDdl *ddl);
extern bool sm_enact_missing(int sqlerrcode);

#endif /* SM_ENACT_H */
