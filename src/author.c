/*-------------------------------------------------------------------------
 *
 * author.c
 *	  Creating and changing revisions: revision, merge, edit, drop_revision,
 *	  approve.
 *
 * Whoever changes the graph holds the graph lock until the end of the
 * transaction and reads the graph as of now, so two authors who both build on
 * the head get two revisions in a row, not two heads.  Whoever changes an
 * existing revision locks its row against runs first and only then looks
 * whether it is applied.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "author.h"
#include "checksum.h"
#include "compat.h"
#include "env.h"
#include "journal.h"
#include "locks.h"
#include "name.h"
#include "query.h"
#include "revision.h"
#include "script.h"
#include "squash.h"
#include "target.h"
#include "unfinished.h"
#include "variable.h"

/* Bytes of a generated identifier, which has two hex digits for each */
#define REV_ID_BYTES 6

/* A revision with its parents, before it is stored */
typedef struct Draft
{
	SmRevision rev;
	List *down;	   /* of char *: identifiers */
	List *depends; /* of char *: identifiers */
} Draft;

PG_FUNCTION_INFO_V1(schemamig_revision);
PG_FUNCTION_INFO_V1(schemamig_merge);
PG_FUNCTION_INFO_V1(schemamig_edit);
PG_FUNCTION_INFO_V1(schemamig_drop_revision);
PG_FUNCTION_INFO_V1(schemamig_approve);
PG_FUNCTION_INFO_V1(schemamig_approve_list);

/*
 * The graph as of now, for someone who is going to change it: nobody else does
 * until the transaction ends.
 */
SmGraph *
sm_author_lock_graph(const char *command)
{
	PreventCommandIfReadOnly(command);
	sm_locks_graph();
	return sm_revision_graph(SM_READ_LATEST);
}

/* What "current" means in the targets of authors: the database itself */
static Bitmapset *
applied_now(const SmGraph *g)
{
	return sm_revision_applied(g, "", SM_READ_LATEST);
}

/* The squash of that identifier, as of now; NULL: there is none */
SmSquash *
sm_author_squash(const SmGraph *g, const char *id)
{
	SmSquash *squash;

	sm_query_push_latest();
	squash = sm_squash_read(g, id);
	sm_query_pop_latest();
	return squash;
}

static void
check_name(const char *name, bool label)
{
	const char *problem = sm_name_problem(name, label);

	if (problem)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 label ? errmsg("invalid branch label \"%s\"", name)
					   : errmsg("invalid revision identifier \"%s\"", name),
				 errdetail("%s", problem)));
}

/* A new name must not be in use; owner is the revision that may have it */
static void
check_unused(const SmGraph *g, const char *name, int owner)
{
	int labelled = sm_graph_find_label(g, name);

	if (sm_graph_find(g, name) >= 0)
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
						errmsg("there is a revision \"%s\" already", name)));
	if (sm_author_squash(g, name))
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
						errmsg("there is a squash \"%s\" already", name)));
	if (labelled >= 0 && labelled != owner)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("branch label \"%s\" is used by revision \"%s\" already",
						name, g->node[labelled].id)));
}

/* An identifier that nothing has */
char *
sm_author_generate_id(const SmGraph *g)
{
	uint8 bytes[REV_ID_BYTES];
	char *id = palloc(2 * REV_ID_BYTES + 1);

	do
	{
		if (!pg_strong_random(bytes, sizeof(bytes)))
			ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
							errmsg("could not generate a random identifier")));
		id[hex_encode((const char *) bytes, sizeof(bytes), id)] = '\0';
	} while (sm_graph_find(g, id) >= 0 || sm_graph_find_label(g, id) >= 0 ||
			 sm_author_squash(g, id));
	return id;
}

/*
 * Checked labels without repetitions, for the revision of that identifier, and
 * of that index in the graph if it is there already, else -1.
 */
List *
sm_author_check_labels(const SmGraph *g, const List *labels, const char *rev_id,
					   int owner)
{
	List *result = NIL;
	ListCell *lc;

	foreach (lc, labels)
	{
		char *label = lfirst(lc);
		bool seen = false;
		ListCell *other;

		check_name(label, true);
		check_unused(g, label, owner);
		if (strcmp(label, rev_id) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_OBJECT),
					 errmsg("branch label \"%s\" is the identifier of its own revision",
							label)));
		foreach (other, result)
			seen = seen || strcmp(lfirst(other), label) == 0;
		if (!seen)
			result = lappend(result, label);
	}
	return result;
}

/*
 * The identifiers of the down revisions that targets name; none for base.
 * Without splice, each one must be a head.
 */
static List *
resolve_heads(const SmGraph *g, const List *targets, bool splice)
{
	List *ids = NIL;
	Bitmapset *seen = NULL;
	ListCell *lc;
	Bitmapset *applied = applied_now(g);

	if (targets == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are no targets"),
				 errhint(
					 "The target \"base\" begins a new branch from nothing.")));
	foreach (lc, targets)
	{
		List *revs = sm_target_revisions(g, lfirst(lc), applied);
		ListCell *rev;

		foreach (rev, revs)
		{
			int idx = lfirst_int(rev);
			const SmNode *node = &g->node[idx];

			if (bms_is_member(idx, seen))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("revision \"%s\" is named twice", node->id)));
			if (!splice && !sm_node_is_head(node))
				ereport(ERROR,
						(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						 errmsg("revision \"%s\" is not a head", node->id),
						 errhint(
							 "Use splice => true to begin a new branch there.")));
			seen = bms_add_member(seen, idx);
			ids = lappend(ids, (void *) node->id);
		}
	}
	return ids;
}

/* The identifiers of the dependencies that targets name */
static List *
resolve_dependencies(const SmGraph *g, const List *targets)
{
	Bitmapset *applied = applied_now(g);
	List *ids = NIL;
	ListCell *lc;

	foreach (lc, targets)
	{
		int idx = sm_target_single(g, lfirst(lc), applied);

		ids = lappend(ids, (void *) g->node[idx].id);
	}
	return ids;
}

/* Refuses a script that could never run; its variables are not known yet */
void
sm_author_check_script(SmScriptKind kind, const char *rev_id, const char *text)
{
	SmScript raw = { .kind = kind, .revision = rev_id, .text = text };
	SmScriptContext context;
	char *blank;

	if (text == NULL)
		return;
	sm_script_push_context(&context, &raw);
	blank = sm_variable_blank(text);
	sm_script_pop_context(&context);
	(void) sm_script_parse(kind, rev_id, blank);
}

/* Checks the scripts of a revision and computes their checksums */
void
sm_author_check_scripts(SmRevision *rev)
{
	sm_author_check_script(SM_SCRIPT_UPGRADE, rev->id, rev->upgrade);
	sm_author_check_script(SM_SCRIPT_DOWNGRADE, rev->id, rev->downgrade);
	sm_author_check_script(SM_SCRIPT_VERIFY, rev->id, rev->verify);
	rev->checksum = sm_checksum_text(rev->upgrade);
	rev->token_checksum = sm_checksum_tokens(rev->upgrade);
}

/* The current user becomes an author, if he is not one yet */
void
sm_author_sign(SmRevision *rev)
{
	char *self = sm_env_role_name(GetUserId());
	ListCell *lc;

	foreach (lc, rev->authors)
	{
		if (strcmp(lfirst(lc), self) == 0)
			return;
	}
	rev->authors = lappend(rev->authors, self);
}

/* Checks the identifier of a new revision */
void
sm_author_check_id(const SmGraph *g, const char *id)
{
	check_name(id, false);
	check_unused(g, id, -1);
}

/* Stores a new revision; the draft lacks only what is derived */
static Datum
create_revision(const SmGraph *g, Draft *draft)
{
	SmRevision *rev = &draft->rev;

	if (rev->id == NULL)
		rev->id = sm_author_generate_id(g);
	sm_author_check_id(g, rev->id);
	rev->labels = sm_author_check_labels(g, rev->labels, rev->id, -1);
	sm_author_check_scripts(rev);
	sm_author_sign(rev);
	sm_revision_insert(rev, draft->down, draft->depends);
	return CStringGetTextDatum(rev->id);
}

/*
 * Creates a revision that schemamig has written itself, as revision() does, and
 * returns its identifier.
 */
char *
sm_author_create(const SmNewRevision *new)
{
	SmGraph *g = sm_author_lock_graph(new->command);
	Draft draft = { 0 };

	draft.rev.message = (char *) new->message;
	draft.rev.upgrade = (char *) new->upgrade;
	draft.rev.downgrade = (char *) new->downgrade;
	draft.rev.id = (char *) new->rev_id;
	draft.rev.labels = new->branch_labels;
	draft.down = resolve_heads(g, new->head, false);
	draft.depends = resolve_dependencies(g, new->depends_on);
	return TextDatumGetCString(create_revision(g, &draft));
}

/* SQL function revision(message, upgrade, downgrade, verify, rev_id, head,
 * splice, branch_labels, depends_on) */
Datum
schemamig_revision(PG_FUNCTION_ARGS)
{
	SmGraph *g = sm_author_lock_graph("schemamig.revision()");
	Draft draft = { 0 };

	draft.rev.message = sm_arg_text_required(fcinfo, 0, "message");
	draft.rev.upgrade = sm_arg_text_required(fcinfo, 1, "upgrade");
	draft.rev.downgrade = sm_arg_text(fcinfo, 2);
	draft.rev.verify = sm_arg_text(fcinfo, 3);
	draft.rev.id = sm_arg_text(fcinfo, 4);
	draft.down = resolve_heads(g, sm_arg_text_list(fcinfo, 5, "head"),
							   sm_arg_bool(fcinfo, 6));
	if (!PG_ARGISNULL(7))
		draft.rev.labels = sm_arg_text_list(fcinfo, 7, "branch_labels");
	if (!PG_ARGISNULL(8))
		draft.depends =
			resolve_dependencies(g, sm_arg_text_list(fcinfo, 8, "depends_on"));
	return create_revision(g, &draft);
}

/* SQL function merge(revisions, message, rev_id, branch_labels, splice) */
Datum
schemamig_merge(PG_FUNCTION_ARGS)
{
	SmGraph *g = sm_author_lock_graph("schemamig.merge()");
	Draft draft = { 0 };

	draft.down = resolve_heads(g, sm_arg_text_list(fcinfo, 0, "revisions"),
							   sm_arg_bool(fcinfo, 4));
	if (draft.down == NIL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("there is nothing to merge"),
						errhint("Name the revisions to merge.")));
	draft.rev.message = sm_arg_text(fcinfo, 1);
	if (draft.rev.message == NULL)
		draft.rev.message = psprintf("merge %s", sm_args_join(draft.down));
	draft.rev.id = sm_arg_text(fcinfo, 2);
	if (!PG_ARGISNULL(3))
		draft.rev.labels = sm_arg_text_list(fcinfo, 3, "branch_labels");
	draft.rev.upgrade = "";
	draft.rev.downgrade = "";
	return create_revision(g, &draft);
}

/* The row of a revision, locked so that nobody can apply or change it */
static SmRevision *
lock_revision(const SmGraph *g, int idx)
{
	return sm_revision_fetch(g, &idx, 1, SM_LOCK_UPDATE)[0];
}

/* How an applied set is called in messages */
static const char *
tenant_phrase(const char *tenant)
{
	return tenant[0] == '\0' ? "the database"
							 : psprintf("tenant \"%s\"", tenant);
}

/*
 * Refuses to touch a revision that is applied, unless forced.  Returns the
 * tenants that have it.
 */
static List *
check_not_applied(const SmRevision *rev, bool force)
{
	List *tenants = sm_journal_tenants(rev->id);

	if (tenants != NIL && !force)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("revision \"%s\" is applied", rev->id),
				 errdetail("It is applied in %s.",
						   tenant_phrase(linitial(tenants))),
				 errhint(
					 "Write a new revision, or downgrade first; force => true does it all the same.")));
	return tenants;
}

/*
 * Refuses to drop a revision or squash that a tenant is in the middle of,
 * unless forced: then that is forgotten.
 */
void
sm_author_check_finished(const SmRevision *rev, bool force)
{
	List *tenants = sm_unfinished_tenants(rev->id);
	ListCell *lc;

	if (tenants != NIL && !force)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("revision \"%s\" is half run", rev->id),
				 errdetail("Part of a script is committed in %s.",
						   tenant_phrase(linitial(tenants))),
				 errhint(
					 "Finish it with CALL schemamig.migrate(); force => true drops it all the same.")));
	foreach (lc, tenants)
		sm_unfinished_forget(lfirst(lc));
}

/* The parents of a revision as it is */
static List *
node_ids(const SmGraph *g, const SmEdges *edges)
{
	List *ids = NIL;

	for (int i = 0; i < edges->n; i++)
		ids = lappend(ids, (void *) g->node[edges->idx[i]].id);
	return ids;
}

/* Overwrites what the arguments say; returns whether a script changed */
static bool
edit_draft(FunctionCallInfo fcinfo, const SmGraph *g, int idx, Draft *draft)
{
	SmRevision *rev = &draft->rev;
	bool scripts;

	if (sm_arg_bool(fcinfo, 8) && !PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg(
					 "a revision with a downgrade script is not irreversible"),
				 errhint("Use either downgrade or irreversible.")));
	if (!PG_ARGISNULL(1))
		rev->message = sm_arg_text(fcinfo, 1);
	if (!PG_ARGISNULL(2))
		rev->upgrade = sm_arg_text(fcinfo, 2);
	if (!PG_ARGISNULL(3) || sm_arg_bool(fcinfo, 8))
		rev->downgrade = sm_arg_text(fcinfo, 3);
	if (!PG_ARGISNULL(4))
		rev->verify = sm_arg_text(fcinfo, 4);
	if (!PG_ARGISNULL(5))
		draft->down =
			resolve_heads(g, sm_arg_text_list(fcinfo, 5, "head"), true);
	if (!PG_ARGISNULL(6))
		rev->labels =
			sm_author_check_labels(g,
								   sm_arg_text_list(fcinfo, 6, "branch_labels"),
								   rev->id, idx);
	if (!PG_ARGISNULL(7))
		draft->depends =
			resolve_dependencies(g, sm_arg_text_list(fcinfo, 7, "depends_on"));
	scripts = !PG_ARGISNULL(2) || !PG_ARGISNULL(3) || !PG_ARGISNULL(4) ||
			  sm_arg_bool(fcinfo, 8);
	return scripts;
}

/* Adds the edges of one kind to the rows of a graph, which have the room */
static void
add_edges(SmGraphRows *rows, const char *child, const List *parents,
		  bool depends)
{
	ListCell *lc;

	foreach (lc, parents)
	{
		SmGraphEdge edge = { .child = child,
							 .parent = lfirst(lc),
							 .depends = depends };

		rows->edge[rows->n_edges++] = edge;
	}
}

/* Refuses new parents that would make the graph invalid */
static void
check_graph(int idx, const Draft *draft)
{
	SmGraphRows rows;
	int n = 0;
	char *problem;

	sm_query_push_latest();
	rows = sm_revision_graph_rows();
	sm_query_pop_latest();
	rows.row[idx].labels = draft->rev.labels;
	for (int i = 0; i < rows.n_edges; i++)
	{
		if (strcmp(rows.edge[i].child, draft->rev.id) != 0)
			rows.edge[n++] = rows.edge[i];
	}
	rows.edge = repalloc_array(rows.edge, SmGraphEdge,
							   n + list_length(draft->down) +
								   list_length(draft->depends) + 1);
	rows.n_edges = n;
	add_edges(&rows, draft->rev.id, draft->down, false);
	add_edges(&rows, draft->rev.id, draft->depends, true);
	(void) sm_graph_build(&rows, &problem);
	if (problem)
		ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
						errmsg("cannot change revision \"%s\" like that",
							   draft->rev.id),
						errdetail_internal("%s", problem)));
}

/* Refuses new parents that a tenant which has the revision has not */
static void
check_parents_applied(const SmGraph *g, const Draft *draft, const List *tenants)
{
	List *parents = list_concat_copy(draft->down, draft->depends);
	ListCell *lc;

	foreach (lc, tenants)
	{
		Bitmapset *applied = sm_revision_applied(g, lfirst(lc), SM_READ_LATEST);
		ListCell *parent;

		foreach (parent, parents)
		{
			if (!bms_is_member(sm_graph_find(g, lfirst(parent)), applied))
				ereport(ERROR,
						(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						 errmsg("cannot put revision \"%s\" on top of revision \"%s\"",
								draft->rev.id, (char *) lfirst(parent)),
						 errdetail("The first is applied in %s, the second is not.",
								   tenant_phrase(lfirst(lc)))));
		}
	}
}

/* SQL function edit(revision, message, upgrade, downgrade, verify, head,
 * branch_labels, depends_on, irreversible, force) */
Datum
schemamig_edit(PG_FUNCTION_ARGS)
{
	SmGraph *g = sm_author_lock_graph("schemamig.edit()");
	char *target = sm_arg_text_required(fcinfo, 0, "revision");
	int idx = sm_target_single(g, target, applied_now(g));
	SmRevision *row = lock_revision(g, idx);
	List *tenants = check_not_applied(row, sm_arg_bool(fcinfo, 9));
	Draft draft = { .rev = *row };
	List *usable = sm_squash_usable(g);

	draft.down = node_ids(g, &g->node[idx].edge[SM_DOWN]);
	draft.depends = node_ids(g, &g->node[idx].depends);
	if (edit_draft(fcinfo, g, idx, &draft))
	{
		sm_author_check_scripts(&draft.rev);
		sm_author_sign(&draft.rev);
		draft.rev.approved_by = NULL;
	}
	check_graph(idx, &draft);
	check_parents_applied(g, &draft, tenants);
	if (tenants != NIL &&
		strcmp(draft.rev.token_checksum, row->token_checksum) != 0)
		ereport(WARNING,
				(errmsg("revision \"%s\" is applied in %s with other statements",
						row->id, tenant_phrase(linitial(tenants))),
				 errhint(
					 "If the database is as the script says now, accept it with schemamig.stamp('current', purge => true).")));
	sm_revision_update(&draft.rev, draft.down, draft.depends);
	sm_journal_log("edit", target, sm_env_role_name(GetUserId()), "edit",
				   &draft.rev);
	sm_squash_warn(usable);
	return CStringGetTextDatum(row->id);
}

/* SQL function drop_revision(revision, force) */
Datum
schemamig_drop_revision(PG_FUNCTION_ARGS)
{
	SmGraph *g = sm_author_lock_graph("schemamig.drop_revision()");
	char *target = sm_arg_text_required(fcinfo, 0, "revision");
	int idx = sm_target_single(g, target, applied_now(g));
	SmRevision *rev = lock_revision(g, idx);
	const SmEdges *next = &g->node[idx].edge[SM_NEXT_ALL];
	char *squash = sm_squash_of(rev->id);
	List *tenants;
	ListCell *lc;

	if (squash)
		ereport(ERROR,
				(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
				 errmsg("cannot drop revision \"%s\" because squash \"%s\" stands for it",
						rev->id, squash),
				 errdetail(
					 "What a squash has run is on record as its revisions."),
				 errhint(
					 "Drop the squash first, with schemamig.drop_squash().")));
	if (next->n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
				 errmsg("cannot drop revision \"%s\" because other revisions need it",
						rev->id),
				 errdetail("Revision \"%s\" needs it.",
						   g->node[next->idx[0]].id),
				 errhint(
					 "Drop that one first, or give it another parent with schemamig.edit().")));
	sm_author_check_finished(rev, sm_arg_bool(fcinfo, 1));
	tenants = check_not_applied(rev, sm_arg_bool(fcinfo, 1));
	foreach (lc, tenants)
	{
		SmTenant tenant = { .name = lfirst(lc) };

		sm_journal_unapply(&tenant, rev->id);
	}
	sm_revision_delete(rev->id);
	sm_journal_log("drop_revision", target, sm_env_role_name(GetUserId()),
				   "drop", rev);
	return CStringGetTextDatum(rev->id);
}

/*
 * Refuses to approve scripts that the approver cannot have read, because
 * somebody else has written them since the transaction began.  An edit that
 * began before and was committed after that is not seen here; under
 * REPEATABLE READ, locking its row fails.
 */
static void
check_seen(const SmRevision *rev, const char *self)
{
	bool own = (list_length(rev->authors) == 1 &&
				strcmp(linitial(rev->authors), self) == 0);

	if (!own && Max(rev->created_at, rev->edited_at) >
					GetCurrentTransactionStartTimestamp())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("revision \"%s\" was changed after this transaction began",
						rev->id),
				 errhint("Read it again, then approve it.")));
}

/* Approves all revisions that the targets name */
static Datum
approve_targets(const List *targets)
{
	SmGraph *g = sm_author_lock_graph("schemamig.approve()");
	char *self = sm_env_role_name(GetUserId());
	List *ids = NIL;
	ListCell *lc;

	foreach (lc, targets)
	{
		SmSquash *squash = sm_author_squash(g, lfirst(lc));
		List *revs;
		ListCell *rev;

		if (squash)
		{
			check_seen(&squash->rev, self);
			sm_squash_approve(squash->rev.id, self);
			sm_journal_log("approve", lfirst(lc), self, "approve",
						   &squash->rev);
			ids = lappend(ids, squash->rev.id);
			continue;
		}
		revs = sm_target_revisions(g, lfirst(lc), applied_now(g));
		foreach (rev, revs)
		{
			SmRevision *row = lock_revision(g, lfirst_int(rev));

			check_seen(row, self);
			sm_revision_approve(row->id, self);
			sm_journal_log("approve", lfirst(lc), self, "approve", row);
			ids = lappend(ids, row->id);
		}
	}
	return sm_list_to_text_array(ids);
}

/* SQL function approve(revision text) */
Datum
schemamig_approve(PG_FUNCTION_ARGS)
{
	return approve_targets(
		list_make1(sm_arg_text_required(fcinfo, 0, "revision")));
}

/* SQL function approve(revisions text[]) */
Datum
schemamig_approve_list(PG_FUNCTION_ARGS)
{
	return approve_targets(sm_arg_text_list(fcinfo, 0, "revisions"));
}
