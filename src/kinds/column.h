/*-------------------------------------------------------------------------
 *
 * column.h
 *	  Columns of tables, and what other catalogs say of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_COLUMN_H
#define SM_COLUMN_H

#include "object.h"

extern void sm_column_set_expression(SmSnapshot *snapshot, SmObject *column,
									 Oid attrdef, const char *expression);
extern bool sm_column_is_generated(const SmObject *column);

#endif /* SM_COLUMN_H */
