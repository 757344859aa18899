/*-------------------------------------------------------------------------
 *
 * table.h
 *	  Tables, and what stands in their CREATE TABLE.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_TABLE_H
#define SM_TABLE_H

#include "kinds.h"

/* Attributes of indexes that belong to the table, see sm_table_mark_index() */
#define SM_SQL_INDEX_MARKS "i.indisclustered, i.indisreplident"

/* When a table gets parents that it has not had */
#define SM_TABLE_JOINS_IN SM_PHASE_DRESS

extern const char *sm_table_only(const SmObject *table);
extern bool sm_table_has_children(const SmObject *table);
extern bool sm_table_is_partitioned(const SmObject *table);
extern const char *sm_table_partition_key(const SmObject *table);
extern bool sm_table_is_linked(const SmObject *table, const SmObject *link);
extern const SmObject *sm_partition_parent(const SmObject *link);
extern const char *sm_partition_keys(const SmObject *link);
extern bool
sm_partition_leaves_online(const SmDelta *delta, const SmObject *link);
extern bool sm_partition_must_leave(const SmObject *link);
extern bool sm_table_is_partition(const SmObject *table);
extern bool
sm_table_keeps_parent(const SmObject *table, const SmObject *parent);
extern bool
sm_table_has_left(const SmObject *table, const SmObject *parent);
extern bool
sm_table_descends(const SmObject *table, const SmObject *from);
extern bool sm_table_may_lose(const SmObject *part);
extern bool sm_table_keeps_source(const SmObject *part);
extern bool sm_table_is_moved(const SmObject *to);
extern SmPhase sm_table_leaves_in(const SmObject *to);
extern bool sm_table_has_in_key(const SmObject *column);
extern bool sm_table_is_relinked(const SmObject *table);
extern bool sm_table_meets_others(const SmObject *to);
extern bool sm_table_is_unlogged(const SmObject *table);
extern bool sm_table_inherits(const SmObject *table);
extern List *sm_table_parent_columns(const SmObject *column);
extern List *sm_table_child_columns(const SmObject *column);
extern bool sm_table_parent_has(const SmObject *column, int attribute);
extern bool sm_table_parent_changes(const SmObject *column, int attribute);
extern bool sm_table_sets_toast_options(const SmObject *to);
extern const char *sm_table_stays_of_type(const SmObject *table);
extern int sm_table_persistence_change(const SmObject *to);
extern void
sm_table_mark_index(SmDelta *delta, const SmObject *to, const char *index,
					bool clustered, bool replica_identity);
extern void sm_table_unmark_cluster(SmDelta *delta, const SmObject *to);
extern bool sm_table_has_constraint(const SmObject *table, const char *name);
extern bool sm_index_has_all_parts(const SmObject *index);
extern bool
sm_index_built_of_parts(const SmDelta *delta, const SmObject *index);
extern const char *sm_column_type(const SmObject *column);
extern const char *sm_column_sequence(const SmObject *column);
extern char *sm_column_sequence_aside(const SmObject *column);
extern bool sm_sequence_becomes_identity(const SmObject *sequence);
extern bool sm_sequence_was_identity(const SmObject *sequence);
extern bool sm_not_null_is_own(const SmObject *column);
extern bool
sm_not_null_comes_by(const SmObject *column, const SmObject *parent);
extern void sm_not_null_mark(SmDelta *delta);
extern void sm_not_null_order_old(const SmObject *column);
extern void sm_not_null_order(const SmObject *column);
extern bool sm_column_comes_from_parent(const SmObject *column);
extern bool sm_column_is_only_inherited(const SmObject *column);
extern const char *sm_column_storage(const SmObject *column);
extern char *sm_column_constraint(const SmObject *column);
extern char *sm_column_definition(const SmObject *column);
extern bool sm_index_meets_partition(const SmObject *index);
extern bool sm_index_is_partial(const SmObject *index);
extern bool sm_constraint_is_primary(const SmObject *constraint);
extern bool sm_constraint_is_check(const SmObject *object);
extern bool sm_constraint_is_foreign_key(const SmObject *object);
extern bool sm_constraint_is_only_inherited(const SmObject *constraint);
extern bool sm_constraint_is_like(const SmObject *a, const SmObject *b);
extern bool sm_constraint_is_key(const SmObject *object);
extern bool sm_index_is_unique(const SmObject *object);
extern char *sm_constraint_definition(const SmObject *constraint);

#endif /* SM_TABLE_H */
