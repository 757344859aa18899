/*-------------------------------------------------------------------------
 *
 * revision.c
 *	  Revisions and applied sets in their tables.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"

#include "compat.h"
#include "query.h"
#include "revision.h"

static SmQuery graph_revisions = {
	.sql = "SELECT revision, message, NULLIF(branch_labels, '{}'), ordinal "
		   "FROM schemamig.revision",
	.mode = SM_READ
};

static SmQuery graph_edges = {
	.sql = "SELECT revision, parent, kind = 'depends' "
		   "FROM schemamig.revision_edge ORDER BY ordinal",
	.mode = SM_READ
};

/*
 * A plan belongs to a query and its mode, so what is asked in several modes
 * is an array of queries, by mode.
 */
#define APPLIED_SQL "SELECT revision FROM schemamig.applied WHERE tenant = $1"

static SmQuery applied_rows[] = {
	[SM_READ] = { .sql = APPLIED_SQL,
				  .mode = SM_READ,
				  .nargs = 1,
				  .argtypes = { TEXTOID } },
	[SM_READ_LATEST] = { .sql = APPLIED_SQL,
						 .mode = SM_READ_LATEST,
						 .nargs = 1,
						 .argtypes = { TEXTOID } },
};

#define TENANT_RUNS_SQL                                                            \
	"SELECT pg_catalog.format('%s/%s', pg_catalog.count(*), pg_catalog.max(run)) " \
	"FROM schemamig.run WHERE tenant = $1 "                                        \
	"AND command IN ('upgrade', 'downgrade', 'stamp', 'drop_revision', 'drop_tenant')"

static SmQuery tenant_runs[] = {
	[SM_READ_LATEST] = { .sql = TENANT_RUNS_SQL,
						 .mode = SM_READ_LATEST,
						 .nargs = 1,
						 .argtypes = { TEXTOID } },
	[SM_WRITE] = { .sql = TENANT_RUNS_SQL,
				   .mode = SM_WRITE,
				   .nargs = 1,
				   .argtypes = { TEXTOID } },
};

static SmQuery applied_details = {
	.sql = "SELECT revision, applied_at, applied_by "
		   "FROM schemamig.applied WHERE tenant = $1",
	.mode = SM_READ,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

#define FETCH_SQL                                                              \
	"SELECT revision, message, branch_labels, upgrade, downgrade, verify, "    \
	"checksum, token_checksum, authors, approved_by, created_at, edited_at "   \
	"FROM schemamig.revision WHERE revision = ANY ($1)"

static SmQuery parents_of = {
	.sql = "SELECT kind = 'down', parent FROM schemamig.revision_edge "
		   "WHERE revision = $1 ORDER BY kind DESC, ordinal",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery fetch_revisions[] = {
	[SM_NO_LOCK] = { .sql = FETCH_SQL,
					 .mode = SM_READ,
					 .nargs = 1,
					 .argtypes = { TEXTARRAYOID } },
	[SM_LOCK_SHARE] = { .sql = FETCH_SQL " ORDER BY ordinal FOR SHARE",
						.mode = SM_WRITE,
						.nargs = 1,
						.argtypes = { TEXTARRAYOID } },
	[SM_LOCK_UPDATE] = { .sql = FETCH_SQL " ORDER BY ordinal FOR UPDATE",
						 .mode = SM_WRITE,
						 .nargs = 1,
						 .argtypes = { TEXTARRAYOID } }
};

static SmQuery insert_revision = {
	.sql =
		"INSERT INTO schemamig.revision (revision, message, branch_labels, "
		"upgrade, downgrade, verify, checksum, token_checksum, authors, created_at, "
		"edited_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
		"COALESCE($10, pg_catalog.clock_timestamp()), "
		"CASE WHEN $10 IS NOT NULL THEN pg_catalog.clock_timestamp() END)",
	.mode = SM_WRITE,
	.nargs = 10,
	.argtypes = { TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID, TEXTOID, TEXTOID,
				  TEXTOID, TEXTOID, TEXTARRAYOID, TIMESTAMPTZOID }
};

static SmQuery update_revision = {
	.sql =
		"UPDATE schemamig.revision SET message = $2, branch_labels = $3, "
		"upgrade = $4, downgrade = $5, verify = $6, checksum = $7, "
		"token_checksum = $8, authors = $9, edited_at = pg_catalog.clock_timestamp(), "
		"approved_by = $10, approved_at = CASE WHEN $10 IS NULL THEN NULL ELSE approved_at END "
		"WHERE revision = $1",
	.mode = SM_WRITE,
	.nargs = 10,
	.argtypes = { TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID, TEXTOID, TEXTOID,
				  TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID }
};

static SmQuery insert_edges = {
	.sql =
		"INSERT INTO schemamig.revision_edge (revision, kind, ordinal, parent) "
		"SELECT $1, $2, p.ordinal, p.parent "
		"FROM pg_catalog.unnest($3) WITH ORDINALITY AS p(parent, ordinal)",
	.mode = SM_WRITE,
	.nargs = 3,
	.argtypes = { TEXTOID, TEXTOID, TEXTARRAYOID }
};

static SmQuery delete_edges = {
	.sql = "DELETE FROM schemamig.revision_edge WHERE revision = $1",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery delete_revision = {
	.sql = "DELETE FROM schemamig.revision WHERE revision = $1",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery approve_revision = {
	.sql = "UPDATE schemamig.revision SET approved_by = $2, "
		   "approved_at = pg_catalog.clock_timestamp() WHERE revision = $1",
	.mode = SM_WRITE,
	.nargs = 2,
	.argtypes = { TEXTOID, TEXTOID }
};

/* By order of creation; the server need not sort what we can */
static int
compare_rows(const void *a, const void *b)
{
	const SmGraphRow *left = a;
	const SmGraphRow *right = b;

	if (left->ordinal != right->ordinal)
		return left->ordinal < right->ordinal ? -1 : 1;
	return strcmp(left->id, right->id);
}

/*
 * The rows that a graph is built from, by the active snapshot: revisions and
 * edges must be of the same moment.
 */
SmGraphRows
sm_revision_graph_rows(void)
{
	SmRows *revs = sm_query(&graph_revisions, NULL, NULL);
	SmRows *edges = sm_query(&graph_edges, NULL, NULL);
	SmGraphRows rows = { .n = (int) revs->n, .n_edges = (int) edges->n };

	rows.row = palloc_array(SmGraphRow, rows.n + 1);
	for (int i = 0; i < rows.n; i++)
	{
		rows.row[i].id = sm_rows_text(revs, i, 1);
		rows.row[i].message = sm_rows_text(revs, i, 2);
		rows.row[i].labels = sm_rows_text_list(revs, i, 3);
		rows.row[i].ordinal = sm_rows_int64(revs, i, 4);
	}
	qsort(rows.row, rows.n, sizeof(SmGraphRow), compare_rows);

	rows.edge = palloc_array(SmGraphEdge, rows.n_edges + 1);
	for (int i = 0; i < rows.n_edges; i++)
	{
		rows.edge[i].child = sm_rows_text(edges, i, 1);
		rows.edge[i].parent = sm_rows_text(edges, i, 2);
		rows.edge[i].depends = sm_rows_bool(edges, i, 3);
	}
	return rows;
}

/*
 * The graph of all revisions, by the snapshot of the calling statement or as
 * of now; an error if it is broken.
 */
SmGraph *
sm_revision_graph(SmQueryMode mode)
{
	SmGraphRows *rows = palloc_object(SmGraphRows);

	if (mode == SM_READ_LATEST)
		sm_query_push_latest();
	*rows = sm_revision_graph_rows();
	if (mode == SM_READ_LATEST)
		sm_query_pop_latest();
	return sm_graph_build(rows, NULL);
}

static int
known_revision(const SmGraph *g, const char *id)
{
	int idx = sm_graph_find(g, id);

	if (idx < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("applied revision \"%s\" does not exist", id),
				 errdetail("Somebody has changed the tables by hand."),
				 errhint(
					 "SELECT * FROM schemamig.validate() lists what is wrong; schemamig.stamp() with purge puts it right.")));
	return idx;
}

/* The applied set of a tenant ("": the database itself) */
Bitmapset *
sm_revision_applied(const SmGraph *g, const char *tenant, SmQueryMode mode)
{
	Datum args[] = { CStringGetTextDatum(tenant) };
	SmRows *rows = sm_query(&applied_rows[mode], args, NULL);
	Bitmapset *set = NULL;

	for (uint64 i = 0; i < rows->n; i++)
		set = bms_add_member(set, known_revision(g, sm_rows_text(rows, i, 1)));
	return set;
}

/* Whether any run moved the tenant since the transaction's snapshot */
static bool
run_since_snapshot(const char *tenant)
{
	Datum args[] = { CStringGetTextDatum(tenant) };

	return strcmp(sm_rows_text(sm_query(&tenant_runs[SM_READ_LATEST], args,
										NULL),
							   0, 1),
				  sm_rows_text(sm_query(&tenant_runs[SM_WRITE], args, NULL), 0,
							   1)) != 0;
}

/*
 * The graph and the applied set of a tenant as of one moment, now: for whoever
 * holds the run lock.
 */
void
sm_revision_state(const char *tenant, SmGraph **g, Bitmapset **applied)
{
	sm_query_push_latest();
	*g = sm_revision_graph(SM_READ);
	*applied = sm_revision_applied(*g, tenant, SM_READ);
	sm_query_pop_latest();
}

/*
 * For whoever holds the run lock and is going to change the applied set.
 * Where the transaction cannot see what runs have committed since its snapshot
 * was taken, scripts would silently miss rows, so that is a serialization
 * failure.  That the set is the same is not enough to know: a table may have
 * been dropped and made again.
 */
void
sm_revision_check_snapshot(const char *tenant)
{
	if (IsolationUsesXactSnapshot() && run_since_snapshot(tenant))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to a concurrent run"),
				 errdetail(
					 "Revisions were applied or undone since this transaction began."),
				 errhint("The transaction might succeed if retried.")));
}

/*
 * The applied set by the snapshot of the calling statement, with an array of
 * who and when, which is as long as the graph.
 */
Bitmapset *
sm_revision_applied_details(const SmGraph *g, const char *tenant,
							SmApplied **details)
{
	Datum args[] = { CStringGetTextDatum(tenant) };
	SmRows *rows = sm_query(&applied_details, args, NULL);
	Bitmapset *set = NULL;

	*details = palloc0_array(SmApplied, g->n + 1);
	for (uint64 i = 0; i < rows->n; i++)
	{
		int idx = known_revision(g, sm_rows_text(rows, i, 1));
		bool isnull;

		set = bms_add_member(set, idx);
		(*details)[idx].at =
			DatumGetTimestampTz(sm_rows_datum(rows, i, 2, &isnull));
		(*details)[idx].by = sm_rows_text(rows, i, 3);
	}
	return set;
}

static SmRevision *
row_to_revision(const SmRows *rows, uint64 i)
{
	SmRevision *rev = palloc0_object(SmRevision);
	bool isnull;

	rev->id = sm_rows_text(rows, i, 1);
	rev->message = sm_rows_text(rows, i, 2);
	rev->labels = sm_rows_text_list(rows, i, 3);
	rev->upgrade = sm_rows_text(rows, i, 4);
	rev->downgrade = sm_rows_text(rows, i, 5);
	rev->verify = sm_rows_text(rows, i, 6);
	rev->checksum = sm_rows_text(rows, i, 7);
	rev->token_checksum = sm_rows_text(rows, i, 8);
	rev->authors = sm_rows_text_list(rows, i, 9);
	rev->approved_by = sm_rows_text(rows, i, 10);
	rev->created_at = DatumGetTimestampTz(sm_rows_datum(rows, i, 11, &isnull));
	rev->edited_at = DatumGetTimestampTz(sm_rows_datum(rows, i, 12, &isnull));
	if (isnull)
		rev->edited_at = 0;
	return rev;
}

/*
 * The rows of the given revisions, in the given order; NULL for one that is
 * not there any more.
 */
static SmRevision **
fetch_rows(const SmGraph *g, const int *idx, int n, SmRowLock lock)
{
	SmRevision **result = palloc0_array(SmRevision *, n + 1);
	int *place = palloc_array(int, g->n + 1);
	List *ids = NIL;
	Datum args[1];
	SmRows *rows;

	for (int i = 0; i < n; i++)
	{
		ids = lappend(ids, (void *) g->node[idx[i]].id);
		place[idx[i]] = i;
	}
	args[0] = sm_list_to_text_array(ids);
	rows = sm_query(&fetch_revisions[lock], args, NULL);
	for (uint64 i = 0; i < rows->n; i++)
	{
		SmRevision *rev = row_to_revision(rows, i);

		result[place[sm_graph_find(g, rev->id)]] = rev;
	}
	return result;
}

static int
first_missing(SmRevision **revs, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (revs[i] == NULL)
			return i;
	}
	return -1;
}

/*
 * The rows of the given revisions, in the given order, locked if so wanted.
 * Under REPEATABLE READ and above, a revision that the graph has but the
 * snapshot of the transaction does not is a serialization failure.
 */
SmRevision **
sm_revision_fetch(const SmGraph *g, const int *idx, int n, SmRowLock lock)
{
	SmRevision **revs = fetch_rows(g, idx, n, lock);
	int missing = first_missing(revs, n);

	if (missing >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent change of revision \"%s\"",
						g->node[idx[missing]].id),
				 errhint("The transaction might succeed if retried.")));
	return revs;
}

/*
 * The rows of the revisions of a plan, locked so that whoever wants to edit
 * or drop one of them waits, and then sees that it has been applied.  It may
 * be that an author was first and this waited: then the graph that the plan
 * was made with is not the graph any more, and NULL is returned, for the
 * caller to make a new plan.
 */
SmRevision **
sm_revision_fetch_unchanged(const SmGraph *g, const int *idx, int n)
{
	SmRevision **revs;

	if (IsolationUsesXactSnapshot())
		revs = sm_revision_fetch(g, idx, n, SM_LOCK_SHARE);
	else
		revs = fetch_rows(g, idx, n, SM_LOCK_SHARE);
	if (first_missing(revs, n) >= 0 ||
		!sm_graph_equal(g, sm_revision_graph(SM_READ_LATEST)))
		return NULL;
	return revs;
}

/*
 * The row of one revision, locked so that nobody can edit or drop it; NULL if
 * it is gone or has other parents than in the graph.  For a run that has made
 * its plan in an earlier transaction, and would not read the whole graph for
 * every step.
 */
SmRevision *
sm_revision_fetch_same(const SmGraph *g, int idx)
{
	SmRevision *rev = fetch_rows(g, &idx, 1, SM_LOCK_SHARE)[0];
	const SmNode *node = &g->node[idx];
	const SmEdges *edges[] = { &node->edge[SM_DOWN], &node->depends };
	Datum args[] = { CStringGetTextDatum(node->id) };
	SmRows *rows;
	uint64 row = 0;

	if (rev == NULL)
		return NULL;
	rows = sm_query(&parents_of, args, NULL);
	for (size_t kind = 0; kind < lengthof(edges); kind++)
	{
		for (int i = 0; i < edges[kind]->n; i++, row++)
		{
			if (row >= rows->n || sm_rows_bool(rows, row, 1) != (kind == 0) ||
				strcmp(sm_rows_text(rows, row, 2),
					   g->node[edges[kind]->idx[i]].id) != 0)
				return NULL;
		}
	}
	return row == rows->n ? rev : NULL;
}

/* The values of INSERT and UPDATE, which differ in the last one */
static void
write_revision(SmQuery *query, const SmRevision *rev, Datum last, bool isnull)
{
	Datum args[10];
	char nulls[] = "          ";

	args[0] = CStringGetTextDatum(rev->id);
	args[1] = CStringGetTextDatum(rev->message);
	args[2] = sm_list_to_text_array(rev->labels);
	args[3] = CStringGetTextDatum(rev->upgrade);
	args[4] = rev->downgrade ? CStringGetTextDatum(rev->downgrade) : (Datum) 0;
	args[5] = rev->verify ? CStringGetTextDatum(rev->verify) : (Datum) 0;
	args[6] = CStringGetTextDatum(rev->checksum);
	args[7] = CStringGetTextDatum(rev->token_checksum);
	args[8] = sm_list_to_text_array(rev->authors);
	args[9] = last;
	if (rev->downgrade == NULL)
		nulls[4] = 'n';
	if (rev->verify == NULL)
		nulls[5] = 'n';
	if (isnull)
		nulls[9] = 'n';
	(void) sm_query(query, args, nulls);
}

static void
write_edges(const char *id, const char *kind, const List *parents)
{
	Datum args[3];

	if (parents == NIL)
		return;
	args[0] = CStringGetTextDatum(id);
	args[1] = CStringGetTextDatum(kind);
	args[2] = sm_list_to_text_array(parents);
	(void) sm_query(&insert_edges, args, NULL);
}

/*
 * Stores a new revision; the parents are identifiers.  It was created now,
 * unless it says when; then it has changed now, for whoever approves it.
 */
void
sm_revision_insert(const SmRevision *rev, const List *down, const List *depends)
{
	write_revision(&insert_revision, rev, TimestampTzGetDatum(rev->created_at),
				   rev->created_at == 0);
	write_edges(rev->id, "down", down);
	write_edges(rev->id, "depends", depends);
}

/* Stores a changed revision; approved_by may only be kept or withdrawn */
void
sm_revision_update(const SmRevision *rev, const List *down, const List *depends)
{
	Datum args[] = { CStringGetTextDatum(rev->id) };

	write_revision(&update_revision, rev,
				   rev->approved_by ? CStringGetTextDatum(rev->approved_by)
									: (Datum) 0,
				   rev->approved_by == NULL);
	(void) sm_query(&delete_edges, args, NULL);
	write_edges(rev->id, "down", down);
	write_edges(rev->id, "depends", depends);
}

/* Deletes a revision with its edges */
void
sm_revision_delete(const char *id)
{
	Datum args[] = { CStringGetTextDatum(id) };

	(void) sm_query(&delete_edges, args, NULL);
	(void) sm_query(&delete_revision, args, NULL);
}

/* Notes who vouches for the scripts of a revision */
void
sm_revision_approve(const char *id, const char *role)
{
	Datum args[] = { CStringGetTextDatum(id), CStringGetTextDatum(role) };

	(void) sm_query(&approve_revision, args, NULL);
}
