/*-------------------------------------------------------------------------
 *
 * foreign.h
 *	  Options of what has to do with foreign data, as in OPTIONS (...).
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_FOREIGN_H
#define SM_FOREIGN_H

#include "kinds.h"

/* A literal without line breaks */
#define SM_SQL_ONE_LINE(value)                                                 \
	"CASE WHEN " value " ~ '[\\n\\r]' THEN 'E''' || "                          \
	"replace(replace(replace(replace(" value ", '\\', '\\\\'), '''', "         \
	"''''''), E'\\n', '\\n'), E'\\r', '\\r') || '''' "                         \
	"ELSE ltrim(quote_literal(" value ")) END"

/*
 * SQL for the options in a text[] column that a condition on o.name and o.value
 * is true of: lines "name 'value'".
 */
#define SM_SQL_FOREIGN_OPTIONS(column, condition)                              \
	"(SELECT string_agg(quote_ident(o.name) || ' ' || " SM_SQL_ONE_LINE(       \
		"o.value") ", E'\\n' ORDER BY o.name COLLATE \"C\") "                  \
				   "FROM pg_options_to_table(" column ") o (name, value) "     \
				   "WHERE " condition ")"

/* The same for secrets: lines "name checksum" */
#define SM_SQL_FOREIGN_SECRETS(column, condition)                              \
	"(SELECT string_agg(quote_ident(o.name) || ' ' || encode(sha256("          \
	"convert_to(o.value, getdatabaseencoding())), 'hex'), E'\\n' "             \
	"ORDER BY o.name COLLATE \"C\") "                                          \
	"FROM pg_options_to_table(" column ") o (name, value) WHERE " condition    \
	")"

extern char *sm_foreign_lines(Datum options);
extern char *sm_foreign_options(const char *options);
extern char *
sm_foreign_change(const char *from, const char *to, const char *from_secrets,
				  const char *to_secrets);
extern char *sm_foreign_by_hand(const char *from, const char *to);

#endif /* SM_FOREIGN_H */
