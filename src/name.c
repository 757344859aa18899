/*-------------------------------------------------------------------------
 *
 * name.c
 *	  Names of revisions and branches: which ones may be, and what they name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "compat.h"
#include "graph.h"
#include "name.h"

/* Alembic does not match a prefix against shorter names either */
#define MIN_PREFIXED_LENGTH 4

/* Bytes of an identifier or label; a notification must be able to carry it */
#define MAX_NAME_LENGTH 128

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
			if (list_length(revs) < SM_MAX_CHOICES)
				appendStringInfo(names, "%s\"%s\"", revs ? ", " : "", name);
			else if (list_length(revs) == SM_MAX_CHOICES)
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
			 name[0] == '{'
				 ? errhint(
					   "Write several targets as an array, as in ARRAY['a', 'b'].")
			 : bms_is_empty(heads)
				 ? errhint("There are no revisions yet.")
				 : errhint("The heads are %s; SELECT * FROM schemamig.history() lists all revisions.",
						   sm_graph_id_list(g, heads, SM_MAX_CHOICES))));
}

/*
 * The revision of that identifier, label, or unique prefix, looked for only
 * among the given ones if they are not NULL.
 */
int
sm_name_find(const SmGraph *g, const char *name, const Bitmapset *within,
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
Bitmapset *
sm_name_line(const SmGraph *g, const char *label)
{
	Bitmapset *self;

	if (label == NULL)
		return NULL;
	self = bms_make_singleton(sm_name_find(g, label, NULL, true));
	return bms_union(sm_graph_closure(g, self, SM_DOWN),
					 sm_graph_closure(g, self, SM_NEXT));
}

/*
 * What is wrong with a name for a new revision or branch label, as the detail
 * of an error message; NULL if it is good.  A name must be writable as a
 * target, and there must be no other way to read it.
 */
const char *
sm_name_problem(const char *name, bool label)
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
