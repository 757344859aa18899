/*-------------------------------------------------------------------------
 *
 * squash.c
 *	  Squashes: one script in place of those of many revisions.
 *
 * A squash is no revision: the graph and the applied sets do not know it.  It
 * says that its script leads where those of its members lead.  So a plan that
 * has all of its members can take them in one step, and leave the same applied
 * set behind as if each had been run.
 *
 * That holds as long as the members, and what they stand on, are what they were
 * when the squash was made.  A checksum of all of that is kept with it.  Where
 * it is not the same any more, the members run themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "checksum.h"
#include "compat.h"
#include "query.h"
#include "squash.h"

#define LIST_SQL                                                               \
	"SELECT squash, message, downgrade IS NOT NULL, replaces, "                \
	"replaced_checksum FROM schemamig.squash "                                 \
	"ORDER BY pg_catalog.cardinality(replaces) DESC, created_at DESC, squash"

/* Those of most members first, and of the same ones the newest */
static SmQuery list_squashes[] = {
	[SM_READ] = { .sql = LIST_SQL, .mode = SM_READ },
	[SM_READ_LATEST] = { .sql = LIST_SQL, .mode = SM_READ_LATEST },
};

#define ROW_SQL                                                                \
	"SELECT squash, message, downgrade IS NOT NULL, replaces, "                \
	"replaced_checksum, upgrade, downgrade, checksum, token_checksum, "        \
	"authors, approved_by, created_at, edited_at "                             \
	"FROM schemamig.squash WHERE squash = $1"

static SmQuery read_squash = {
	.sql = ROW_SQL, .mode = SM_READ, .nargs = 1, .argtypes = { TEXTOID }
};

static SmQuery lock_squash = { .sql = ROW_SQL " FOR SHARE",
							   .mode = SM_WRITE,
							   .nargs = 1,
							   .argtypes = { TEXTOID } };

#define TOKENS_SQL                                                             \
	"SELECT revision, token_checksum FROM schemamig.revision "                 \
	"WHERE revision = ANY ($1) ORDER BY revision"

static SmQuery token_checksums[] = {
	[SM_READ] = { .sql = TOKENS_SQL,
				  .mode = SM_READ,
				  .nargs = 1,
				  .argtypes = { TEXTARRAYOID } },
	[SM_READ_LATEST] = { .sql = TOKENS_SQL,
						 .mode = SM_READ_LATEST,
						 .nargs = 1,
						 .argtypes = { TEXTARRAYOID } },
};

static SmQuery squash_of = {
	.sql = "SELECT squash FROM schemamig.squash WHERE $1 = ANY (replaces) "
		   "ORDER BY squash LIMIT 1",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery insert_squash = {
	.sql = "INSERT INTO schemamig.squash (squash, message, upgrade, downgrade, "
		   "checksum, token_checksum, replaces, replaced_checksum, authors, "
		   "created_at, edited_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
		   "COALESCE($10, pg_catalog.clock_timestamp()), "
		   "CASE WHEN $10 IS NOT NULL THEN pg_catalog.clock_timestamp() END)",
	.mode = SM_WRITE,
	.nargs = 10,
	.argtypes = { TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
				  TEXTARRAYOID, TEXTOID, TEXTARRAYOID, TIMESTAMPTZOID }
};

/* Somebody else's approval was for other scripts */
static SmQuery update_squash = {
	.sql =
		"UPDATE schemamig.squash SET message = $2, upgrade = $3, downgrade = $4, "
		"checksum = $5, token_checksum = $6, replaces = $7, "
		"replaced_checksum = $8, authors = $9, "
		"edited_at = pg_catalog.clock_timestamp(), approved_by = NULL, "
		"approved_at = NULL WHERE squash = $1",
	.mode = SM_WRITE,
	.nargs = 9,
	.argtypes = { TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
				  TEXTARRAYOID, TEXTOID, TEXTARRAYOID }
};

static SmQuery delete_squash = {
	.sql = "DELETE FROM schemamig.squash WHERE squash = $1",
	.mode = SM_WRITE,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

static SmQuery approve_squash = {
	.sql = "UPDATE schemamig.squash SET approved_by = $2, "
		   "approved_at = pg_catalog.clock_timestamp() WHERE squash = $1",
	.mode = SM_WRITE,
	.nargs = 2,
	.argtypes = { TEXTOID, TEXTOID }
};

/* ------------------------------------------------------------------------
 * Reading
 * ------------------------------------------------------------------------ */

/* Finds the members in the graph */
static void
find_members(const SmGraph *g, SmSquash *squash)
{
	Bitmapset *members = NULL;
	ListCell *lc;
	int i = -1;

	foreach (lc, squash->replaces)
	{
		int idx = sm_graph_find(g, lfirst(lc));

		if (idx < 0)
			return;
		members = bms_add_member(members, idx);
	}
	squash->members = members;
	while ((i = bms_next_member(members, i)) >= 0)
	{
		const SmEdges *down = &g->node[i].edge[SM_DOWN];

		for (int j = 0; j < down->n; j++)
			if (!bms_is_member(down->idx[j], members))
				squash->parents = bms_add_member(squash->parents, down->idx[j]);
	}
}

/* The columns that all queries have */
static SmSquash *
squash_of_row(const SmGraph *g, const SmRows *rows, uint64 i)
{
	SmSquash *squash = palloc0_object(SmSquash);

	squash->rev.id = sm_rows_text(rows, i, 1);
	squash->rev.message = sm_rows_text(rows, i, 2);
	squash->reversible = sm_rows_bool(rows, i, 3);
	squash->replaces = sm_rows_text_list(rows, i, 4);
	squash->replaced_checksum = sm_rows_text(rows, i, 5);
	find_members(g, squash);
	return squash;
}

/* All squashes, as a list of SmSquash without scripts; the largest first */
List *
sm_squash_list(const SmGraph *g, SmQueryMode mode)
{
	SmRows *rows = sm_query(&list_squashes[mode], NULL, NULL);
	List *squashes = NIL;

	for (uint64 i = 0; i < rows->n; i++)
		squashes = lappend(squashes, squash_of_row(g, rows, i));
	return squashes;
}

static SmSquash *
read_row(const SmGraph *g, const char *id, bool lock)
{
	Datum args[] = { CStringGetTextDatum(id) };
	SmRows *rows = sm_query(lock ? &lock_squash : &read_squash, args, NULL);
	SmSquash *squash;
	SmRevision *rev;
	bool isnull;

	if (rows->n == 0)
		return NULL;
	squash = squash_of_row(g, rows, 0);
	rev = &squash->rev;
	rev->upgrade = sm_rows_text(rows, 0, 6);
	rev->downgrade = sm_rows_text(rows, 0, 7);
	rev->checksum = sm_rows_text(rows, 0, 8);
	rev->token_checksum = sm_rows_text(rows, 0, 9);
	rev->authors = sm_rows_text_list(rows, 0, 10);
	rev->approved_by = sm_rows_text(rows, 0, 11);
	rev->created_at = DatumGetTimestampTz(sm_rows_datum(rows, 0, 12, &isnull));
	rev->edited_at = DatumGetTimestampTz(sm_rows_datum(rows, 0, 13, &isnull));
	if (isnull)
		rev->edited_at = 0;
	return squash;
}

/*
 * The squash of that identifier, with its scripts, by the snapshot of the
 * calling statement or the active one; NULL: there is none.
 */
SmSquash *
sm_squash_read(const SmGraph *g, const char *id)
{
	return read_row(g, id, false);
}

/* A squash that the revision is a member of, as of now; NULL: none */
char *
sm_squash_of(const char *revision)
{
	Datum args[] = { CStringGetTextDatum(revision) };
	SmRows *rows = sm_query(&squash_of, args, NULL);

	return rows->n > 0 ? sm_rows_text(rows, 0, 1) : NULL;
}

/* ------------------------------------------------------------------------
 * Is it still what it stands for?
 * ------------------------------------------------------------------------ */

/*
 * Whether no member needs something that is no member, and needs a member in
 * turn: that could come neither before nor behind all of them.
 */
bool
sm_squash_is_closed(const SmGraph *g, const Bitmapset *members)
{
	Bitmapset *others =
		bms_difference(sm_graph_closure(g, members, SM_DOWN_ALL), members);
	int i = -1;

	while ((i = bms_next_member(others, i)) >= 0)
	{
		const SmEdges *down = &g->node[i].edge[SM_DOWN_ALL];

		for (int j = 0; j < down->n; j++)
			if (bms_is_member(down->idx[j], members))
				return false;
	}
	return true;
}

static void
append_edges(StringInfo buf, const SmGraph *g, const SmEdges *edges)
{
	for (int i = 0; i < edges->n; i++)
		appendStringInfo(buf, " %s", g->node[edges->idx[i]].id);
}

/*
 * Checksum of what is replaced: the tokens of the scripts of the members, and
 * of all that they need, and what stands on what.  It does not depend on the
 * order in which revisions were created.
 */
char *
sm_squash_checksum(const SmGraph *g, const Bitmapset *members, SmQueryMode mode)
{
	Bitmapset *all = sm_graph_closure(g, members, SM_DOWN_ALL);
	List *ids = NIL;
	StringInfoData text;
	Datum args[1];
	SmRows *rows;
	int i = -1;

	while ((i = bms_next_member(all, i)) >= 0)
		ids = lappend(ids, (void *) g->node[i].id);
	args[0] = sm_list_to_text_array(ids);
	rows = sm_query(&token_checksums[mode], args, NULL);
	initStringInfo(&text);
	for (uint64 row = 0; row < rows->n; row++)
	{
		char *id = sm_rows_text(rows, row, 1);
		int idx = sm_graph_find(g, id);

		appendStringInfo(&text, "%s%s %s:",
						 bms_is_member(idx, members) ? "" : "before ", id,
						 sm_rows_text(rows, row, 2));
		append_edges(&text, g, &g->node[idx].edge[SM_DOWN]);
		appendStringInfoString(&text, ",");
		append_edges(&text, g, &g->node[idx].depends);
		appendStringInfoChar(&text, '\n');
	}
	return sm_checksum_text(text.data);
}

/* Why a squash cannot be used, as a sentence; NULL: it can */
const char *
sm_squash_problem(const SmGraph *g, const SmSquash *squash, SmQueryMode mode)
{
	if (squash->members == NULL)
		return "Not all of its revisions are there.";
	if (strcmp(sm_squash_checksum(g, squash->members, mode),
			   squash->replaced_checksum) != 0)
		return "The revisions that it replaces, or those below them, are not what they were when it was made.";
	return NULL;
}

/* The identifiers of those that can be used now, as a list of char * */
List *
sm_squash_usable(const SmGraph *g)
{
	List *usable = NIL;
	ListCell *lc;

	foreach (lc, sm_squash_list(g, SM_READ_LATEST))
	{
		const SmSquash *squash = lfirst(lc);

		if (sm_squash_problem(g, squash, SM_READ_LATEST) == NULL)
			usable = lappend(usable, squash->rev.id);
	}
	return usable;
}

static void
warn(const SmSquash *squash, const char *problem)
{
	ereport(WARNING,
			(errmsg("squash \"%s\" is not used", squash->rev.id),
			 errdetail("%s", problem),
			 errhint(
				 "Drop it with schemamig.drop_squash(), and make it again.")));
}

/*
 * To be called by whoever has changed revisions: warns of those of the list,
 * of sm_squash_usable(), that cannot be used any more.
 */
void
sm_squash_warn(const List *usable)
{
	SmGraph *g = usable ? sm_revision_graph(SM_READ_LATEST) : NULL;
	ListCell *lc;
	ListCell *id;

	if (usable == NIL)
		return;
	foreach (lc, sm_squash_list(g, SM_READ_LATEST))
	{
		const SmSquash *squash = lfirst(lc);
		const char *problem = sm_squash_problem(g, squash, SM_READ_LATEST);

		foreach (id, usable)
			if (problem && strcmp(lfirst(id), squash->rev.id) == 0)
				warn(squash, problem);
	}
}

/* ------------------------------------------------------------------------
 * Writing
 * ------------------------------------------------------------------------ */

static void
write_squash(SmQuery *query, const SmSquash *squash)
{
	const SmRevision *rev = &squash->rev;
	char nulls[] = "          ";
	Datum args[] = { CStringGetTextDatum(rev->id),
					 CStringGetTextDatum(rev->message),
					 CStringGetTextDatum(rev->upgrade),
					 rev->downgrade ? CStringGetTextDatum(rev->downgrade)
									: (Datum) 0,
					 CStringGetTextDatum(rev->checksum),
					 CStringGetTextDatum(rev->token_checksum),
					 sm_list_to_text_array(squash->replaces),
					 CStringGetTextDatum(squash->replaced_checksum),
					 sm_list_to_text_array(rev->authors),
					 TimestampTzGetDatum(rev->created_at) };

	if (rev->downgrade == NULL)
		nulls[3] = 'n';
	if (rev->created_at == 0)
		nulls[9] = 'n';
	(void) sm_query(query, args, nulls);
}

/* Stores a new squash; it was created now, unless it says when */
void
sm_squash_insert(const SmSquash *squash)
{
	write_squash(&insert_squash, squash);
}

/* Stores a changed one; whoever has approved it has not approved this */
void
sm_squash_update(const SmSquash *squash)
{
	write_squash(&update_squash, squash);
}

void
sm_squash_delete(const char *id)
{
	Datum args[] = { CStringGetTextDatum(id) };

	(void) sm_query(&delete_squash, args, NULL);
}

/* Notes who vouches for the scripts of a squash */
void
sm_squash_approve(const char *id, const char *role)
{
	Datum args[] = { CStringGetTextDatum(id), CStringGetTextDatum(role) };

	(void) sm_query(&approve_squash, args, NULL);
}

/* ------------------------------------------------------------------------
 * Plans
 * ------------------------------------------------------------------------ */

static void
reverse(SmPlan *plan)
{
	for (int i = 0, j = plan->n - 1; i < j; i++, j--)
	{
		int idx = plan->idx[i];
		SmSquash *squash = plan->squash[i];

		plan->idx[i] = plan->idx[j];
		plan->squash[i] = plan->squash[j];
		plan->idx[j] = idx;
		plan->squash[j] = squash;
	}
}

/* The next revision that a step moves, the first one after -1; -2: none */
static int
next_moved(const SmPlan *plan, int i, int after)
{
	const SmSquash *squash = sm_squash_at(plan, i);

	if (squash)
		return bms_next_member(squash->members, after);
	return after < 0 ? plan->idx[i] : -2;
}

/* Does a step move any revision of a set? */
static bool
moves_any(const SmPlan *plan, int i, const Bitmapset *set)
{
	const SmSquash *squash = sm_squash_at(plan, i);

	return squash ? bms_overlap(squash->members, set)
				  : bms_is_member(plan->idx[i], set);
}

/* Does each step of an upgrade come behind all that it needs? */
static bool
is_in_order(const SmGraph *g, const SmPlan *plan)
{
	Bitmapset *later = NULL;

	for (int i = plan->n - 1; i >= 0; i--)
	{
		int idx = -1;

		while ((idx = next_moved(plan, i, idx)) >= 0)
		{
			const SmEdges *down = &g->node[idx].edge[SM_DOWN_ALL];

			for (int j = 0; j < down->n; j++)
				if (bms_is_member(down->idx[j], later))
					return false;
		}
		idx = -1;
		while ((idx = next_moved(plan, i, idx)) >= 0)
			later = bms_add_member(later, idx);
	}
	return true;
}

static void
add_step(SmPlan *plan, int idx, SmSquash *squash)
{
	plan->idx[plan->n] = idx;
	plan->squash[plan->n++] = squash;
}

/*
 * The plan of an upgrade with a squash in place of its members.  What they need
 * comes before it, and what came between them else behind it.
 */
static SmPlan
join(const SmGraph *g, const SmPlan *plan, SmSquash *squash)
{
	Bitmapset *needed = sm_graph_closure(g, squash->members, SM_DOWN_ALL);
	SmPlan joined = { .direction = plan->direction };
	bool *taken = palloc0_array(bool, plan->n);
	bool met = false;
	int last = -1;

	joined.idx = palloc_array(int, plan->n);
	joined.squash = palloc0_array(SmSquash *, plan->n);
	for (int i = 0; i < plan->n; i++)
	{
		if (moves_any(plan, i, squash->members))
		{
			met = taken[i] = true;
			last = plan->idx[i];
		}
		else if (!met || moves_any(plan, i, needed))
		{
			taken[i] = true;
			add_step(&joined, plan->idx[i], plan->squash[i]);
		}
	}
	add_step(&joined, last, squash);
	for (int i = 0; i < plan->n; i++)
		if (!taken[i])
			add_step(&joined, plan->idx[i], plan->squash[i]);
	return joined;
}

/* Can a plan use it, if only because of what the plan has? */
static bool
fits(const SmGraph *g, const SmSquash *squash, const Bitmapset *free,
	 SmDirection direction, const char *half_run)
{
	int half = half_run ? sm_graph_find(g, half_run) : -1;

	if (squash->members == NULL || !bms_is_subset(squash->members, free))
		return false;
	/* what has begun by itself goes on by itself */
	if (half >= 0 && bms_is_member(half, squash->members))
		return false;
	return direction == SM_UPGRADE || squash->reversible;
}

/* All of them; that which is half run first, if there is one */
static List *
candidates(const SmGraph *g, const SmSquashUse *use)
{
	List *squashes = sm_squash_list(g, use->mode);
	ListCell *lc;

	foreach (lc, squashes)
	{
		SmSquash *squash = lfirst(lc);

		if (use->half_run && strcmp(squash->rev.id, use->half_run) == 0)
			return lcons(squash, list_delete_ptr(list_copy(squashes), squash));
	}
	return squashes;
}

/*
 * Has a plan take squashes in place of their members, as far as it has all of
 * them; warns of those that could have been taken, but cannot be used any more.
 * Scripts of revisions follow the search_path of a tenant, those of squashes do
 * not, so it is for the database itself only.
 */
void
sm_squash_plan(const SmGraph *g, SmPlan *plan, const SmSquashUse *use)
{
	List *squashes;
	Bitmapset *free = NULL;
	ListCell *lc;

	if (plan->n == 0 || use->tenant[0] != '\0')
		return;
	squashes = candidates(g, use);
	if (squashes == NIL)
		return;
	plan->squash = palloc0_array(SmSquash *, plan->n);
	for (int i = 0; i < plan->n; i++)
		free = bms_add_member(free, plan->idx[i]);
	if (plan->direction == SM_DOWNGRADE)
		reverse(plan);
	foreach (lc, squashes)
	{
		SmSquash *squash = lfirst(lc);
		const char *problem;
		SmPlan joined;

		CHECK_FOR_INTERRUPTS();
		if (!fits(g, squash, free, plan->direction, use->half_run))
			continue;
		problem = sm_squash_problem(g, squash, use->mode);
		if (problem)
		{
			warn(squash, problem);
			continue;
		}
		/* two of them can each have something that the other needs */
		joined = join(g, plan, squash);
		if (!is_in_order(g, &joined))
			continue;
		*plan = joined;
		free = bms_del_members(free, squash->members);
	}
	if (plan->direction == SM_DOWNGRADE)
		reverse(plan);
}

/* What a step of a plan is called: the identifier of a revision or squash */
const char *
sm_squash_step_id(const SmGraph *g, const SmPlan *plan, int i)
{
	const SmSquash *squash = sm_squash_at(plan, i);

	return squash ? squash->rev.id : g->node[plan->idx[i]].id;
}

/* Whether the row is still the one that the plan was made with */
static bool
is_same(const SmSquash *planned, const SmSquash *row)
{
	return row && bms_equal(row->members, planned->members) &&
		   strcmp(row->replaced_checksum, planned->replaced_checksum) == 0;
}

/* Completes a squash of a plan; false: it has changed meanwhile */
static bool
fetch_squash(const SmGraph *g, SmSquash *squash, bool lock)
{
	SmSquash *row = read_row(g, squash->rev.id, lock);

	if (row == NULL && lock && IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent change of squash \"%s\"",
						squash->rev.id),
				 errhint("The transaction might succeed if retried.")));
	if (!is_same(squash, row) ||
		(lock && sm_squash_problem(g, squash, SM_READ_LATEST)))
		return false;
	squash->rev = row->rev;
	return true;
}

/*
 * What the steps of a plan run.  With lock, nobody can edit or drop it, nor the
 * members of squashes, until the transaction ends; then NULL if anything is not
 * what the plan was made with, for the caller to make a new one.
 */
SmRevision **
sm_squash_fetch(const SmGraph *g, const SmPlan *plan, bool lock)
{
	int *idx = palloc_array(int, g->n + 1);
	int n = 0;
	SmRevision **all;
	SmRevision **revs = palloc_array(SmRevision *, plan->n + 1);

	for (int i = 0; i < plan->n; i++)
	{
		int member = -1;

		while ((member = next_moved(plan, i, member)) >= 0)
			idx[n++] = member;
	}
	all = lock ? sm_revision_fetch_unchanged(g, idx, n)
			   : sm_revision_fetch(g, idx, n, SM_NO_LOCK);
	if (all == NULL)
		return NULL;
	for (int i = 0; i < plan->n; i++)
	{
		SmSquash *squash = sm_squash_at(plan, i);

		if (squash && !fetch_squash(g, squash, lock))
			return NULL;
		revs[i] = squash ? &squash->rev : *all;
		if (squash)
			squash->revs = all;
		all += squash ? bms_num_members(squash->members) : 1;
	}
	return revs;
}

/*
 * The script of a squash, as it is now, locked with all members so that nobody
 * can edit or drop them; NULL if it is gone, or not of the same members, or
 * these are not what they were when the plan was made.
 */
SmRevision *
sm_squash_fetch_same(const SmGraph *g, const SmSquash *squash)
{
	SmRevision **planned = squash->revs;
	SmSquash *row = read_row(g, squash->rev.id, true);
	int i = -1;

	if (!is_same(squash, row))
		return NULL;
	while ((i = bms_next_member(squash->members, i)) >= 0)
	{
		SmRevision *rev = sm_revision_fetch_same(g, i);

		CHECK_FOR_INTERRUPTS();
		if (rev == NULL || strcmp(rev->checksum, (*planned++)->checksum) != 0)
			return NULL;
	}
	return &row->rev;
}
