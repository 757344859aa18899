/*-------------------------------------------------------------------------
 *
 * graph.c
 *	  The revision graph in memory: building it, walking it, ordering it.
 *
 * Revisions form a directed acyclic graph with two kinds of edges, down
 * revisions and dependencies.  Everything that a run or a report needs to
 * know about it is a closure (what does this need, what needs this), the
 * tips of a set, or a topological order, so these three are what this file
 * offers, each in time linear in the size of the graph.  No function here
 * recurses: a chain of ten thousand revisions is an ordinary graph.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "compat.h"
#include "graph.h"

typedef struct NameEntry
{
	const char *name; /* hash key; must be first */
	int idx;
} NameEntry;

static uint32
name_hash(const void *key, Size keysize)
{
	const char *name = *(const char *const *) key;

	return string_hash(name, strlen(name) + 1);
}

static int
name_match(const void *key1, const void *key2, Size keysize)
{
	return strcmp(*(const char *const *) key1, *(const char *const *) key2);
}

/* A hash table from names of any length to indexes */
static HTAB *
create_name_table(const char *title, int size)
{
	HASHCTL ctl = { 0 };

	ctl.keysize = sizeof(const char *);
	ctl.entrysize = sizeof(NameEntry);
	ctl.hash = name_hash;
	ctl.match = name_match;
	ctl.hcxt = CurrentMemoryContext;
	return hash_create(title, Max(size, 16), &ctl,
					   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

static int
find_name(HTAB *table, const char *name)
{
	NameEntry *entry = hash_search(table, &name, HASH_FIND, NULL);

	return entry ? entry->idx : -1;
}

/* Enters a name; returns the index that had it before, or -1 */
static int
enter_name(HTAB *table, const char *name, int idx)
{
	bool found;
	NameEntry *entry = hash_search(table, &name, HASH_ENTER, &found);

	if (found)
		return entry->idx;
	entry->idx = idx;
	return -1;
}

static void
add_edge(SmEdges *edges, int idx)
{
	if (edges->n == 0)
		edges->idx = palloc_array(int, 2);
	else if (edges->n >= 2 && (edges->n & (edges->n - 1)) == 0)
		edges->idx = repalloc_array(edges->idx, int, edges->n * 2);
	edges->idx[edges->n++] = idx;
}

static bool
has_edge(const SmEdges *edges, int idx)
{
	for (int i = 0; i < edges->n; i++)
	{
		if (edges->idx[i] == idx)
			return true;
	}
	return false;
}

/*
 * Notes the edges of one kind at the children, each one once.  Returns a
 * description of what is wrong, or NULL.
 */
static char *
connect_parents(SmGraph *g, const SmGraphRows *rows, bool depends)
{
	for (int i = 0; i < rows->n_edges; i++)
	{
		const SmGraphEdge *edge = &rows->edge[i];
		int child = find_name(g->by_id, edge->child);
		int parent = find_name(g->by_id, edge->parent);
		SmNode *node;
		SmEdges *edges;

		if (edge->depends != depends)
			continue;
		if (child < 0)
			return psprintf("revision \"%s\" has a parent, but does not exist",
							edge->child);
		if (parent < 0)
			return psprintf("revision \"%s\" names revision \"%s\", which does not exist",
							edge->child, edge->parent);
		node = &g->node[child];
		edges = depends ? &node->depends : &node->edge[SM_DOWN];
		if (!has_edge(edges, parent))
			add_edge(edges, parent);
		if (!has_edge(&node->edge[SM_DOWN_ALL], parent))
			add_edge(&node->edge[SM_DOWN_ALL], parent);
	}
	return NULL;
}

/* Fills in the reverse of one kind of edges for all revisions */
static void
connect_children(SmGraph *g, SmFollow down, SmFollow next)
{
	for (int i = 0; i < g->n; i++)
	{
		const SmEdges *parents = &g->node[i].edge[down];

		for (int j = 0; j < parents->n; j++)
			add_edge(&g->node[parents->idx[j]].edge[next], i);
	}
}

/*
 * Kahn's algorithm: takes away revisions that need nothing until none is
 * left.  What is left when that gets stuck lies on a cycle or above one;
 * walking down inside it must come back, and that walk is reported.
 */
static char *
find_cycle(const SmGraph *g)
{
	int *missing = palloc_array(int, g->n + 1);
	int *queue = palloc_array(int, g->n + 1);
	int tail = 0;

	for (int i = 0; i < g->n; i++)
	{
		missing[i] = g->node[i].edge[SM_DOWN_ALL].n;
		if (missing[i] == 0)
			queue[tail++] = i;
	}
	for (int head = 0; head < tail; head++)
	{
		const SmEdges *next = &g->node[queue[head]].edge[SM_NEXT_ALL];

		for (int i = 0; i < next->n; i++)
		{
			if (--missing[next->idx[i]] == 0)
				queue[tail++] = next->idx[i];
		}
	}
	if (tail < g->n)
	{
		StringInfoData path;
		Bitmapset *seen = NULL;
		int at = 0;

		while (missing[at] == 0)
			at++;
		/* a first walk gets onto the cycle, a second one prints it */
		for (int pass = 0; pass < 2; pass++)
		{
			bms_free(seen);
			seen = NULL;
			initStringInfo(&path);
			while (!bms_is_member(at, seen))
			{
				const SmEdges *down = &g->node[at].edge[SM_DOWN_ALL];
				int i = 0;

				seen = bms_add_member(seen, at);
				appendStringInfo(&path, "\"%s\" -> ", g->node[at].id);
				while (missing[down->idx[i]] == 0)
					i++;
				at = down->idx[i];
			}
		}
		return psprintf("revisions need each other in a cycle: %s\"%s\"",
						path.data, g->node[at].id);
	}
	return NULL;
}

static void
add_branch_label(SmNode *node, char *label)
{
	ListCell *lc;

	foreach (lc, node->branch_labels)
	{
		if (strcmp(lfirst(lc), label) == 0)
			return;
	}
	node->branch_labels = lappend(node->branch_labels, label);
}

/*
 * Spreads the labels of one revision over its branch: to all its
 * descendants, and, as long as neither branches nor merges intervene between
 * the end of the line and there, to its ancestors.  This is Alembic's rule;
 * it makes a label given in the middle of a line name the whole line.
 */
static void
spread_labels(SmGraph *g, int idx)
{
	Bitmapset *branch = sm_graph_closure(g, bms_make_singleton(idx), SM_NEXT);
	bool line = true;
	int at = -1;
	ListCell *lc;

	while ((at = bms_next_member(branch, at)) >= 0)
	{
		SmNode *node = &g->node[at];

		foreach (lc, g->node[idx].labels)
			add_branch_label(node, lfirst(lc));
		if (node->edge[SM_NEXT_ALL].n > 1 || sm_node_is_merge_point(node))
			line = false;
	}
	if (!line)
		return;

	at = idx;
	while (g->node[at].edge[SM_DOWN].n == 1)
	{
		SmNode *node;

		at = g->node[at].edge[SM_DOWN].idx[0];
		node = &g->node[at];
		if (node->edge[SM_NEXT_ALL].n > 1 || sm_node_is_merge_point(node))
			break;
		foreach (lc, g->node[idx].labels)
			add_branch_label(node, lfirst(lc));
	}
}

/* Enters identifiers and labels; returns what is wrong, or NULL */
static char *
enter_nodes(SmGraph *g, const SmGraphRow *rows)
{
	for (int i = 0; i < g->n; i++)
	{
		SmNode *node = &g->node[i];

		node->id = rows[i].id;
		node->message = rows[i].message;
		node->labels = rows[i].labels;
		if (enter_name(g->by_id, node->id, i) >= 0)
			return psprintf("revision \"%s\" is present twice", node->id);
	}
	for (int i = 0; i < g->n; i++)
	{
		ListCell *lc;

		foreach (lc, g->node[i].labels)
		{
			const char *label = lfirst(lc);
			int other = enter_name(g->by_label, label, i);

			if (other < 0)
				other = find_name(g->by_id, label);
			if (other >= 0)
				return psprintf("branch label \"%s\" of revision \"%s\" is used by revision \"%s\" already",
								label, g->node[i].id, g->node[other].id);
		}
	}
	return NULL;
}

/*
 * Builds the graph of the given rows, which must outlive it.  What makes a
 * graph unusable is a parent that does not exist, an identifier or label used
 * twice, and a cycle.  With problem set, that is described there in a
 * sentence and NULL is returned; else it is an error.
 */
SmGraph *
sm_graph_build(const SmGraphRows *rows, char **problem)
{
	SmGraph *g = palloc0_object(SmGraph);
	char *fault;

	g->n = rows->n;
	g->node = palloc0_array(SmNode, g->n + 1);
	g->by_id = create_name_table("schemamig revisions", g->n);
	g->by_label = create_name_table("schemamig branch labels", 16);

	fault = enter_nodes(g, rows->row);
	if (fault == NULL)
		fault = connect_parents(g, rows, false);
	if (fault == NULL)
		fault = connect_parents(g, rows, true);
	if (fault == NULL)
	{
		connect_children(g, SM_DOWN, SM_NEXT);
		connect_children(g, SM_DOWN_ALL, SM_NEXT_ALL);
		fault = find_cycle(g);
	}
	for (int i = 0; i < g->n && fault == NULL; i++)
	{
		if (g->node[i].labels != NIL)
			spread_labels(g, i);
	}

	/* as the detail of an error message */
	if (fault)
		fault =
			psprintf("%c%s.", pg_toupper((unsigned char) fault[0]), fault + 1);
	if (problem)
		*problem = fault;
	else if (fault)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				 errmsg("invalid revision graph"),
				 errdetail_internal("%s", fault),
				 errhint(
					 "SELECT * FROM schemamig.validate() lists what is wrong.")));
	return fault ? NULL : g;
}

static bool
edges_equal(const SmEdges *a, const SmEdges *b)
{
	return a->n == b->n &&
		   (a->n == 0 || memcmp(a->idx, b->idx, a->n * sizeof(int)) == 0);
}

/*
 * Whether two graphs have the same revisions, by identifier, and the same
 * edges, so that a plan made with one is a plan for the other.
 */
bool
sm_graph_equal(const SmGraph *a, const SmGraph *b)
{
	if (a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
	{
		const SmNode *x = &a->node[i];
		const SmNode *y = &b->node[i];

		if (strcmp(x->id, y->id) != 0 ||
			!edges_equal(&x->edge[SM_DOWN], &y->edge[SM_DOWN]) ||
			!edges_equal(&x->depends, &y->depends))
			return false;
	}
	return true;
}

/* Index of a revision by its full identifier, or -1 */
int
sm_graph_find(const SmGraph *g, const char *id)
{
	return find_name(g->by_id, id);
}

/* Index of the revision that a label was given to, or -1 */
int
sm_graph_find_label(const SmGraph *g, const char *label)
{
	return find_name(g->by_label, label);
}

/*
 * The given revisions and all that can be reached from them.  Linear in the
 * number of revisions and edges reached.
 */
Bitmapset *
sm_graph_closure(const SmGraph *g, const Bitmapset *from, SmFollow follow)
{
	bool *seen = palloc0_array(bool, g->n + 1);
	int *stack = palloc_array(int, g->n + 1);
	int depth = 0;
	Bitmapset *result = NULL;
	int i = -1;

	while ((i = bms_next_member(from, i)) >= 0)
	{
		seen[i] = true;
		stack[depth++] = i;
	}
	while (depth > 0)
	{
		const SmEdges *edges = &g->node[stack[--depth]].edge[follow];

		for (i = 0; i < edges->n; i++)
		{
			if (!seen[edges->idx[i]])
			{
				seen[edges->idx[i]] = true;
				stack[depth++] = edges->idx[i];
			}
		}
	}
	/* from the top, so that the set is allocated once */
	for (i = g->n - 1; i >= 0; i--)
	{
		if (seen[i])
			result = bms_add_member(result, i);
	}
	pfree(seen);
	pfree(stack);
	return result;
}

/*
 * Those revisions of a set from which no edge of the given kind leads to
 * another one of the set.  With SM_NEXT_ALL and an applied set these are the
 * rows that Alembic would keep in its version table.
 */
Bitmapset *
sm_graph_tips(const SmGraph *g, const Bitmapset *set, SmFollow follow)
{
	Bitmapset *result = NULL;
	int i = -1;

	while ((i = bms_next_member(set, i)) >= 0)
	{
		const SmEdges *edges = &g->node[i].edge[follow];
		bool tip = true;

		for (int j = 0; j < edges->n && tip; j++)
			tip = !bms_is_member(edges->idx[j], set);
		if (tip)
			result = bms_add_member(result, i);
	}
	return result;
}

/* All revisions */
Bitmapset *
sm_graph_all(const SmGraph *g)
{
	return g->n > 0 ? bms_add_range(NULL, 0, g->n - 1) : NULL;
}

/* The revisions that have no down revision */
Bitmapset *
sm_graph_bases(const SmGraph *g)
{
	return sm_graph_tips(g, sm_graph_all(g), SM_DOWN);
}

/* Whether a revision is on the branch of that label; see spread_labels() */
bool
sm_graph_on_branch(const SmGraph *g, int idx, const char *label)
{
	ListCell *lc;

	foreach (lc, g->node[idx].branch_labels)
	{
		if (strcmp(lfirst(lc), label) == 0)
			return true;
	}
	return false;
}

/*
 * The revisions of a set in an order in which they can be applied: each one
 * after all that it needs.  Depth first, older revisions first, so that a
 * branch is run in one go and the order is the same on every server.
 * Returns an array; its length goes to *n.
 */
int *
sm_graph_order(const SmGraph *g, const Bitmapset *set, int *n)
{
	int *order = palloc_array(int, g->n + 1);
	int *stack = palloc_array(int, g->n + 1);
	int *next_edge = palloc0_array(int, g->n + 1);
	bool *seen = palloc0_array(bool, g->n + 1);
	int root = -1;

	*n = 0;
	while ((root = bms_next_member(set, root)) >= 0)
	{
		int depth = 0;

		if (seen[root])
			continue;
		seen[root] = true;
		stack[depth++] = root;
		while (depth > 0)
		{
			int at = stack[depth - 1];
			const SmEdges *down = &g->node[at].edge[SM_DOWN_ALL];

			if (next_edge[at] < down->n)
			{
				int parent = down->idx[next_edge[at]++];

				if (!seen[parent] && bms_is_member(parent, set))
				{
					seen[parent] = true;
					stack[depth++] = parent;
				}
			}
			else
			{
				order[(*n)++] = at;
				depth--;
			}
		}
	}
	pfree(stack);
	pfree(next_edge);
	pfree(seen);
	return order;
}

/*
 * The identifiers of a set as text for a message, quoted and separated by
 * commas, at most limit of them.
 */
char *
sm_graph_id_list(const SmGraph *g, const Bitmapset *set, int limit)
{
	StringInfoData buf;
	int i = -1;
	int count = 0;

	initStringInfo(&buf);
	while ((i = bms_next_member(set, i)) >= 0)
	{
		if (count == limit)
		{
			appendStringInfo(&buf, ", and %d more",
							 bms_num_members(set) - limit);
			break;
		}
		appendStringInfo(&buf, "%s\"%s\"", count++ > 0 ? ", " : "",
						 g->node[i].id);
	}
	return buf.data;
}
