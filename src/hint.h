/*-------------------------------------------------------------------------
 *
 * hint.h
 *	  Comments in a model that say what an object was called before.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_HINT_H
#define SM_HINT_H

#include "nodes/parsenodes.h"
#include "script.h"

/*
 * That an object was called otherwise.  Both are names with all their parts,
 * quoted where need be and with dots between: schema, schema.object, or
 * schema.table.part for what is part of a table.
 */
typedef struct SmRename
{
	char *old_identity;
	char *new_identity;
	bool asked; /* by an argument of the call: not a hint in the model */
} SmRename;

typedef struct SmHints SmHints;

extern SmHints *sm_hint_begin(const char *text);
extern void sm_hint_statement(SmHints *hints, const SmScript *script,
							  RawStmt *raw, const char *schema);
extern List *sm_hint_end(SmHints *hints, const SmScript *script);

#endif /* SM_HINT_H */
