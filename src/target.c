/*-------------------------------------------------------------------------
 *
 * target.c
 *	  Targets: the language in which revisions are named.
 *
 * A target is [label@][symbol][+N|-N], where the symbol is an identifier, a
 * unique prefix of one, a branch label, or one of head, heads, base and
 * current, and a range is start:end.  The meaning is Alembic's; where Alembic
 * guesses, quietly does more than was said, or dies, there is an error here
 * (test/data/conformance/deviations.tsv lists the differences).  A target is
 *always parsed as a whole.
 *
 * Everything in this file is pure: it takes the graph and the applied set and
 * returns revisions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "compat.h"
#include "graph.h"
#include "target.h"

/* Alembic does not match a prefix against shorter names either */
#define MIN_PREFIXED_LENGTH 4

/* Bytes of an identifier or label; a notification must be able to carry it */
#define MAX_NAME_LENGTH 128

/* Choices listed in a hint */
#define MAX_CHOICES 5

/* A target, parsed but not resolved */
typedef struct Target
{
	const char *text; /* as written */
	char *label;	  /* before the @, or NULL */
	char *symbol;	  /* NULL: only +N or -N */
	int steps;		  /* +N or -N, else 0 */
	bool relative;
} Target;

/* What a target is resolved against */
typedef struct Scope
{
	const SmGraph *g;
	const Bitmapset *applied; /* what "current" means */
	const Bitmapset *origin;  /* what +N and -N count from; empty: base */
} Scope;

static void
invalid_target(const char *text, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid target \"%s\"", text), errdetail("%s", detail),
			 errhint(
				 "A target is [label@]revision, head, heads, base or current, with +N or -N behind it or alone.")));
}

/* Parses a target; whether its names exist is seen when it is resolved */
static Target
parse_target(const SmGraph *g, const char *text)
{
	Target t = { .text = text };
	const char *rest = text;
	const char *at = strchr(text, '@');
	size_t len;

	if (text[0] == '\0')
		invalid_target(text, "It is empty.");
	if (strchr(text, ':'))
		invalid_target(text, "A range is not allowed here.");
	if (at)
	{
		if (at == text)
			invalid_target(text, "There is no branch label before the \"@\".");
		t.label = pnstrdup(text, at - text);
		rest = at + 1;
		if (rest[0] == '\0')
			invalid_target(text, "There is nothing behind the \"@\".");
		if (strchr(rest, '@'))
			invalid_target(text, "There is more than one \"@\".");
	}

	len = strcspn(rest, "+-");
	if (rest[len] == '\0' || sm_graph_find_label(g, rest) >= 0)
		t.symbol = pstrdup(rest);
	else
	{
		char *end;
		long steps;

		errno = 0;
		steps = strtol(rest + len, &end, 10);
		if (end == rest + len || *end != '\0')
			invalid_target(text,
						   "Behind \"+\" or \"-\" there must be a number and nothing else.");
		if (errno != 0 || steps > PG_INT32_MAX || steps < -PG_INT32_MAX)
			invalid_target(text, "The number of steps is out of range.");
		t.relative = true;
		t.steps = (int) steps;
		if (len > 0)
			t.symbol = pnstrdup(rest, len);
		else if (steps == 0)
			invalid_target(text, "The number of steps must not be 0.");
	}
	return t;
}

static Bitmapset *
list_to_set(const List *revs)
{
	Bitmapset *set = NULL;
	ListCell *lc;

	foreach (lc, revs)
		set = bms_add_member(set, lfirst_int(lc));
	return set;
}

static List *
set_to_list(const Bitmapset *set)
{
	List *revs = NIL;
	int i = -1;

	while ((i = bms_next_member(set, i)) >= 0)
		revs = lappend_int(revs, i);
	return revs;
}

/* The names that begin with a prefix: revisions, by identifier or label */
static List *
prefix_matches(const SmGraph *g, const char *prefix, const Bitmapset *within,
			   StringInfo names)
{
	List *revs = NIL;
	size_t len = strlen(prefix);

	for (int i = 0; i < g->n; i++)
	{
		List *candidates =
			lcons((void *) g->node[i].id, list_copy(g->node[i].labels));
		ListCell *lc;

		if (within && !bms_is_member(i, within))
			continue;
		foreach (lc, candidates)
		{
			const char *name = lfirst(lc);

			if (strncmp(name, prefix, len) != 0 ||
				strlen(name) < MIN_PREFIXED_LENGTH)
				continue;
			if (list_length(revs) < MAX_CHOICES)
				appendStringInfo(names, "%s\"%s\"", revs ? ", " : "", name);
			else if (list_length(revs) == MAX_CHOICES)
				appendStringInfoString(names, ", ...");
			revs = lappend_int(revs, i);
		}
		list_free(candidates);
	}
	return revs;
}

static void
unknown_revision(const SmGraph *g, const char *name, bool label)
{
	Bitmapset *heads = sm_graph_tips(g, sm_graph_all(g), SM_NEXT);

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 label ? errmsg("branch \"%s\" does not exist", name)
				   : errmsg("revision or branch label \"%s\" does not exist",
							name),
			 bms_is_empty(heads)
				 ? errhint("There are no revisions yet.")
				 : errhint("The heads are %s; SELECT * FROM schemamig.history() lists all revisions.",
						   sm_graph_id_list(g, heads, MAX_CHOICES))));
}

/*
 * The revision of that identifier, label, or unique prefix, looked for only
 * among the given ones if they are not NULL.
 */
static int
find_name_in(const SmGraph *g, const char *name, const Bitmapset *within,
			 bool label)
{
	int idx = sm_graph_find(g, name);
	StringInfoData names;
	List *matches;

	if (idx < 0)
		idx = sm_graph_find_label(g, name);
	if (idx >= 0)
		return idx;

	initStringInfo(&names);
	matches = prefix_matches(g, name, within, &names);
	if (matches == NIL)
		unknown_revision(g, name, label);
	if (list_length(matches) > 1)
		ereport(ERROR, (errcode(ERRCODE_AMBIGUOUS_PARAMETER),
						errmsg("revision \"%s\" is ambiguous", name),
						errhint("It could be %s.", names.data)));
	return linitial_int(matches);
}

/*
 * The line that a label names: the revision that has the label, its
 * ancestors and its descendants, by down revisions.  NULL without a label,
 * which means that there is no restriction.
 */
static Bitmapset *
label_line(const SmGraph *g, const char *label)
{
	Bitmapset *self;

	if (label == NULL)
		return NULL;
	self = bms_make_singleton(find_name_in(g, label, NULL, true));
	return bms_union(sm_graph_closure(g, self, SM_DOWN),
					 sm_graph_closure(g, self, SM_NEXT));
}

/* Restrict a set to a line, where there is one */
static Bitmapset *
within_line(const Bitmapset *set, const Bitmapset *line)
{
	return line ? bms_intersect(set, line) : bms_copy(set);
}

/*
 * The single head, on a line if there is one.  Where several revisions are
 * heads and just one of them is a real head, that one is meant: the others
 * are needed by it.
 */
static List *
resolve_head(const Scope *s, const Target *t, const Bitmapset *line)
{
	const SmGraph *g = s->g;
	Bitmapset *heads =
		within_line(sm_graph_tips(g, sm_graph_all(g), SM_NEXT), line);
	Bitmapset *real = sm_graph_tips(g, heads, SM_NEXT_ALL);

	if (bms_num_members(heads) > 1)
	{
		Bitmapset *candidates = NULL;
		int i = -1;

		while ((i = bms_next_member(real, i)) >= 0)
		{
			if (sm_node_is_real_head(&g->node[i]))
				candidates = bms_add_member(candidates, i);
		}
		if (bms_num_members(candidates) == 1)
			return set_to_list(candidates);
		ereport(ERROR,
				(errcode(ERRCODE_AMBIGUOUS_PARAMETER),
				 errmsg("there are several heads for target \"%s\"", t->text),
				 errdetail("They are %s.",
						   sm_graph_id_list(g, heads, MAX_CHOICES)),
				 errhint(
					 "Name one of them, use \"label@head\" for one branch or \"heads\" for all, or join them with schemamig.merge().")));
	}
	return set_to_list(heads);
}

/* The revisions that a target without +N or -N names; none for base */
static List *
resolve_symbol(const Scope *s, const Target *t)
{
	const SmGraph *g = s->g;
	Bitmapset *line = label_line(g, t->label);
	int idx;

	if (strcmp(t->symbol, "base") == 0)
		return NIL;
	if (strcmp(t->symbol, "head") == 0)
		return resolve_head(s, t, line);
	if (strcmp(t->symbol, "heads") == 0)
		return set_to_list(
			within_line(sm_graph_tips(g, sm_graph_all(g),
									  line ? SM_NEXT : SM_NEXT_ALL),
						line));
	if (strcmp(t->symbol, "current") == 0)
		return set_to_list(
			within_line(sm_graph_tips(g, s->applied, SM_NEXT_ALL), line));

	idx = find_name_in(g, t->symbol, line, false);
	if (line && !bms_is_member(idx, line))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("revision \"%s\" is not on branch \"%s\"",
							   g->node[idx].id, t->label)));
	return list_make1_int(idx);
}

static void
past_the_end(const char *text, bool up)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("target \"%s\" lies past the end of the history", text),
			 up ? errdetail("There are not that many revisions above it.")
				: errdetail("There are not that many revisions below it.")));
}

/*
 * Walks a number of steps up or down from a revision, where -1 is the base
 * below all revisions.  Goes only where there is one way to go, on the line
 * if there is one.  Returns -1 for the base.
 */
static int
walk(const Scope *s, const Target *t, int from, const Bitmapset *line)
{
	const SmGraph *g = s->g;
	bool up = (t->steps > 0);

	for (int left = abs(t->steps); left > 0; left--)
	{
		Bitmapset *ways = NULL;

		if (from < 0 && up)
			ways = sm_graph_bases(g);
		else if (from >= 0)
		{
			const SmEdges *edges = &g->node[from].edge[up ? SM_NEXT : SM_DOWN];

			for (int i = 0; i < edges->n; i++)
				ways = bms_add_member(ways, edges->idx[i]);
		}
		if (up)
			ways = within_line(ways, line);

		if (bms_num_members(ways) > 1)
			ereport(ERROR,
					(errcode(ERRCODE_AMBIGUOUS_PARAMETER),
					 errmsg("target \"%s\" is ambiguous", t->text),
					 errdetail("From %s the next revision could be %s.",
							   from < 0 ? "the base"
										: psprintf("\"%s\"", g->node[from].id),
							   sm_graph_id_list(g, ways, MAX_CHOICES)),
					 errhint("Name the revision, or a branch as in \"label@%s\".",
							 up ? "+1" : "-1")));
		if (bms_is_empty(ways))
		{
			/* below the bases there is the base, and nothing below that */
			if (up || from < 0)
				past_the_end(t->text, up);
			from = -1;
		}
		else
			from = bms_next_member(ways, -1);
		bms_free(ways);
	}
	return from;
}

/* As a list: none for the base */
static List *
rev_list(int idx)
{
	return idx < 0 ? NIL : list_make1_int(idx);
}

/* The one revision of a list, -1 for none, an error for several */
static int
only_one(const Scope *s, const char *text, const List *revs)
{
	if (list_length(revs) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_AMBIGUOUS_PARAMETER),
				 errmsg("target \"%s\" names several revisions", text),
				 errdetail("They are %s.",
						   sm_graph_id_list(s->g, list_to_set(revs),
											MAX_CHOICES)),
				 errhint(
					 "Name one of them, or a branch as in \"label@head\".")));
	return revs ? linitial_int(revs) : -1;
}

/*
 * Where a target that is only +N or -N starts: the origin, restricted to the
 * line if there is one.  A branch that the origin has not reached itself is
 * entered from where it has got to on the way, else from the base.
 */
static int
relative_start(const Scope *s, const Target *t, const Bitmapset *line)
{
	Bitmapset *starts = within_line(s->origin, line);

	if (line && bms_is_empty(starts))
	{
		Bitmapset *needed = sm_graph_closure(s->g, s->origin, SM_DOWN_ALL);

		starts =
			sm_graph_tips(s->g, bms_int_members(needed, line), SM_NEXT_ALL);
	}
	if (bms_num_members(starts) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_AMBIGUOUS_PARAMETER),
				 errmsg("target \"%s\" is ambiguous", t->text),
				 errdetail("It could count from %s.",
						   sm_graph_id_list(s->g, starts, MAX_CHOICES)),
				 errhint("Name the revision, or a branch as in \"label@%s\".",
						 t->steps > 0 ? "+1" : "-1")));
	return bms_is_empty(starts) ? -1 : bms_next_member(starts, -1);
}

/* The revision that a target with +N or -N names; -1 for the base */
static int
resolve_relative(const Scope *s, const Target *t)
{
	Bitmapset *line = label_line(s->g, t->label);
	int start;

	if (t->symbol == NULL)
		start = relative_start(s, t, line);
	else
	{
		Target symbol = *t;

		/* going up, the label says which way; going down, where to start */
		if (t->steps > 0)
			symbol.label = NULL;
		start = only_one(s, t->text, resolve_symbol(s, &symbol));
	}
	return walk(s, t, start, line);
}

/* The revisions that a target names; none for base */
static List *
resolve(const Scope *s, const Target *t)
{
	return t->relative ? rev_list(resolve_relative(s, t))
					   : resolve_symbol(s, t);
}

static Scope
current_scope(const SmGraph *g, const Bitmapset *applied)
{
	Scope s = { .g = g, .applied = applied };

	s.origin = sm_graph_tips(g, applied, SM_NEXT_ALL);
	return s;
}

/*
 * The revisions that a target names, as a list of indexes in the order in
 * which they were created; none for base.
 */
List *
sm_target_revisions(const SmGraph *g, const char *text,
					const Bitmapset *applied)
{
	Scope s = current_scope(g, applied);
	Target t = parse_target(g, text);

	return resolve(&s, &t);
}

/*
 * The same for showing them, where -N counts from the heads, on the branch
 * if one is named, as it does in Alembic.
 */
List *
sm_target_show(const SmGraph *g, const char *text, const Bitmapset *applied)
{
	Scope s = current_scope(g, applied);
	Target t = parse_target(g, text);
	Bitmapset *heads;
	List *revs = NIL;
	int i = -1;

	if (!t.relative || t.symbol || t.steps > 0)
		return resolve(&s, &t);

	if (t.label)
		(void) label_line(g, t.label); /* is there such a branch? */
	heads = sm_graph_tips(g, sm_graph_all(g), SM_NEXT_ALL);
	while ((i = bms_next_member(heads, i)) >= 0)
	{
		if (t.label == NULL || sm_graph_on_branch(g, i, t.label))
			revs =
				list_concat_unique_int(revs, rev_list(walk(&s, &t, i, NULL)));
	}
	return revs;
}

/* The one revision that a target names; an error for none or several */
int
sm_target_single(const SmGraph *g, const char *text, const Bitmapset *applied)
{
	Scope s = current_scope(g, applied);
	int idx = only_one(&s, text, sm_target_revisions(g, text, applied));

	if (idx < 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("target \"%s\" names no revision", text)));
	return idx;
}

/*
 * Targets of one call must not need each other: whoever writes both a
 * revision and one that it needs has probably meant something else.
 */
static void
check_overlap(const SmGraph *g, int idx, const Bitmapset *others)
{
	Bitmapset *needed =
		sm_graph_closure(g, bms_make_singleton(idx), SM_DOWN_ALL);

	needed = bms_del_member(bms_int_members(needed, others), idx);
	if (!bms_is_empty(needed))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("target \"%s\" includes target %s", g->node[idx].id,
						sm_graph_id_list(g, needed, 1)),
				 errhint("Name only the last revision of each branch.")));
}

/*
 * What an upgrade to these targets has still to apply: all that the targets
 * need and that is not applied.
 */
Bitmapset *
sm_target_upgrade(const SmGraph *g, const List *texts, const Bitmapset *applied)
{
	Bitmapset *targets = NULL;
	ListCell *lc;

	foreach (lc, texts)
	{
		Scope s = current_scope(g, applied);
		Target t = parse_target(g, lfirst(lc));

		if (t.relative && t.symbol && strcmp(t.symbol, "base") == 0 &&
			t.steps < 0)
			past_the_end(t.text, false);
		if (t.relative && t.symbol == NULL && t.steps < 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("cannot upgrade to target \"%s\"", t.text),
							errdetail("It lies below the current revision."),
							errhint("schemamig.downgrade() goes down.")));
		targets = bms_join(targets, list_to_set(resolve(&s, &t)));
	}
	if (list_length(texts) > 1)
	{
		int i = -1;

		while ((i = bms_next_member(targets, i)) >= 0)
			check_overlap(g, i, targets);
	}
	return bms_difference(sm_graph_closure(g, targets, SM_DOWN_ALL), applied);
}

/*
 * Of the revisions that a downgrade starts to undo, those on the branch that
 * the target names: where the branch comes by.
 */
static Bitmapset *
roots_on_branch(const SmGraph *g, const Target *t, const Bitmapset *roots,
				int branch)
{
	Bitmapset *below;

	if (branch < 0 || bms_num_members(roots) <= 1)
		return bms_copy(roots);
	below = sm_graph_closure(g, bms_make_singleton(branch), SM_DOWN);
	below = bms_int_members(below, roots);
	if (bms_is_empty(below))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("cannot downgrade to target \"%s\"", t->text),
				 errdetail("The branch of \"%s\" does not come from there.",
						   g->node[branch].id)));
	return below;
}

/* There is nothing that a downgrade to the target could undo */
static void
nothing_to_undo(const Scope *s, const char *text, int target, const char *range)
{
	const char *id = s->g->node[target].id;

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("cannot downgrade to target \"%s\"", text),
			 range
				 ? errdetail("Revision \"%s\" does not lie below the start of range \"%s\".",
							 id, range)
			 : bms_is_member(target, s->applied)
				 ? errdetail("Nothing that is applied comes after revision \"%s\".",
							 id)
				 : errdetail("Revision \"%s\" is not applied.", id),
			 range
				 ? errhint(
					   "A downgrade goes from the newer revision to the older one.")
			 : bms_is_empty(s->origin)
				 ? errhint("Nothing is applied.")
				 : errhint("The current revisions are %s.",
						   sm_graph_id_list(s->g, s->origin, MAX_CHOICES))));
}

/*
 * What a downgrade to one target undoes; range is the range that the target
 * is the end of, if it is that of one.
 */
static Bitmapset *
downgrade_one(const SmGraph *g, const char *text, const Bitmapset *applied,
			  const char *range)
{
	Scope s = current_scope(g, applied);
	Target t = parse_target(g, text);
	Target unlabelled = t;
	int branch = -1;
	int target;
	Bitmapset *roots = NULL;
	Bitmapset *undo;

	if (t.relative && t.symbol == NULL && t.steps > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("cannot downgrade to target \"%s\"", t.text),
						errdetail("It lies above the current revision."),
						errhint("schemamig.upgrade() goes up.")));
	if (t.label)
		branch = find_name_in(g, t.label, NULL, true);
	else if (t.relative && t.symbol == NULL && bms_num_members(s.origin) == 1)
		branch = bms_next_member(s.origin, -1);

	/* the label says what to undo; the revision need not be on the branch */
	if (!t.relative)
		unlabelled.label = NULL;
	target = only_one(&s, text, resolve(&s, &unlabelled));

	if (target < 0)
		roots = sm_graph_bases(g);
	else
	{
		const SmEdges *next = &g->node[target].edge[SM_NEXT];

		for (int i = 0; i < next->n; i++)
			roots = bms_add_member(roots, next->idx[i]);
	}
	roots = roots_on_branch(g, &t, roots, branch);

	undo = bms_int_members(sm_graph_closure(g, roots, SM_NEXT_ALL), applied);
	if (target >= 0 && bms_is_empty(undo) && !bms_is_member(target, s.origin))
		nothing_to_undo(&s, text, target, range);
	return undo;
}

/*
 * The applied set that a stamp with these targets leaves: what they need.
 * The base of a branch leaves what is not on that branch, as a downgrade to
 * there does.
 */
Bitmapset *
sm_target_stamp(const SmGraph *g, const List *texts, const Bitmapset *applied)
{
	Bitmapset *set = NULL;
	ListCell *lc;

	foreach (lc, texts)
	{
		Scope s = current_scope(g, applied);
		Target t = parse_target(g, lfirst(lc));

		if (t.label && t.symbol && strcmp(t.symbol, "base") == 0 && !t.relative)
			set = bms_join(set, bms_difference(applied,
											   downgrade_one(g, t.text, applied,
															 NULL)));
		else
			set = bms_join(set, list_to_set(resolve(&s, &t)));
	}
	return sm_graph_closure(g, set, SM_DOWN_ALL);
}

/*
 * What a downgrade to these targets undoes: everything applied that comes
 * after them, and what depends on that.
 */
Bitmapset *
sm_target_downgrade(const SmGraph *g, const List *texts,
					const Bitmapset *applied)
{
	Bitmapset *undo = NULL;
	ListCell *lc;

	foreach (lc, texts)
		undo = bms_join(undo, downgrade_one(g, lfirst(lc), applied, NULL));
	return undo;
}

/* Splits start:end; either may be missing if so allowed */
static void
split_range(const char *text, bool need_colon, char **start, char **end)
{
	const char *colon = strchr(text, ':');

	if (colon == NULL && need_colon)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid range \"%s\"", text),
				 errhint("A range is \"start:end\", \"start:\" or \":end\".")));
	if (colon && strchr(colon + 1, ':'))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid range \"%s\"", text),
						errdetail("There is more than one \":\".")));
	*start = colon ? pnstrdup(text, colon - text) : pstrdup("");
	*end = pstrdup(colon ? colon + 1 : text);
	if ((*start)[0] == '\0')
		*start = pstrdup("base");
	if ((*end)[0] == '\0')
		*end = pstrdup("heads");
}

/*
 * Each revision of a set walked down; the bases are left out, and so is what
 * lies above another one of the result.
 */
static Bitmapset *
walk_down_each(const Scope *s, const Target *t, const Bitmapset *from)
{
	Bitmapset *reached = NULL;
	Bitmapset *result = NULL;
	int i = -1;

	while ((i = bms_next_member(from, i)) >= 0)
	{
		int to = walk(s, t, i, NULL);

		if (to >= 0)
			reached = bms_add_member(reached, to);
	}
	i = -1;
	while ((i = bms_next_member(reached, i)) >= 0)
	{
		Bitmapset *below =
			sm_graph_closure(s->g, bms_make_singleton(i), SM_DOWN);

		below = bms_del_member(bms_int_members(below, reached), i);
		if (bms_is_empty(below))
			result = bms_add_member(result, i);
	}
	return result;
}

/*
 * Resolves both ends.  An end of +N counts from the start, a start of -N from
 * the end.  A start with a label restricts the end to that branch.
 */
static void
resolve_ends(const SmGraph *g, const char *start, const char *end,
			 const Bitmapset *applied, SmRange *range)
{
	Scope s = current_scope(g, applied);
	Target lower = parse_target(g, start);
	Target upper = parse_target(g, end);
	bool from_end = lower.relative && !lower.symbol && lower.steps < 0;

	if (from_end && upper.relative && !upper.symbol)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid range \"%s:%s\"", start, end),
						errdetail("Each end counts from the other one.")));
	if (!from_end)
	{
		range->lower = list_to_set(resolve(&s, &lower));
		s.origin = range->lower;
	}
	range->upper = list_to_set(resolve(&s, &upper));
	if (lower.label)
	{
		int branch = find_name_in(g, lower.label, NULL, true);
		bool named = (sm_graph_find(g, lower.label) < 0);
		Bitmapset *line = label_line(g, lower.label);
		int i = -1;

		while ((i = bms_next_member(range->upper, i)) >= 0)
		{
			if (!(named && g->node[branch].labels
					  ? sm_graph_on_branch(g, i, lower.label)
					  : bms_is_member(i, line)))
				range->upper = bms_del_member(range->upper, i);
		}
	}
	if (from_end)
		range->lower = walk_down_each(&s, &lower, range->upper);
	range->before = sm_graph_closure(g, range->lower, SM_DOWN_ALL);
}

/*
 * The revisions of a range for reading, start included; all of them if text
 * is NULL.  The start must be something that the end needs, and only what
 * comes after it by down revisions is in the range.
 */
Bitmapset *
sm_target_history(const SmGraph *g, const char *text, const Bitmapset *applied)
{
	SmRange range;
	char *start;
	char *end;
	Bitmapset *needed;
	Bitmapset *set;

	if (text == NULL)
		return sm_graph_all(g);
	split_range(text, true, &start, &end);
	resolve_ends(g, start, end, applied, &range);

	needed = sm_graph_closure(g, range.upper, SM_DOWN_ALL);
	if (!bms_is_subset(range.lower, needed))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid range \"%s\"", text),
				 errdetail(
					 "Its start is not among the revisions that its end needs.")));
	set = bms_union(bms_difference(needed, range.before), range.lower);
	if (!bms_is_empty(range.lower))
		set = bms_int_members(set, sm_graph_closure(g, range.lower, SM_NEXT));
	return set;
}

/*
 * What an upgrade from the start of a range, base if it has none, to its end
 * would apply.
 */
void
sm_target_upgrade_range(const SmGraph *g, const char *text,
						const Bitmapset *applied, SmRange *range)
{
	char *start;
	char *end;

	split_range(text, false, &start, &end);
	resolve_ends(g, start, end, applied, range);
	range->set = bms_difference(sm_graph_closure(g, range->upper, SM_DOWN_ALL),
								range->before);
}

/*
 * What a downgrade from the start of a range to its end would undo.
 */
void
sm_target_downgrade_range(const SmGraph *g, const char *text,
						  const Bitmapset *applied, SmRange *range)
{
	char *start;
	char *end;

	split_range(text, true, &start, &end);
	range->lower = list_to_set(sm_target_revisions(g, start, applied));
	range->before = sm_graph_closure(g, range->lower, SM_DOWN_ALL);
	range->set = downgrade_one(g, end, range->before, text);
	range->upper = NULL;
}

/*
 * What is wrong with a name for a new revision or branch label, as the detail
 * of an error message; NULL if it is good.  A name must be writable as a
 * target, and there must be no other way to read it.
 */
const char *
sm_target_name_problem(const char *name, bool label)
{
	static const char *const reserved[] = { "head", "heads", "base",
											"current" };
	const char *bad = label ? "@:+," : "@:+-,";
	size_t len = strlen(name);

	if (len == 0)
		return "It is empty.";
	if (len > MAX_NAME_LENGTH)
		return "It is longer than " CppAsString2(MAX_NAME_LENGTH) " bytes.";
	if (name[strcspn(name, bad)] != '\0')
		return label
				   ? "It must not contain any of \"@\", \":\", \"+\" and \",\"."
				   : "It must not contain any of \"@\", \":\", \"+\", \"-\" and \",\".";
	for (size_t i = 0; i < lengthof(reserved); i++)
	{
		if (strcmp(name, reserved[i]) == 0)
			return "The word is reserved.";
	}
	for (size_t i = 0; i < len; i++)
	{
		if ((unsigned char) name[i] < ' ' || name[i] == 0x7f)
			return "It must not contain control characters.";
	}
	if (name[0] == ' ' || name[len - 1] == ' ')
		return "It must not begin or end with a space.";
	if (label && strrchr(name, '-') &&
		strspn(strrchr(name, '-') + 1, "0123456789") ==
			strlen(strrchr(name, '-') + 1))
		return "It must not end with \"-\" and a number.";
	return NULL;
}
