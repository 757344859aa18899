/*-------------------------------------------------------------------------
 *
 * observe.h
 *	  Learning which objects this session creates.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_OBSERVE_H
#define SM_OBSERVE_H

typedef void (*SmObserver)(Oid class_id, Oid object_id, void *arg);

extern void sm_observe(MemoryContext context, SmObserver observer, void *arg);

#endif /* SM_OBSERVE_H */
