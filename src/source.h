/*-------------------------------------------------------------------------
 *
 * source.h
 *	  Files of migrations, and the scripts that are part of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_SOURCE_H
#define SM_SOURCE_H

#include "nodes/pg_list.h"
#include "scan.h"
#include "script.h"

/* A file, by its name within a folder; "" if it is just a text */
typedef struct SmSource
{
	const char *name;
	const char *text;
	int length;
	int n_lines;
	int *line; /* where each line starts; one more than there are lines */
} SmSource;

/*
 * A script that stands in a file: from start to end, but for what is replaced.
 * All places are offsets into the text of the file.
 */
typedef struct SmPart
{
	const SmSource *source;
	int start;
	int end;
	bool exact;	 /* white space at both ends belongs to it */
	List *edits; /* of SmEdit, in order */
} SmPart;

typedef struct SmEdit
{
	int start;
	int end;
	const char *by;
	const char *parsed; /* what the parser sees: not longer than the piece */
} SmEdit;

/* Whether a statement is not to be part of the script */
typedef bool (*SmUnwanted)(Node *stmt, void *arg);

/* What the error context of a line needs to know */
typedef struct SmSourceContext
{
	const SmSource *source;
	int line;
	ErrorContextCallback callback;
} SmSourceContext;

extern SmSource *sm_source(const char *name, const char *text);
extern const char *sm_source_base_name(const SmSource *source);
extern bool sm_source_is_nested(const SmSource *source);
extern char *sm_source_line(const SmSource *source, int i);
extern char *sm_source_comment(const SmSource *source, int i);
extern int
sm_source_find(const SmSource *source, const char *comment, int from);
extern int sm_source_place(const SmSource *source, int offset);
extern void sm_source_push_context(SmSourceContext *context,
								   const SmSource *source, int line);
extern void sm_source_pop_context(SmSourceContext *context);
extern char *sm_source_called(const SmSource *source);

extern SmPart *sm_part(const SmSource *source, int start, int end);
extern SmPart *sm_part_lines(const SmSource *source, int from, int to);
extern void sm_part_replace(SmPart *part, int start, int end, const char *by,
							const char *parsed);
extern void
sm_part_drop_statements(SmPart *part, SmUnwanted unwanted, void *arg);
extern void sm_part_drop_transactions(SmPart *part);
extern SmToken *sm_part_tokens(const SmPart *part, int *n);
extern void sm_part_check(SmPart *part);
extern char *sm_part_text(const SmPart *part);

extern char *sm_trim(const char *text);
extern List *sm_split(const char *text, const char *separators);

#endif /* SM_SOURCE_H */
