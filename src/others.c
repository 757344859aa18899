/*-------------------------------------------------------------------------
 *
 * others.c
 *	  What belongs to schemas and cannot be compared.
 *
 * Nothing that pg_dump knows may be passed over in silence.  There is a kind
 * for all of it, but not everybody may read a subscription.
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
static const char sql[] =
	"SELECT DISTINCT 'subscription ' || quote_ident(s.subname) "
	"COLLATE \"C\" AS text "
	"FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid "
	"JOIN pg_class c ON c.oid = r.srrelid "
	"WHERE c.relnamespace = ANY ($1) AND NOT "
	"(SELECT rolsuper FROM pg_roles WHERE rolname = current_user) "
	"ORDER BY text";
/* clang-format on */

static SmQuery others_query = {
	.sql = sql, .mode = SM_READ_LATEST, .nargs = 1, .argtypes = { OIDARRAYOID }
};

/* Whatever initdb has granted is in pg_init_privs */
/* clang-format off */
static const char catalogs[] =
	"SELECT 'what is granted on ' || o.type || ' ' || o.identity "
	"COLLATE \"C\" AS text FROM ("
	"SELECT 'pg_class'::regclass, oid, 0, relacl FROM pg_class "
	"WHERE relnamespace = 'pg_catalog'::regnamespace AND oid < 16384 UNION ALL "
	"SELECT 'pg_class'::regclass, attrelid, attnum, attacl "
	"FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
	"WHERE relnamespace = 'pg_catalog'::regnamespace AND c.oid < 16384 "
	"UNION ALL "
	"SELECT 'pg_proc'::regclass, oid, 0, proacl FROM pg_proc "
	"WHERE pronamespace = 'pg_catalog'::regnamespace AND oid < 16384) "
	"x (classoid, objoid, objsubid, acl) "
	"LEFT JOIN pg_init_privs i USING (classoid, objoid, objsubid), "
	"pg_identify_object(classoid, objoid, objsubid) o "
	"WHERE x.acl::text IS DISTINCT FROM i.initprivs::text ORDER BY text";
/* clang-format on */

static SmQuery catalogs_query = { .sql = catalogs, .mode = SM_READ_LATEST };

/* Takes a row, in the context of the list */
static void
add_other(TupleTableSlot *slot, void *arg)
{
	List **others = arg;

	*others = lappend(*others, TextDatumGetCString(slot->tts_values[0]));
}

/*
 * Names what there is that belongs to the schemas (oid[]) and that this user
 * cannot have compared, as strings like "subscription s", in the current memory
 * context, in the order of their bytes.  To be called under the settings by
 * which snapshots are read.
 */
List *
sm_others(Datum schemas)
{
	List *others = NIL;

	sm_query_each(&others_query, &schemas, add_other, &others);
	return others;
}

/*
 * The same for what has been granted on the server's own objects, which belong
 * to no schema that could be compared.
 */
List *
sm_others_of_server(void)
{
	List *others = NIL;

	sm_query_each(&catalogs_query, NULL, add_other, &others);
	return others;
}
