/*-------------------------------------------------------------------------
 *
 * others.c
 *	  What belongs to schemas and cannot be compared.
 *
 * Nothing that pg_dump knows may be passed over in silence.  There is a kind
 *for all of it, but not everybody may read a subscription.
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
