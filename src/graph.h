/*-------------------------------------------------------------------------
 *
 * graph.h
 *	  The revision graph in memory.
 *
 * A graph is built once from rows and not changed afterwards.  Revisions are
 * addressed by their index in the graph, sets of them are Bitmapsets over
 * those indexes, and nothing in here reads a table: the functions take
 * arguments and return values.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_GRAPH_H
#define SM_GRAPH_H

#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"

/* A list of revision indexes, in an array of its own */
typedef struct SmEdges
{
	int n;
	int *idx;
} SmEdges;

/* Which edges to follow */
typedef enum SmFollow
{
	SM_DOWN,	 /* down revisions */
	SM_DOWN_ALL, /* down revisions and dependencies */
	SM_NEXT,	 /* the reverse of SM_DOWN */
	SM_NEXT_ALL	 /* the reverse of SM_DOWN_ALL */
} SmFollow;

#define SM_FOLLOW_KINDS (SM_NEXT_ALL + 1)

typedef struct SmNode
{
	const char *id;
	const char *message;
	List *labels;		 /* of char *: given to this very revision */
	List *branch_labels; /* of char *: of all branches that it is on */
	SmEdges edge[SM_FOLLOW_KINDS];
	SmEdges depends; /* its dependencies only */
} SmNode;

typedef struct SmGraph
{
	int n;
	SmNode *node;		   /* in order of creation */
	struct HTAB *by_id;	   /* id -> index */
	struct HTAB *by_label; /* label -> index */
} SmGraph;

/* A revision that a graph is built from */
typedef struct SmGraphRow
{
	char *id;
	char *message;
	List *labels;  /* of char * */
	int64 ordinal; /* order of creation */
} SmGraphRow;

/* An edge that a graph is built from */
typedef struct SmGraphEdge
{
	const char *child;
	const char *parent;
	bool depends; /* a dependency, not a down revision */
} SmGraphEdge;

typedef struct SmGraphRows
{
	int n;
	SmGraphRow *row; /* in order of creation */
	int n_edges;
	SmGraphEdge *edge; /* those of one child in their order */
} SmGraphRows;

extern SmGraph *sm_graph_build(const SmGraphRows *rows, char **problem);
extern bool sm_graph_equal(const SmGraph *a, const SmGraph *b);
extern int sm_graph_find(const SmGraph *g, const char *id);
extern int sm_graph_find_label(const SmGraph *g, const char *label);
extern Bitmapset *
sm_graph_closure(const SmGraph *g, const Bitmapset *from, SmFollow follow);
extern Bitmapset *
sm_graph_tips(const SmGraph *g, const Bitmapset *set, SmFollow follow);
extern Bitmapset *sm_graph_all(const SmGraph *g);
extern Bitmapset *sm_graph_bases(const SmGraph *g);
extern bool sm_graph_on_branch(const SmGraph *g, int idx, const char *label);
extern int *sm_graph_order(const SmGraph *g, const Bitmapset *set, int *n);
extern char *
sm_graph_id_list(const SmGraph *g, const Bitmapset *set, int limit);

/* No revision names it as a down revision */
static inline bool
sm_node_is_head(const SmNode *node)
{
	return node->edge[SM_NEXT].n == 0;
}

/* No revision names it as a down revision or dependency */
static inline bool
sm_node_is_real_head(const SmNode *node)
{
	return node->edge[SM_NEXT_ALL].n == 0;
}

static inline bool
sm_node_is_branch_point(const SmNode *node)
{
	return node->edge[SM_NEXT].n > 1;
}

static inline bool
sm_node_is_merge_point(const SmNode *node)
{
	return node->edge[SM_DOWN].n > 1;
}

#endif /* SM_GRAPH_H */
