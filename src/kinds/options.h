/*-------------------------------------------------------------------------
 *
 * options.h
 *	  Options of relations and columns, as in WITH (...).
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_OPTIONS_H
#define SM_OPTIONS_H

/*
 * SQL for the options in a text[] column: lines name=value, in the order that
 * the server has them in.  The stamp that some minor releases keep among the
 * options of columns is none.
 */
#define SM_SQL_OPTIONS(column)                                                  \
	"CASE WHEN cardinality(" column ") > 1 OR " column                          \
	"[1] NOT LIKE 'pg_attver=%' THEN (SELECT string_agg(o, E'\\n' ORDER BY n) " \
	"FROM unnest(" column ") WITH ORDINALITY u (o, n) "                         \
	"WHERE o NOT LIKE 'pg_attver=%') END"

extern char *sm_options_lines(Datum options);
extern char *sm_options_text(const char *options);
extern char *sm_options_set(const char *from, const char *to);
extern char *sm_options_reset(const char *from, const char *to);

#endif /* SM_OPTIONS_H */
