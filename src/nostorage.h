/*-------------------------------------------------------------------------
 *
 * nostorage.h
 *	  Tables and indexes without files.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_NOSTORAGE_H
#define SM_NOSTORAGE_H

#include "nodes/parsenodes.h"

/* The access method of such tables: to be read as if it were heap */
#define SM_SCRATCH_AM "schemamig_scratch"

extern void sm_nostorage_hook(MemoryContext context);
extern void sm_nostorage_make(void);
extern void sm_nostorage_edit(Node *stmt);
extern RangeVar *sm_nostorage_filled(Node *stmt);
extern void sm_nostorage_mark_filled(const RangeVar *view);
extern void sm_nostorage_edit_fast(Node *stmt);

#endif /* SM_NOSTORAGE_H */
