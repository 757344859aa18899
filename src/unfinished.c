/*-------------------------------------------------------------------------
 *
 * unfinished.c
 *	  The revision that a tenant is in the middle of.
 *
 * A script whose statements cannot all run in one transaction is committed in
 * pieces.  Each piece notes in its own transaction how far the script is, so
 * that whatever happens, the next run goes on at the right statement.  For a
 * statement that commits by itself, it is noted before that it begins, and
 * by the transaction that it ends with that it is done.  What it leaves behind
 * if it is broken off in between are indexes that are not valid; their OIDs are
 * noted by the very transaction that makes them.
 *
 * A tenant is in the middle of one revision at most: until that is finished,
 * or a stamp says where the tenant is, nothing else moves it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "compat.h"
#include "env.h"
#include "journal.h"
#include "query.h"
#include "squash.h"
#include "unfinished.h"

static SmQuery read_row = {
	.sql = "SELECT revision, direction, run, step, statements_done, "
		   "statements_total, done_checksum, outside, outside_checksum, "
		   "made, made_in = $2 "
		   "FROM schemamig.unfinished WHERE tenant = $1",
	.mode = SM_READ_LATEST,
	.nargs = 2,
	.argtypes = { TEXTOID, TEXTOID }
};

static SmQuery write_row = {
	.sql =
		"INSERT INTO schemamig.unfinished AS u (tenant, revision, direction, run, "
		"step, statements_done, statements_total, done_checksum, outside, "
		"outside_checksum, updated_at) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
		"pg_catalog.clock_timestamp()) "
		"ON CONFLICT (tenant) DO UPDATE SET revision = excluded.revision, "
		"direction = excluded.direction, run = excluded.run, "
		"step = excluded.step, statements_done = excluded.statements_done, "
		"statements_total = excluded.statements_total, "
		"done_checksum = excluded.done_checksum, "
		"outside = excluded.outside, "
		"outside_checksum = excluded.outside_checksum, "
		"made = '{}', made_in = NULL, "
		/* a backfill in doubt goes on from its cursor, which says whose it is */
		"batch_cursor = CASE WHEN u.outside = excluded.outside THEN u.batch_cursor END, "
		"rows_done = CASE WHEN u.outside = excluded.outside THEN u.rows_done END, "
		"updated_at = excluded.updated_at",
	.mode = SM_WRITE,
	.nargs = 10,
	.argtypes = { TEXTOID, TEXTOID, TEXTOID, INT8OID, INT4OID, INT4OID, INT4OID,
				  TEXTOID, INT4OID, TEXTOID }
};

static SmQuery add_made = {
	.sql = "UPDATE schemamig.unfinished SET "
		   "made = pg_catalog.array_append(made, $2), made_in = $3 "
		   "WHERE tenant = $1",
	.mode = SM_WRITE,
	.nargs = 3,
	.argtypes = { TEXTOID, OIDOID, TEXTOID }
};

static SmQuery forget_row = {
	.sql = "DELETE FROM schemamig.unfinished WHERE tenant = $1",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery forget_untouched = {
	.sql = "DELETE FROM schemamig.unfinished WHERE tenant = $1 "
		   "AND statements_done = 0 AND made = '{}' AND batch_cursor IS NULL",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery read_cursor = {
	.sql =
		"SELECT batch_cursor, rows_done FROM schemamig.unfinished WHERE tenant = $1",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery write_cursor = {
	.sql = "UPDATE schemamig.unfinished SET batch_cursor = $2, rows_done = $3, "
		   "updated_at = pg_catalog.clock_timestamp() WHERE tenant = $1",
	.mode = SM_WRITE,
	.nargs = 3,
	.argtypes = { TEXTOID, JSONBOID, INT8OID }
};

static SmQuery read_revision = {
	.sql = "SELECT revision, EXISTS (SELECT FROM " SM_ALIVE_LOCKS
		   "AND l.objid::bigint = (run & 4294967295)) "
		   "FROM schemamig.unfinished WHERE tenant = $1",
	.mode = SM_READ,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery tenants_of = {
	.sql =
		"SELECT tenant FROM schemamig.unfinished WHERE revision = $1 ORDER BY tenant",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static List *
oid_list(Datum array)
{
	Datum *elems;
	int n;
	List *list = NIL;

	deconstruct_array(DatumGetArrayTypeP(array), OIDOID, sizeof(Oid), true,
					  TYPALIGN_INT, &elems, NULL, &n);
	for (int i = 0; i < n; i++)
		list = lappend_oid(list, DatumGetObjectId(elems[i]));
	return list;
}

/* What a tenant is in the middle of, as of now; NULL if nothing */
SmUnfinished *
sm_unfinished_read(const char *tenant)
{
	Datum args[] = { CStringGetTextDatum(tenant),
					 CStringGetTextDatum(sm_env_database()) };
	SmRows *rows = sm_query(&read_row, args, NULL);
	SmUnfinished *u;
	bool isnull;

	if (rows->n == 0)
		return NULL;
	u = palloc0_object(SmUnfinished);
	u->revision = sm_rows_text(rows, 0, 1);
	u->direction = strcmp(sm_rows_text(rows, 0, 2),
						  sm_plan_direction_name(SM_UPGRADE)) == 0
					   ? SM_UPGRADE
					   : SM_DOWNGRADE;
	u->run = sm_rows_int64(rows, 0, 3);
	u->step = sm_rows_int64(rows, 0, 4);
	u->done = sm_rows_int64(rows, 0, 5);
	u->total = sm_rows_int64(rows, 0, 6);
	u->done_checksum = sm_rows_text(rows, 0, 7);
	u->outside = sm_rows_int64(rows, 0, 8);
	u->outside_checksum = sm_rows_text(rows, 0, 9);
	if (sm_rows_bool(rows, 0, 11))
		u->made = oid_list(sm_rows_datum(rows, 0, 10, &isnull));
	return u;
}

/*
 * Notes how far a revision is; the caller holds the run lock.  What the
 * statement in doubt has made is not written but forgotten.
 */
void
sm_unfinished_write(const char *tenant, const SmUnfinished *u)
{
	Datum args[] = { CStringGetTextDatum(tenant),
					 CStringGetTextDatum(u->revision),
					 CStringGetTextDatum(sm_plan_direction_name(u->direction)),
					 Int64GetDatum(u->run),
					 Int32GetDatum(u->step),
					 Int32GetDatum(u->done),
					 Int32GetDatum(u->total),
					 CStringGetTextDatum(u->done_checksum),
					 Int32GetDatum(u->outside),
					 u->outside ? CStringGetTextDatum(u->outside_checksum)
								: (Datum) 0 };

	(void) sm_query(&write_row, args, u->outside ? NULL : "        nn");
}

/* Notes an index that the statement in doubt has made */
void
sm_unfinished_made(const char *tenant, Oid index)
{
	Datum args[] = { CStringGetTextDatum(tenant), ObjectIdGetDatum(index),
					 CStringGetTextDatum(sm_env_database()) };

	(void) sm_query(&add_made, args, NULL);
}

/* Notes that a tenant is not in the middle of anything (any more) */
void
sm_unfinished_forget(const char *tenant)
{
	Datum args[] = { CStringGetTextDatum(tenant) };

	(void) sm_query(&forget_row, args, NULL);
}

/* The same, if nothing that would be noted here was committed */
void
sm_unfinished_forget_untouched(const char *tenant)
{
	Datum args[] = { CStringGetTextDatum(tenant) };

	(void) sm_query(&forget_untouched, args, NULL);
}

/*
 * How far the backfill() in doubt is: the key of the last row, NULL if it has
 * not done any.
 */
Jsonb *
sm_unfinished_cursor(const char *tenant, int64 *rows_done)
{
	Datum args[] = { CStringGetTextDatum(tenant) };
	SmRows *rows = sm_query(&read_cursor, args, NULL);
	bool isnull = true;
	Datum value = (Datum) 0;

	*rows_done = 0;
	if (rows->n > 0)
	{
		value = sm_rows_datum(rows, 0, 1, &isnull);
		*rows_done = sm_rows_int64(rows, 0, 2);
	}
	return isnull ? NULL : DatumGetJsonbP(value);
}

/* Notes how far the backfill() is */
void
sm_unfinished_set_cursor(const char *tenant, Jsonb *cursor, int64 rows_done)
{
	Datum args[] = { CStringGetTextDatum(tenant), JsonbPGetDatum(cursor),
					 Int64GetDatum(rows_done) };

	(void) sm_query(&write_cursor, args, NULL);
}

/*
 * The revision that a tenant is in the middle of, by the snapshot of the
 * calling statement, and whether a run is just working on it; NULL if there is
 * none.
 */
char *
sm_unfinished_revision(const char *tenant, bool *alive)
{
	Datum args[] = { CStringGetTextDatum(tenant) };
	SmRows *rows = sm_query(&read_revision, args, NULL);

	if (rows->n == 0)
		return NULL;
	*alive = sm_rows_bool(rows, 0, 2);
	return sm_rows_text(rows, 0, 1);
}

/* The tenants that are in the middle of a revision, as a list of char * */
List *
sm_unfinished_tenants(const char *revision)
{
	Datum args[] = { CStringGetTextDatum(revision) };
	SmRows *rows = sm_query(&tenants_of, args, NULL);
	List *tenants = NIL;

	for (uint64 i = 0; i < rows->n; i++)
		tenants = lappend(tenants, sm_rows_text(rows, i, 1));
	return tenants;
}

/*
 * Has the plan begin with what the tenant is in the middle of; an error if
 * that is not in the plan.  unfinished may be NULL.
 *
 * Elsewhere in the plan it may be because revisions of other branches have
 * been added since it was begun; all that it needs was there then.
 */
void
sm_unfinished_check(const SmTenant *tenant, const SmUnfinished *u,
					const SmGraph *g, SmPlan *plan)
{
	const char *direction;
	SmSquash *squash;
	int at = -1;
	int idx;

	if (u == NULL)
		return;
	direction = sm_plan_direction_name(u->direction);
	for (int i = 0; i < plan->n && at < 0; i++)
	{
		if (strcmp(sm_squash_step_id(g, plan, i), u->revision) == 0)
			at = i;
	}
	if (at < 0 || plan->direction != u->direction)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 u->direction == SM_UPGRADE
					 ? errmsg("revision \"%s\" is half applied", u->revision)
					 : errmsg("revision \"%s\" is half undone", u->revision),
				 errdetail("Run " INT64_FORMAT
						   " has committed %d of %d statements of its %s script.",
						   u->run, u->done, u->total, direction),
				 errhint("Finish it with a call in direction \"%s\" that includes it; or put the database right by hand and say with schemamig.stamp() where it is.",
						 direction)));
	idx = plan->idx[at];
	squash = sm_squash_at(plan, at);
	for (; at > 0; at--)
	{
		plan->idx[at] = plan->idx[at - 1];
		if (plan->squash)
			plan->squash[at] = plan->squash[at - 1];
	}
	plan->idx[0] = idx;
	if (plan->squash)
		plan->squash[0] = squash;
}
