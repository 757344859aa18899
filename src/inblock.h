/*-------------------------------------------------------------------------
 *
 * inblock.h
 *	  What a statement is inside a transaction block, by the catalogs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_INBLOCK_H
#define SM_INBLOCK_H

extern const char *sm_inblock_refused(const char *sql);

#endif /* SM_INBLOCK_H */
