/*-------------------------------------------------------------------------
 *
 * mark.h
 *	  Comments of a script that are meant for schemamig.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_MARK_H
#define SM_MARK_H

/* Has what is before it committed before what is behind it */
#define SM_MARK_COMMIT "-- schemamig: commit"

extern bool sm_mark_is_commit(const char *gap, int length);

#endif /* SM_MARK_H */
