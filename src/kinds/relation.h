/*-------------------------------------------------------------------------
 *
 * relation.h
 *	  What views have in common with others that use columns of tables.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RELATION_H
#define SM_RELATION_H

#include "kinds.h"

/* The rules that hold the queries of views, which dependencies start from */
#define SM_SQL_VIEW_RULES(relkind)                                             \
	"SELECT 'pg_rewrite'::regclass::oid, r.oid, r.ev_class, 0 "                \
	"FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class "                 \
	"WHERE r.rulename = '_RETURN' AND c.relkind = '" relkind "' "              \
	"AND c.relnamespace = ANY ($1)"

/* All options of a relation, with those of its TOAST table, if there is one */
#define SM_SQL_RELATION_OPTIONS(relation, toast)                               \
	"CASE WHEN " relation ".reloptions IS NOT NULL "                           \
	"OR " toast ".reloptions IS NOT NULL THEN "                                \
	"(SELECT string_agg(o, E'\\n' ORDER BY n) FROM ("                          \
	"SELECT o, n FROM unnest(" relation ".reloptions) "                        \
	"WITH ORDINALITY u (o, n) UNION ALL "                                      \
	"SELECT 'toast.' || o, 1000 + n FROM unnest(" toast ".reloptions) "        \
	"WITH ORDINALITY u (o, n)) l) END"

/* NULL for heap, and for what a model has instead of it */
#define SM_SQL_ACCESS_METHOD(am)                                               \
	"CASE WHEN " am ".amname NOT LIKE 'schemamig%' "                           \
	"AND " am ".amname <> 'heap' THEN quote_ident(" am ".amname) END"

extern const char *
sm_relation_column_name(const SmSnapshot *snapshot, Oid relation, int16 number);
extern bool
sm_relation_is_disturbed(const SmObject *object, const SmObject *needed);
extern void sm_relation_alter_options(SmDelta *delta, const char *type,
									  const SmObject *from, const SmObject *to,
									  int attribute, SmPhase set_phase);

#endif /* SM_RELATION_H */
