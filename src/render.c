/*-------------------------------------------------------------------------
 *
 * render.c
 *	  The revision graph as text, mermaid or dot.
 *
 * The text form is drawn newest first, as git log --graph does: each lane is
 * a line down to a revision that is still to come.  Column i of the drawing
 * is at character 2 * i; the characters between are for lines that change
 * column.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "compat.h"
#include "plan.h"
#include "revision.h"
#include "tenant.h"

/* What is drawn, and where to */
typedef struct Drawing
{
	const SmGraph *g;
	Bitmapset *applied;
	Bitmapset *current;
	ReturnSetInfo *rsinfo;
} Drawing;

/* The lanes of the text form: the revision that each one leads to */
typedef struct Lanes
{
	int n;
	int *to;
} Lanes;

PG_FUNCTION_INFO_V1(schemamig_graph);

/* One line of output, without trailing spaces */
static void
put_line(const Drawing *d, StringInfo line)
{
	Datum value;
	bool isnull = false;

	while (line->len > 0 && line->data[line->len - 1] == ' ')
		line->data[--line->len] = '\0';
	value = CStringGetTextDatum(line->data);
	tuplestore_putvalues(d->rsinfo->setResult, d->rsinfo->setDesc, &value,
						 &isnull);
	resetStringInfo(line);
}

/* Puts a character into a line at a position, which may be past its end */
static void
put_char(StringInfo line, int position, char c)
{
	while (line->len <= position)
		appendStringInfoChar(line, ' ');
	line->data[position] = c;
}

/*
 * Draws lane b joining lane a to its left, and takes it away.  The lanes
 * right of b move one column to the left in the first line.
 */
static void
draw_join(const Drawing *d, Lanes *lanes, int a, int b)
{
	StringInfoData line;

	initStringInfo(&line);
	for (int at = b; at > a; at--)
	{
		for (int i = 0; i < lanes->n; i++)
		{
			if (at < b || i < b)
				put_char(&line, 2 * i, '|');
			else if (i > b)
				put_char(&line, 2 * i - 1, '/');
		}
		put_char(&line, 2 * at - 1, '/');
		put_line(d, &line);
		if (at == b)
		{
			memmove(&lanes->to[b], &lanes->to[b + 1],
					(lanes->n - b - 1) * sizeof(int));
			lanes->n--;
		}
	}
	pfree(line.data);
}

/* Draws a new lane that leaves lane a to its right */
static void
draw_fork(const Drawing *d, Lanes *lanes, int a, int to)
{
	StringInfoData line;

	initStringInfo(&line);
	for (int i = 0; i < lanes->n; i++)
	{
		put_char(&line, i <= a ? 2 * i : 2 * i + 1, i <= a ? '|' : '\\');
		if (i == a)
			put_char(&line, 2 * i + 1, '\\');
	}
	put_line(d, &line);
	memmove(&lanes->to[a + 2], &lanes->to[a + 1],
			(lanes->n - a - 1) * sizeof(int));
	lanes->to[a + 1] = to;
	lanes->n++;
	pfree(line.data);
}

static void
append_item(StringInfo buf, bool *first, const char *prefix, const char *item)
{
	appendStringInfo(buf, "%s%s%s", *first ? " (" : ", ", prefix, item);
	*first = false;
}

/* What is known of a revision: identifier, state, labels, message */
static void
append_description(StringInfo buf, const Drawing *d, int idx)
{
	const SmNode *node = &d->g->node[idx];
	bool first = true;
	ListCell *lc;

	appendStringInfoString(buf, node->id);
	if (bms_is_member(idx, d->current))
		append_item(buf, &first, "", "current");
	if (sm_node_is_head(node))
		append_item(buf, &first, "", "head");
	foreach (lc, node->labels)
		append_item(buf, &first, "branch ", lfirst(lc));
	for (int i = 0; i < node->depends.n; i++)
		append_item(buf, &first, "depends on ",
					d->g->node[node->depends.idx[i]].id);
	if (!first)
		appendStringInfoChar(buf, ')');
	appendStringInfoChar(buf, ' ');
	for (const char *p = node->message; *p != '\0'; p++)
		appendStringInfoChar(buf, *p == '\n' || *p == '\r' ? ' ' : *p);
}

/* Brings all lanes to a revision together; returns the column, new if none */
static int
gather_lanes(const Drawing *d, Lanes *lanes, int idx)
{
	int column = -1;

	for (int i = 0; i < lanes->n; i++)
	{
		if (lanes->to[i] != idx)
			continue;
		if (column < 0)
			column = i;
		else
			draw_join(d, lanes, column, i--);
	}
	if (column < 0)
	{
		column = lanes->n++;
		lanes->to[column] = idx;
	}
	return column;
}

/* Ends a lane at a base; the lanes right of it move to the left */
static void
end_lane(const Drawing *d, Lanes *lanes, int column)
{
	StringInfoData line;
	bool moves = (column < lanes->n - 1);

	initStringInfo(&line);
	for (int i = 0; moves && i < lanes->n; i++)
	{
		if (i < column)
			put_char(&line, 2 * i, '|');
		else if (i > column)
			put_char(&line, 2 * i - 1, '/');
	}
	if (moves)
		put_line(d, &line);
	memmove(&lanes->to[column], &lanes->to[column + 1],
			(lanes->n - column - 1) * sizeof(int));
	lanes->n--;
	pfree(line.data);
}

/*
 * Text: "*" is an applied revision, "o" a pending one.  Lines are down
 * revisions; dependencies are named.
 */
static void
draw_text(const Drawing *d)
{
	SmPlan newest_first = sm_plan_set(d->g, SM_DOWNGRADE, sm_graph_all(d->g));
	Lanes lanes = { 0 };
	StringInfoData line;
	int edges = 0;

	for (int i = 0; i < d->g->n; i++)
		edges += d->g->node[i].edge[SM_DOWN].n + 1;
	lanes.to = palloc_array(int, edges + 1);
	initStringInfo(&line);
	for (int row = 0; row < newest_first.n; row++)
	{
		int idx = newest_first.idx[row];
		const SmEdges *down = &d->g->node[idx].edge[SM_DOWN];
		int column = gather_lanes(d, &lanes, idx);

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < lanes.n; i++)
			put_char(&line, 2 * i,
					 i != column					  ? '|'
					 : bms_is_member(idx, d->applied) ? '*'
													  : 'o');
		appendStringInfoString(&line, down->n > 1 ? "   " : " ");
		append_description(&line, d, idx);
		put_line(d, &line);

		if (down->n == 0)
			end_lane(d, &lanes, column);
		else
			lanes.to[column] = down->idx[0];
		for (int i = down->n - 1; i > 0; i--)
			draw_fork(d, &lanes, column, down->idx[i]);
	}
}

/* A name in quotes for mermaid or dot, with a message below it */
static void
append_label(StringInfo buf, const SmNode *node, const char *line_break,
			 const char *quote, const char *backslash)
{
	char *text = psprintf("%s\n%s", node->id, node->message);

	for (const char *p = text; *p != '\0'; p++)
	{
		if (*p == '\n')
			appendStringInfoString(buf, line_break);
		else if (*p == '"')
			appendStringInfoString(buf, quote);
		else if (*p == '\\')
			appendStringInfoString(buf, backslash);
		else
			appendStringInfoChar(buf, *p);
	}
}

/* A line for each edge; the formats take child and parent, in this order */
static void
put_edges(const Drawing *d, const char *down_format, const char *depends_format)
{
	StringInfoData line;

	initStringInfo(&line);
	for (int i = 0; i < d->g->n; i++)
	{
		const SmNode *node = &d->g->node[i];

		for (int j = 0; j < node->edge[SM_DOWN].n; j++)
		{
			appendStringInfo(&line, down_format, i, node->edge[SM_DOWN].idx[j]);
			put_line(d, &line);
		}
		for (int j = 0; j < node->depends.n; j++)
		{
			appendStringInfo(&line, depends_format, i, node->depends.idx[j]);
			put_line(d, &line);
		}
	}
}

static void
put_string(const Drawing *d, const char *text)
{
	StringInfoData line;

	initStringInfo(&line);
	appendStringInfoString(&line, text);
	put_line(d, &line);
}

/* Mermaid: newest on top, dependencies dotted, applied revisions filled */
static void
draw_mermaid(const Drawing *d)
{
	StringInfoData line;

	put_string(d, "flowchart TD");
	initStringInfo(&line);
	for (int i = 0; i < d->g->n; i++)
	{
		appendStringInfo(&line, "    r%d[\"", i);
		append_label(&line, &d->g->node[i], "<br/>", "#quot;", "\\");
		appendStringInfo(&line, "\"]%s",
						 bms_is_member(i, d->applied) ? ":::applied" : "");
		put_line(d, &line);
	}
	put_edges(d, "    r%d --> r%d", "    r%d -.-> r%d");
	put_string(d, "    classDef applied fill:#d5f0d5");
}

/* Graphviz: newest on top, dependencies dashed, applied revisions filled */
static void
draw_dot(const Drawing *d)
{
	StringInfoData line;

	put_string(d, "digraph schemamig {");
	put_string(d, "    node [shape=box];");
	initStringInfo(&line);
	for (int i = 0; i < d->g->n; i++)
	{
		appendStringInfo(&line, "    r%d [label=\"", i);
		append_label(&line, &d->g->node[i], "\\n", "\\\"", "\\\\");
		appendStringInfo(&line, "\"%s];",
						 bms_is_member(i, d->applied)
							 ? ", style=filled, fillcolor=\"#d5f0d5\""
							 : "");
		put_line(d, &line);
	}
	put_edges(d, "    r%d -> r%d;", "    r%d -> r%d [style=dashed];");
	put_string(d, "}");
}

/* SQL function graph(format, tenant): one line a row */
Datum
schemamig_graph(PG_FUNCTION_ARGS)
{
	const char *format = sm_arg_text_required(fcinfo, 0, "format");
	Drawing d = { 0 };

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	d.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	d.g = sm_revision_graph(SM_READ);
	d.applied =
		sm_revision_applied(d.g, sm_tenant_known(sm_arg_name(fcinfo, 1)).name,
							SM_READ);
	d.current = sm_graph_tips(d.g, d.applied, SM_NEXT_ALL);
	if (strcmp(format, "text") == 0)
		draw_text(&d);
	else if (strcmp(format, "mermaid") == 0)
		draw_mermaid(&d);
	else if (strcmp(format, "dot") == 0)
		draw_dot(&d);
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid graph format \"%s\"", format),
				 errhint("The formats are \"text\", \"mermaid\" and \"dot\".")));
	return (Datum) 0;
}
