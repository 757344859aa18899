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
 * always parsed as a whole.
 *
 * Everything in this file is pure: it takes the graph and the applied set and
 * returns revisions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "graph.h"
#include "name.h"
#include "target.h"

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
SmTarget
sm_target_parse(const SmGraph *g, const char *text)
{
	SmTarget t = { .text = text };
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

Bitmapset *
sm_target_set(const List *revs)
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
resolve_head(const SmScope *s, const SmTarget *t, const Bitmapset *line)
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
						   sm_graph_id_list(g, heads, SM_MAX_CHOICES)),
				 errhint(
					 "Name one of them, use \"label@head\" for one branch or \"heads\" for all, or join them with schemamig.merge().")));
	}
	return set_to_list(heads);
}

/* The revisions that a target without +N or -N names; none for base */
static List *
resolve_symbol(const SmScope *s, const SmTarget *t)
{
	const SmGraph *g = s->g;
	Bitmapset *line = sm_name_line(g, t->label);
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

	idx = sm_name_find(g, t->symbol, line, false);
	if (line && !bms_is_member(idx, line))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("revision \"%s\" is not on branch \"%s\"",
							   g->node[idx].id, t->label)));
	return list_make1_int(idx);
}

void
sm_target_past_the_end(const char *text, bool up, bool from_base)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("target \"%s\" lies past the end of the history", text),
			 up ? errdetail("There are not that many revisions above it.")
			 : from_base
				 ? errdetail(
					   "It counts from the base, where nothing is applied.")
				 : errdetail("There are not that many revisions below it.")));
}

/*
 * Walks a number of steps up or down from a revision, where -1 is the base
 * below all revisions.  Goes only where there is one way to go, on the line
 * if there is one.  Returns -1 for the base.
 */
int
sm_target_walk(const SmScope *s, const SmTarget *t, int from,
			   const Bitmapset *line)
{
	const SmGraph *g = s->g;
	bool up = (t->steps > 0);
	bool at_base = (from < 0);

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
							   sm_graph_id_list(g, ways, SM_MAX_CHOICES)),
					 errhint("Name the revision, or a branch as in \"label@%s\".",
							 up ? "+1" : "-1")));
		if (bms_is_empty(ways))
		{
			/* below the bases there is the base, and nothing below that */
			if (up || from < 0)
				sm_target_past_the_end(t->text, up, at_base);
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
int
sm_target_only_one(const SmScope *s, const char *text, const List *revs)
{
	if (list_length(revs) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_AMBIGUOUS_PARAMETER),
				 errmsg("target \"%s\" names several revisions", text),
				 errdetail("They are %s.",
						   sm_graph_id_list(s->g, sm_target_set(revs),
											SM_MAX_CHOICES)),
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
relative_start(const SmScope *s, const SmTarget *t, const Bitmapset *line)
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
						   sm_graph_id_list(s->g, starts, SM_MAX_CHOICES)),
				 errhint("Name the revision, or a branch as in \"label@%s\".",
						 t->steps > 0 ? "+1" : "-1")));
	return bms_is_empty(starts) ? -1 : bms_next_member(starts, -1);
}

/* The revision that a target with +N or -N names; -1 for the base */
static int
resolve_relative(const SmScope *s, const SmTarget *t)
{
	Bitmapset *line = sm_name_line(s->g, t->label);
	int start;

	if (t->symbol == NULL)
		start = relative_start(s, t, line);
	else
	{
		SmTarget symbol = *t;

		/* going up, the label says which way; going down, where to start */
		if (t->steps > 0)
			symbol.label = NULL;
		start = sm_target_only_one(s, t->text, resolve_symbol(s, &symbol));
	}
	return sm_target_walk(s, t, start, line);
}

/* The revisions that a target names; none for base */
List *
sm_target_resolve(const SmScope *s, const SmTarget *t)
{
	return t->relative ? rev_list(resolve_relative(s, t))
					   : resolve_symbol(s, t);
}

SmScope
sm_target_scope(const SmGraph *g, const Bitmapset *applied)
{
	SmScope s = { .g = g, .applied = applied };

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
	SmScope s = sm_target_scope(g, applied);
	SmTarget t = sm_target_parse(g, text);

	return sm_target_resolve(&s, &t);
}

/*
 * The same for showing them, where -N counts from the heads, on the branch
 * if one is named, as it does in Alembic.
 */
List *
sm_target_show(const SmGraph *g, const char *text, const Bitmapset *applied)
{
	SmScope s = sm_target_scope(g, applied);
	SmTarget t = sm_target_parse(g, text);
	Bitmapset *heads;
	List *revs = NIL;
	int i = -1;

	if (!t.relative || t.symbol || t.steps > 0)
		return sm_target_resolve(&s, &t);

	if (t.label)
		(void) sm_name_line(g, t.label); /* is there such a branch? */
	heads = sm_graph_tips(g, sm_graph_all(g), SM_NEXT_ALL);
	while ((i = bms_next_member(heads, i)) >= 0)
	{
		if (t.label == NULL || sm_graph_on_branch(g, i, t.label))
			revs =
				list_concat_unique_int(revs, rev_list(sm_target_walk(&s, &t, i,
																	 NULL)));
	}
	return revs;
}

/* The one revision that a target names; an error for none or several */
int
sm_target_single(const SmGraph *g, const char *text, const Bitmapset *applied)
{
	SmScope s = sm_target_scope(g, applied);
	int idx =
		sm_target_only_one(&s, text, sm_target_revisions(g, text, applied));

	if (idx < 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("target \"%s\" names no revision", text)));
	return idx;
}
