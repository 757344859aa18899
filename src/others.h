/*-------------------------------------------------------------------------
 *
 * others.h
 *	  What stands in schemas and is of none of the kinds that are compared.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_OTHERS_H
#define SM_OTHERS_H

#include "nodes/pg_list.h"

extern List *sm_others(Datum schemas);
extern List *sm_others_of_server(void);

#endif /* SM_OTHERS_H */
