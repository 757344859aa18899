/*-------------------------------------------------------------------------
 *
 * enumval.c
 *	  Values of an enum that can be used at once.
 *
 * The server does not let a value be used that was added to an enum in the same
 * transaction, as an index could outlive it if that is rolled back.  It keeps a
 * list of them, by OID.  Where everything is rolled back together there is no
 * such danger, and a model, or the revisions that are replayed in one
 * transaction, need such values.  So they get other OIDs, which are not on the
 * list.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/indexing.h"
#include "catalog/pg_enum.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "enumval.h"

/*
 * An OID for a value that was added.  Even ones are those of values in the
 * order of their OIDs.
 */
static Oid
new_value_oid(Relation rel)
{
	Oid oid;

	do
		oid = GetNewOidWithIndex(rel, EnumOidIndexId, Anum_pg_enum_oid);
	while ((oid & 1) == 0);
	return oid;
}

/*
 * To be called after ALTER TYPE ADD VALUE, before the value is used, in a
 * subtransaction that is rolled back.
 */
void
sm_enumval_settle(const AlterEnumStmt *stmt)
{
	Oid type;
	HeapTuple tuple;
	Relation rel;

	CommandCounterIncrement();
	type = typenameTypeId(NULL, makeTypeNameFromNameList(stmt->typeName));
	tuple = SearchSysCacheCopy2(ENUMTYPOIDNAME, ObjectIdGetDatum(type),
								CStringGetDatum(stmt->newVal));
	/* a value that was there already is left alone */
	if (!HeapTupleIsValid(tuple) ||
		!EnumUncommitted(((Form_pg_enum) GETSTRUCT(tuple))->oid))
		return;
	rel = table_open(EnumRelationId, RowExclusiveLock);
	CatalogTupleDelete(rel, &tuple->t_self);
	((Form_pg_enum) GETSTRUCT(tuple))->oid = new_value_oid(rel);
	CatalogTupleInsert(rel, tuple);
	table_close(rel, RowExclusiveLock);
	CommandCounterIncrement();
}
