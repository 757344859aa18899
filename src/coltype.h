/*-------------------------------------------------------------------------
 *
 * coltype.h
 *	  What it takes to change the type of a column.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_COLTYPE_H
#define SM_COLTYPE_H

typedef struct SmTypeChange
{
	const char *using_clause; /* NULL: the server knows how */
	bool rewrites;			  /* the table is written anew */
	const char *hazard;		  /* or NULL */
} SmTypeChange;

extern SmTypeChange
sm_coltype_change(const char *from, const char *to, const char *value);
extern const char *sm_coltype_storage(const char *storage, const char *type);

#endif /* SM_COLTYPE_H */
