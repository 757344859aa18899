/*-------------------------------------------------------------------------
 *
 * condense.c
 *	  Making squashes: squash, drop_squash, and those that come from files.
 *
 * The scripts of the range, and of all that it needs, are replayed in the
 * scratch, with it and without it.  What leads from one state to the other is
 * written as autogenerate writes it, and then run in the scratch.  So what a
 * script says is that it leads to the same objects; what its revisions do to
 * rows, it cannot say, and that is refused unless the caller accepts it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/builtins.h"

#include "allow.h"
#include "args.h"
#include "author.h"
#include "compare.h"
#include "compat.h"
#include "condense.h"
#include "env.h"
#include "journal.h"
#include "prove.h"
#include "range.h"
#include "request.h"
#include "squash.h"
#include "trust.h"
#include "variable.h"

/* Statements that a message names */
#define MAX_SHOWN 20

PG_FUNCTION_INFO_V1(schemamig_squash);
PG_FUNCTION_INFO_V1(schemamig_drop_squash);

/* What is squashed */
typedef struct Condensing
{
	SmGraph *g;
	Bitmapset *before; /* what the members need and is none */
	Bitmapset *members;
	bool from_base;		 /* they need nothing */
	StringInfoData more; /* what their scripts do more than define objects */
	int n_more;
} Condensing;

/* ------------------------------------------------------------------------
 * The range
 * ------------------------------------------------------------------------ */

/*
 * Something that hangs on the middle of the range was written for the state
 * that is there, which a squash does not have.
 */
static void
check_middle(const Condensing *c)
{
	Bitmapset *tips = sm_graph_tips(c->g, c->members, SM_NEXT_ALL);
	int i = -1;

	while ((i = bms_next_member(c->members, i)) >= 0)
	{
		const SmEdges *next = &c->g->node[i].edge[SM_NEXT_ALL];

		for (int j = 0; j < next->n && !bms_is_member(i, tips); j++)
			if (!bms_is_member(next->idx[j], c->members))
				ereport(ERROR,
						(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
						 errmsg("cannot squash revision \"%s\" with those behind it",
								c->g->node[i].id),
						 errdetail("Revision \"%s\" needs it, and is not in the range.",
								   c->g->node[next->idx[j]].id),
						 errhint("Squash up to it, or a range that has both.")));
	}
}

/* The revisions between, as an upgrade from one to the other has them */
static void
find_range(Condensing *c, const char *from, const char *to)
{
	SmRange range;

	sm_range_upgrade(c->g, psprintf("%s:%s", from, to),
					 sm_revision_applied(c->g, "", SM_READ_LATEST), &range);
	if (!bms_is_subset(range.lower,
					   sm_graph_closure(c->g, range.upper, SM_DOWN_ALL)) ||
		bms_num_members(range.set) < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is nothing to squash from \"%s\" to \"%s\"",
						from, to),
				 errhint(
					 "Revisions of the range are those that \"to\" needs and \"from\" does not have, which must be at least two.")));
	c->members = range.set;
	c->before = bms_difference(sm_graph_closure(c->g, c->members, SM_DOWN_ALL),
							   c->members);
	c->from_base = bms_is_empty(c->before);
	check_middle(c);
}

/* ------------------------------------------------------------------------
 * The scripts
 * ------------------------------------------------------------------------ */

static void
note_statement(const SmScript *script, RawStmt *raw, void *arg)
{
	Condensing *c = arg;
	int column;

	if (!sm_allow_does_more(raw->stmt, !c->from_base) ||
		c->n_more++ >= MAX_SHOWN)
		return;
	appendStringInfo(&c->more, "%sRevision \"%s\", line %d: %s.",
					 c->more.len > 0 ? "\n" : "", script->revision,
					 sm_script_line(script, script->stmt[script->n - 1].start,
									&column),
					 CreateCommandName(raw->stmt));
}

static void
check_variables(const SmRevision *rev)
{
	if (strcmp(sm_variable_blank(rev->upgrade), rev->upgrade) != 0)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("revision \"%s\" has variables", rev->id),
						errdetail("What it makes depends on their values.")));
}

/* The scripts of a set, as texts to be replayed; those of members are looked at
 */
static List *
texts_of(Condensing *c, const Bitmapset *set)
{
	List *texts = NIL;
	SmRevision **revs;
	int n;
	int *order = sm_graph_order(c->g, set, &n);

	sm_query_push_latest();
	revs = sm_revision_fetch(c->g, order, n, SM_NO_LOCK);
	sm_query_pop_latest();
	for (int i = 0; i < n; i++)
	{
		SmModelText *text = palloc0_object(SmModelText);

		CHECK_FOR_INTERRUPTS();
		sm_trust_check_revision(revs[i], GetUserId());
		check_variables(revs[i]);
		text->name = revs[i]->id;
		text->text = revs[i]->upgrade;
		text->replay = true;
		texts = lappend(texts, text);
		if (bms_is_member(order[i], c->members))
			(void) sm_script_parse_model(SM_SCRIPT_REPLAY, text->name,
										 text->text, note_statement, c);
	}
	return texts;
}

/* Names what the script will not do, as an error unless that is accepted */
static void
report_more(const Condensing *c, bool accepted)
{
	const char *detail = c->more.data;

	if (c->n_more == 0)
		return;
	if (c->n_more > MAX_SHOWN)
		detail = psprintf("%s\nAnd %d more.", detail, c->n_more - MAX_SHOWN);
	ereport(accepted ? WARNING : ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("the revisions do more than a squash of them will do"),
			 errdetail_internal("%s", detail),
			 accepted
				 ? errhint(
					   "What a new database needs of it can be put into the script, with schemamig.export_script() and import_script().")
				 : errhint(
					   "Squash a range without them, or use allow_data_loss => true if a new database does not need what they do.")));
}

static void
write_scripts(Condensing *c, SmSquash *squash, bool allow_data_loss)
{
	SmComparison comparison = { .command = "schemamig.squash()",
								.replays = true };
	List *members;

	comparison.before = texts_of(c, c->before);
	members = texts_of(c, c->members);
	report_more(c, allow_data_loss);
	comparison.texts = list_concat_copy(comparison.before, members);
	/* from base there are no rows that could be lost */
	comparison.options.allow_data_loss = c->from_base || allow_data_loss;
	sm_compare_replay(&comparison);
	sm_request_warn(&comparison);
	sm_compare_plan(&comparison);
	sm_request_check_possible(&comparison);
	sm_prove_replay(&comparison);
	if (comparison.downgrade == NULL)
		ereport(NOTICE,
				(errmsg(
					 "the squash has no downgrade script: its revisions are undone one by one"),
				 errdetail("%s.", comparison.irreversible)));
	squash->rev.upgrade = comparison.upgrade;
	squash->rev.downgrade = comparison.downgrade;
}

static List *
ids_in_order(const SmGraph *g, const Bitmapset *set)
{
	List *ids = NIL;
	int n;
	int *order = sm_graph_order(g, set, &n);

	for (int i = 0; i < n; i++)
		ids = lappend(ids, (void *) g->node[order[i]].id);
	return ids;
}

/* SQL function squash(from, to, message, rev_id, allow_data_loss) */
Datum
schemamig_squash(PG_FUNCTION_ARGS)
{
	SmGraph *g = sm_author_lock_graph("schemamig.squash()");
	Condensing c = { .g = g };
	SmSquash squash = { 0 };

	initStringInfo(&c.more);
	squash.rev.message = sm_arg_text_required(fcinfo, 2, "message");
	squash.rev.id = sm_arg_text(fcinfo, 3);
	if (squash.rev.id == NULL)
		squash.rev.id = sm_author_generate_id(g);
	sm_author_check_id(g, squash.rev.id);
	find_range(&c, sm_arg_text_required(fcinfo, 0, "from"),
			   sm_arg_text_required(fcinfo, 1, "to"));
	write_scripts(&c, &squash, sm_arg_bool(fcinfo, 4));
	sm_author_check_scripts(&squash.rev);
	sm_author_sign(&squash.rev);
	squash.replaces = ids_in_order(g, c.members);
	squash.replaced_checksum = sm_squash_checksum(g, c.members, SM_READ_LATEST);
	sm_squash_insert(&squash);
	return CStringGetTextDatum(squash.rev.id);
}

/* SQL function drop_squash(squash, force) */
Datum
schemamig_drop_squash(PG_FUNCTION_ARGS)
{
	SmGraph *g = sm_author_lock_graph("schemamig.drop_squash()");
	char *id = sm_arg_text_required(fcinfo, 0, "squash");
	SmSquash *squash = sm_author_squash(g, id);

	if (squash == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("squash \"%s\" does not exist", id),
				 errhint("SELECT * FROM schemamig.squashes() lists them.")));
	sm_author_check_finished(&squash->rev, sm_arg_bool(fcinfo, 1));
	sm_squash_delete(id);
	sm_journal_log("drop_squash", id, sm_env_role_name(GetUserId()), "drop",
				   &squash->rev);
	return CStringGetTextDatum(id);
}

/* ------------------------------------------------------------------------
 * From files
 * ------------------------------------------------------------------------ */

/* The members, which must be there, and fit together */
static Bitmapset *
members_of(const SmGraph *g, const SmImport *import)
{
	Bitmapset *members = NULL;
	ListCell *lc;

	foreach (lc, import->replaces)
	{
		int idx = sm_graph_find(g, lfirst(lc));

		if (idx < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("squash \"%s\" stands for revision \"%s\", which does not exist",
							import->id, (char *) lfirst(lc)),
					 errhint("Import it before, or together.")));
		members = bms_add_member(members, idx);
	}
	if (!sm_squash_is_closed(g, members))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				 errmsg("the revisions of squash \"%s\" cannot run in one step",
						import->id),
				 errdetail("Others come between them.")));
	return members;
}

static char *
part_text(const SmImport *import, SmPartKind kind)
{
	return import->part[kind] ? sm_part_text(import->part[kind]) : NULL;
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Is it as the file has it?  The order of its members is of no importance */
static bool
is_same(const SmSquash *old, const SmSquash *new, const Bitmapset *members)
{
	return strcmp(old->rev.message, new->rev.message) == 0 &&
		   strcmp(old->rev.upgrade, new->rev.upgrade) == 0 &&
		   same_text(old->rev.downgrade, new->rev.downgrade) &&
		   bms_equal(old->members, members) &&
		   strcmp(old->replaced_checksum, new->replaced_checksum) == 0;
}

/*
 * Stores a squash from a file, behind all revisions.  Its scripts are not
 * proven here: they are what somebody has proven, or has written by hand.  A
 * file without a checksum of what is replaced means what there is now.  Returns
 * what was done.  The caller holds the graph lock.
 */
const char *
sm_condense_import(const char *command, SmImport *import)
{
	SmGraph *g = sm_revision_graph(SM_READ_LATEST);
	SmSquash *old = sm_author_squash(g, import->id);
	Bitmapset *members = members_of(g, import);
	SmSquash squash = { .replaces = import->replaces,
						.replaced_checksum = import->replaced_checksum };

	if (old == NULL)
		sm_author_check_id(g, import->id);
	else
		squash.rev.authors = old->rev.authors;
	squash.rev.id = import->id;
	squash.rev.message = import->message;
	squash.rev.created_at = import->created_at;
	squash.rev.upgrade = part_text(import, SM_PART_UPGRADE);
	squash.rev.downgrade = part_text(import, SM_PART_DOWNGRADE);
	if (squash.replaced_checksum == NULL)
		squash.replaced_checksum =
			sm_squash_checksum(g, members, SM_READ_LATEST);
	if (old && is_same(old, &squash, members))
		return "unchanged";
	sm_author_check_scripts(&squash.rev);
	sm_author_sign(&squash.rev);
	if (old == NULL)
	{
		sm_squash_insert(&squash);
		return "created";
	}
	sm_squash_update(&squash);
	sm_journal_log(command, squash.rev.id, sm_env_role_name(GetUserId()),
				   "edit", &squash.rev);
	return "updated";
}
