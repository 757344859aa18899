/*-------------------------------------------------------------------------
 *
 * rename_catalog.h
 *	  Changing names in the catalogs, without taking locks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RENAME_CATALOG_H
#define SM_RENAME_CATALOG_H

#include "nodes/pg_list.h"

extern void sm_rename_catalogs(const List *steps);

#endif /* SM_RENAME_CATALOG_H */
