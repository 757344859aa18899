/*-------------------------------------------------------------------------
 *
 * others.c
 *	  What stands in schemas and is of none of the kinds that are compared.
 *
 * Nothing that pg_dump knows may be passed over in silence.  So this lists what
 * kinds/ does not have: objects in the schemas, objects that belong to them
 * although they are in no schema (a cast of a type, an event trigger that calls
 * a function, a publication of a table), and properties that would make a
 * table something else than what is compared.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "compat.h"
#include "others.h"
#include "query.h"

/* clang-format off */
/* Objects of a catalog that has a column for their schema */
#define IN_SCHEMA(catalog, namespace)                                          \
	"SELECT '" catalog "'::regclass::oid AS classid, oid AS objid, "           \
	"0::oid AS tableid FROM " catalog " WHERE " namespace " = ANY ($1) "

#define IN_FUNCTIONS "IN (SELECT oid FROM functions) "
#define IN_TABLES "IN (SELECT oid FROM tables) "
#define IN_TYPES "IN (SELECT oid FROM types) "
#define IS_NO_MEMBER(table)                                                    \
	"('pg_class'::regclass, " table ") NOT IN (SELECT * FROM members) "

/*
 * found has the objects, each with the relation that it is a part of or 0:
 * members of an extension, or of what is one, are its own affair.  What the
 * server has made along with something else is found by its internal
 * dependency.
 */
static const char sql[] =
	"WITH functions AS (SELECT oid FROM pg_proc "
	"WHERE pronamespace = ANY ($1)), "
	"types AS (SELECT oid FROM pg_type WHERE typnamespace = ANY ($1)), "
	"tables AS (SELECT oid, relkind, relispartition "
	"FROM pg_class WHERE relnamespace = ANY ($1)), "
	"members AS (SELECT classid, objid FROM pg_depend "
	"WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'), "
	"found AS ("
	IN_SCHEMA("pg_default_acl", "defaclnamespace")
	"UNION ALL SELECT 'pg_class'::regclass, oid, oid FROM tables "
	"WHERE relkind = 'f' "
	"UNION ALL SELECT 'pg_cast'::regclass, oid, 0 FROM pg_cast "
	"WHERE castsource " IN_TYPES "OR casttarget " IN_TYPES
	"OR castfunc " IN_FUNCTIONS
	"UNION ALL SELECT 'pg_transform'::regclass, oid, 0 FROM pg_transform "
	"WHERE trftype " IN_TYPES "OR trffromsql " IN_FUNCTIONS
	"OR trftosql " IN_FUNCTIONS
	"UNION ALL SELECT 'pg_event_trigger'::regclass, oid, 0 "
	"FROM pg_event_trigger WHERE evtfoid " IN_FUNCTIONS
	"UNION ALL SELECT 'pg_am'::regclass, oid, 0 FROM pg_am "
	"WHERE amhandler " IN_FUNCTIONS
	"UNION ALL SELECT 'pg_language'::regclass, oid, 0 FROM pg_language "
	"WHERE lanplcallfoid " IN_FUNCTIONS
	"UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0 "
	"FROM pg_foreign_data_wrapper WHERE fdwhandler " IN_FUNCTIONS
	"OR fdwvalidator " IN_FUNCTIONS
	"UNION ALL SELECT 'pg_publication'::regclass, prpubid, prrelid "
	"FROM pg_publication_rel WHERE prrelid " IN_TABLES
	"UNION ALL SELECT 'pg_publication'::regclass, pnpubid, 0 "
	"FROM pg_publication_namespace WHERE pnnspid = ANY ($1)) "
	"SELECT DISTINCT i.type || ' ' || i.identity COLLATE \"C\" AS text "
	"FROM found f, pg_identify_object(f.classid, f.objid, 0) i "
	"WHERE NOT EXISTS (SELECT FROM pg_depend d "
	"WHERE d.classid = f.classid AND d.objid = f.objid "
	"AND d.objsubid = 0 AND d.deptype IN ('e', 'i')) "
	"AND (f.tableid = 0 OR " IS_NO_MEMBER("f.tableid") ") "
	"ORDER BY text";
/* clang-format on */

static SmQuery others_query = {
	.sql = sql, .mode = SM_READ_LATEST, .nargs = 1, .argtypes = { OIDARRAYOID }
};

/* Takes a row, in the context of the list */
static void
add_other(TupleTableSlot *slot, void *arg)
{
	List **others = arg;

	*others = lappend(*others, TextDatumGetCString(slot->tts_values[0]));
}

/*
 * Names what there is in the schemas (oid[]) that is of none of the kinds that
 * are compared, as strings like "operator app.+(app.money,app.money)", in the
 * current memory context, in the order of their bytes.  To be called under the
 * settings by which snapshots are read.
 */
List *
sm_others(Datum schemas)
{
	List *others = NIL;

	sm_query_each(&others_query, &schemas, add_other, &others);
	return others;
}
