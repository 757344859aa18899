/*-------------------------------------------------------------------------
 *
 * table.c
 *	  Tables, and foreign tables.
 *
 * CREATE TABLE has the columns, and those of the constraints that do not need
 * anything else that is created later.  A partition is created like any other
 * table, and attached when everything is there that its parent asks for
 * (partition.c).
 *
 * A foreign table has fewer properties, and a server and options.  What belongs
 * to it is the same, and ALTER TABLE works on both.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/foreign.h"
#include "kinds/options.h"
#include "kinds/relation.h"
#include "kinds/table.h"

enum
{
	PARTITION_KEY = SM_FIRST_ATTR,
	UNLOGGED,
	OPTIONS,
	ROW_SECURITY,
	FORCE_ROW_SECURITY,
	REPLICA_IDENTITY, /* NOTHING, FULL, INDEX; which one, it says itself */
	INHERITS,		  /* parents, in order; not that of a partition */
	TABLESPACE,
	ACCESS_METHOD,
	HAS_CHILDREN,
	SERVER, /* of foreign tables ... */
	FOREIGN_OPTIONS
};

static const SmAttr attrs[] = {
	{ "partition key", 0 },
	{ "unlogged", 0 },
	{ "options", SM_ATTR_LINES },
	{ "row security", 0 },
	{ "force row security", 0 },
	{ "replica identity", 0 },
	{ "inherits", 0 },
	{ "tablespace", 0 },
	{ "access method", 0 },
	{ "has children", SM_ATTR_INFO },
	{ "server", 0 },
	{ "foreign options", 0 },
};

/* clang-format off */
#define SQL_COMMON                                                             \
	"SELECT c.oid, 0, NULL::oid, NULL::int4, n.nspname, c.relname, "           \
	"format('%I.%I', n.nspname, c.relname), "                                  \
	SM_SQL_OWNER("c.relowner") ", "                                            \
	SM_SQL_ACL("c.relacl", "c.relowner") ", "

#define SQL_PARENTS                                                            \
	"LEFT JOIN (SELECT i.inhrelid, string_agg(format('%I.%I', pn.nspname, "    \
	"p.relname), ', ' ORDER BY i.inhseqno) AS parents FROM pg_inherits i "     \
	"JOIN pg_class p ON p.oid = i.inhparent AND p.relkind IN ('r', 'f') "      \
	"JOIN pg_namespace pn ON pn.oid = p.relnamespace GROUP BY i.inhrelid) h "  \
	"ON h.inhrelid = c.oid "

static const char query[] =
	SQL_COMMON
	"CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, "
	"c.relpersistence = 'u', "
	SM_SQL_RELATION_OPTIONS("c", "t") ", "
	"c.relrowsecurity, c.relforcerowsecurity, "
	"CASE c.relreplident WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL' "
	"WHEN 'i' THEN 'INDEX' END, "
	"h.parents, quote_ident(s.spcname), "
	SM_SQL_ACCESS_METHOD("m") ", "
	"c.relhassubclass, NULL::text, NULL::text "
	"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	"LEFT JOIN pg_class t ON t.oid = c.reltoastrelid "
	"LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace "
	"LEFT JOIN pg_am m ON m.oid = c.relam "
	SQL_PARENTS
	"WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' "
	"AND c.relnamespace = ANY ($1)";

static const char foreign_query[] =
	SQL_COMMON
	"NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, "
	"h.parents, NULL::text, NULL::text, c.relhassubclass, "
	"quote_ident(s.srvname), "
	SM_SQL_FOREIGN_OPTIONS("f.ftoptions", "true") " "
	"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	"JOIN pg_foreign_table f ON f.ftrelid = c.oid "
	"JOIN pg_foreign_server s ON s.oid = f.ftserver "
	SQL_PARENTS
	"WHERE c.relnamespace = ANY ($1)";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "TABLE";
}

static const char *
foreign_sql_type(const SmObject *object)
{
	return "FOREIGN TABLE";
}

/*
 * What stands before the name of a table whose children are not to be changed
 * along with it: they are objects of their own.
 */
const char *
sm_table_only(const SmObject *table)
{
	return sm_attr_true(table, HAS_CHILDREN)
			   ? psprintf("ONLY %s", table->identity)
			   : table->identity;
}

/* Does the table have partitions, or can it, or tables that inherit from it? */
bool
sm_table_has_children(const SmObject *table)
{
	return sm_attr(table, PARTITION_KEY) || sm_attr_true(table, HAS_CHILDREN);
}

/* The partition key, such as RANGE (day), of a table; NULL: it has none */
const char *
sm_table_partition_key(const SmObject *table)
{
	return table->kind == &sm_kind_table ? sm_attr(table, PARTITION_KEY) : NULL;
}

/* Is it a partitioned table? */
bool
sm_table_is_partitioned(const SmObject *table)
{
	return sm_table_partition_key(table) != NULL;
}

/* Does the object say that another table is a partition of this one? */
bool
sm_table_is_linked(const SmObject *table, const SmObject *link)
{
	return link->kind == &sm_kind_partition && link->parent != table;
}

/* Is the table a partition of another one? */
bool
sm_table_is_partition(const SmObject *table)
{
	for (int i = 0; i < table->children.n; i++)
		if (table->children.item[i]->kind == &sm_kind_partition)
			return true;
	return false;
}

/*
 * Does a table inherit from a parent, or is it a partition of it, in the other
 * state as well?
 */
bool
sm_table_keeps_parent(const SmObject *table, const SmObject *parent)
{
	if (table->peer == NULL || parent->peer == NULL)
		return false;
	for (int i = 0; i < table->children.n; i++)
		if (table->children.item[i]->kind == &sm_kind_partition)
			return table->children.item[i]->fate == SM_KEEP;
	return sm_objects_contain(&table->peer->needs, parent->peer);
}

/* Is the column in the primary key of its table? */
bool
sm_table_has_in_key(const SmObject *column)
{
	for (int i = 0; i < column->users.n; i++)
	{
		const SmObject *key = column->users.item[i];

		if (key->parent == column->parent && key->kind == &sm_kind_constraint &&
			sm_constraint_is_primary(key))
			return true;
	}
	return false;
}

/*
 * Is the table attached or detached, so that it has to get by itself, or lose,
 * what its parent has?
 */
bool
sm_table_is_relinked(const SmObject *table)
{
	for (int i = 0; i < table->children.n; i++)
		if (table->children.item[i]->kind == &sm_kind_partition &&
			table->children.item[i]->fate != SM_KEEP)
			return true;
	return false;
}

/* Will a crash empty it?  Never a foreign table */
bool
sm_table_is_unlogged(const SmObject *table)
{
	return sm_attr_true(table, UNLOGGED);
}

/* Does the table have parents that CREATE TABLE names? */
bool
sm_table_inherits(const SmObject *table)
{
	return sm_attr(table, INHERITS) != NULL;
}

/* Adds the parts of that kind and name of those of the objects that are tables */
static List *
add_namesakes(List *columns, const SmObjects *objects, const SmObject *column)
{
	for (int i = 0; i < objects->n; i++)
	{
		const SmObject *table = objects->item[i];

		for (int j = 0; sm_kind_is_table(table) && j < table->children.n; j++)
		{
			SmObject *other = table->children.item[j];

			if (other != column && other->kind == column->kind &&
				strcmp(other->name, column->name) == 0)
				columns = lappend(columns, other);
		}
	}
	return columns;
}

/*
 * The columns (SmObject *) that one of a table inherits from, or the checks: of
 * those tables that its own inherits from, or is attached to already
 */
List *
sm_table_parent_columns(const SmObject *column)
{
	const SmObject *table = column->parent;
	List *columns = add_namesakes(NIL, &table->needs, column);

	for (int i = 0; i < table->children.n; i++)
	{
		const SmObject *link = table->children.item[i];

		if (link->kind == &sm_kind_partition && !sm_delta_creates(link))
			columns = add_namesakes(columns, &link->needs, column);
	}
	return columns;
}

/* The columns that inherit from one, in the same sense */
List *
sm_table_child_columns(const SmObject *column)
{
	const SmObject *table = column->parent;
	List *columns = NIL;

	for (int i = 0; i < table->users.n; i++)
	{
		const SmObject *user = table->users.item[i];
		SmObjects child = { 1, 1, (SmObject **) &user };

		if (sm_table_is_linked(table, user) && !sm_delta_creates(user))
			child.item = &table->users.item[i]->parent;
		columns = add_namesakes(columns, &child, column);
	}
	return columns;
}

/* Is the attribute set in a column that this one inherits from? */
bool
sm_table_parent_has(const SmObject *column, int attribute)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(column))
		if (sm_attr(lfirst(lc), attribute))
			return true;
	return false;
}

/*
 * Is the attribute of the column, of the new state, set or taken away in a
 * table that its own inherits from, and so in this one, too?
 */
bool
sm_table_parent_changes(const SmObject *column, int attribute)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(column))
	{
		const SmObject *other = lfirst(lc);

		if (other->fate == SM_ALTER && SM_DIFFERS(other->changed, attribute) &&
			sm_table_keeps_parent(column->parent, other->parent) &&
			(sm_attr(other, attribute) == NULL) ==
				(sm_attr(column, attribute) == NULL))
			return true;
	}
	return false;
}

/* 1 if the table becomes logged, -1 if it becomes unlogged, 0 if it stays */
int
sm_table_persistence_change(const SmObject *to)
{
	if (to->kind != &sm_kind_table || to->fate != SM_ALTER ||
		!SM_DIFFERS(to->changed, UNLOGGED))
		return 0;
	return sm_attr_true(to, UNLOGGED) ? -1 : 1;
}

/* Does the change of the table, of the new state, look at what it consists of? */
bool
sm_table_meets_others(const SmObject *to)
{
	return sm_kind_is_table(to) && SM_DIFFERS(to->changed, UNLOGGED);
}

/*
 * Does the table, of the new state, get options for its TOAST table, which a
 * new column may bring along?
 */
bool
sm_table_sets_toast_options(const SmObject *to)
{
	const char *options = sm_attr(to, OPTIONS);

	return to->fate == SM_ALTER && SM_DIFFERS(to->changed, OPTIONS) &&
		   options && strstr(options, "toast.");
}

static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, PARTITION_KEY) ? SM_REPLACE : SM_ALTER;
}

/* What stands in CREATE TABLE for the part of the table, or NULL */
static char *
part_definition(const SmObject *part)
{
	if (part->kind == &sm_kind_column)
		return sm_delta_is_inline(part) ? sm_column_definition(part)
										: sm_column_constraint(part);
	if (part->kind == &sm_kind_constraint && sm_delta_is_inline(part))
		return sm_constraint_definition(part);
	return NULL;
}

/* Columns and constraints, which come behind them, in parentheses */
static void
append_parts(StringInfo sql, const SmObject *to)
{
	const char *separator = "\n    ";

	appendStringInfoString(sql, " (");
	for (int i = 0; i < to->children.n; i++)
	{
		char *definition = part_definition(to->children.item[i]);

		if (definition)
		{
			appendStringInfo(sql, "%s%s", separator, definition);
			separator = ",\n    ";
		}
	}
	appendStringInfoString(sql, separator[0] == ',' ? "\n)" : ")");
}

static void
append_settings(StringInfo sql, const SmObject *to)
{
	char *options = sm_options_text(sm_attr(to, OPTIONS));

	if (sm_attr(to, INHERITS))
		appendStringInfo(sql, "\nINHERITS (%s)", sm_attr(to, INHERITS));
	if (sm_attr(to, PARTITION_KEY))
		appendStringInfo(sql, "\nPARTITION BY %s", sm_attr(to, PARTITION_KEY));
	if (sm_attr(to, ACCESS_METHOD))
		appendStringInfo(sql, "\nUSING %s", sm_attr(to, ACCESS_METHOD));
	if (options)
		appendStringInfo(sql, "\nWITH (%s)", options);
	if (sm_attr(to, TABLESPACE))
		appendStringInfo(sql, "\nTABLESPACE %s", sm_attr(to, TABLESPACE));
}

static void
set_row_security(SmDelta *delta, const SmObject *to, SmPhase phase,
				 uint64 changed)
{
	if (SM_DIFFERS(changed, ROW_SECURITY))
		sm_delta_alter_table(delta, to, phase, to->identity,
							 "%s ROW LEVEL SECURITY",
							 sm_attr_true(to, ROW_SECURITY) ? "ENABLE"
															: "DISABLE");
	if (SM_DIFFERS(changed, FORCE_ROW_SECURITY))
		sm_delta_alter_table(delta, to, phase, to->identity,
							 "%s ROW LEVEL SECURITY",
							 sm_attr_true(to, FORCE_ROW_SECURITY) ? "FORCE"
																  : "NO FORCE");
}

static void
set_replica_identity(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	const char *identity = sm_attr(to, REPLICA_IDENTITY);

	/* an index says so itself, as soon as it is there */
	if (!sm_attr_is(to, REPLICA_IDENTITY, "INDEX"))
		sm_delta_alter_table(delta, to, phase, to->identity,
							 "REPLICA IDENTITY %s",
							 sm_text_or(identity, "DEFAULT"));
}

static void
create(SmDelta *delta, const SmObject *to)
{
	StringInfoData sql;
	uint64 set = 0;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE %sTABLE %s",
					 sm_attr_true(to, UNLOGGED) ? "UNLOGGED " : "",
					 to->identity);
	append_parts(&sql, to);
	append_settings(&sql, to);
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "%s", sql.data);
	for (int i = ROW_SECURITY; i <= FORCE_ROW_SECURITY; i++)
		if (sm_attr(to, i))
			set |= SM_BIT(i);
	set_row_security(delta, to, SM_PHASE_CREATE, set);
	if (sm_attr(to, REPLICA_IDENTITY))
		set_replica_identity(delta, to, SM_PHASE_CREATE);
}

/* A partition that is to be dropped leaves without a lock on the others */
static void
detach_online(SmDelta *delta, const SmObject *from)
{
	for (int i = 0; i < from->children.n; i++)
	{
		const SmObject *link = from->children.item[i];

		if (link->kind != &sm_kind_partition || link->split ||
			!sm_partition_leaves_online(delta, link))
			continue;
		sm_delta_statement(delta, from, SM_PHASE_DROP,
						   "ALTER TABLE %s DETACH PARTITION %s CONCURRENTLY",
						   sm_attr(link, SM_FIRST_ATTR), from->identity);
		sm_delta_outside(delta, from, SM_PHASE_DROP);
	}
}

static void
create_foreign(SmDelta *delta, const SmObject *to)
{
	char *options = sm_foreign_options(sm_attr(to, FOREIGN_OPTIONS));
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE FOREIGN TABLE %s", to->identity);
	append_parts(&sql, to);
	if (sm_attr(to, INHERITS))
		appendStringInfo(&sql, "\nINHERITS (%s)", sm_attr(to, INHERITS));
	appendStringInfo(&sql, "\nSERVER %s", sm_attr(to, SERVER));
	if (options)
		appendStringInfo(&sql, "\nOPTIONS (%s)", options);
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "%s", sql.data);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	detach_online(delta, from);
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP TABLE %s",
					   from->identity);
	sm_delta_hazard(delta, from, SM_PHASE_DROP,
					"the table is dropped, with all its rows");
}

static void
drop_foreign(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP FOREIGN TABLE %s",
					   from->identity);
}

/* Is the name one of those in a list of names? */
static bool
is_listed(const char *list, const char *name, int length)
{
	while (list && *list)
	{
		int n = (int) strcspn(list, ",");

		if (n == length && strncmp(list, name, length) == 0)
			return true;
		list += list[n] ? n + 2 : n;
	}
	return false;
}

/*
 * INHERIT, or NO INHERIT, from those parents that only one list has.  Within
 * one statement the server would do other things before that.
 */
static void
set_parents(SmDelta *delta, const SmObject *to, SmPhase phase, const char *verb,
			const char *list, const char *other)
{
	while (list && *list)
	{
		int n = (int) strcspn(list, ",");

		if (!is_listed(other, list, n))
			sm_delta_statement(delta, to, phase, "ALTER TABLE %s %s %.*s",
							   to->identity, verb, n, list);
		list += list[n] ? n + 2 : n;
	}
}

static void
set_persistence(SmDelta *delta, const SmObject *to)
{
	sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->identity, "SET %s",
						 sm_attr_true(to, UNLOGGED) ? "UNLOGGED" : "LOGGED");
	sm_delta_rewrites(delta, to, SM_PHASE_ALTER);
	if (sm_attr_true(to, UNLOGGED))
		sm_delta_hazard(delta, to, SM_PHASE_ALTER,
						"the table will be emptied by a crash, and is not replicated");
}

/* Do the parents of the table, of the new state, change? */
bool
sm_table_is_moved(const SmObject *to)
{
	return sm_kind_is_table(to) && to->fate == SM_ALTER &&
		   SM_DIFFERS(to->changed, INHERITS);
}

/* Does a table, of the old state, no longer inherit from a parent, but stays? */
bool
sm_table_has_left(const SmObject *table, const SmObject *parent)
{
	return table->peer && sm_table_is_moved(table->peer) &&
		   !sm_table_keeps_parent(table, parent);
}

/* Is a table among those that another one inherits from? */
bool
sm_table_descends(const SmObject *table, const SmObject *from)
{
	for (int i = 0; i < table->needs.n; i++)
	{
		const SmObject *parent = table->needs.item[i];

		if (parent != table && sm_kind_is_table(parent) &&
			(parent == from || sm_table_descends(parent, from)))
			return true;
	}
	return false;
}

/* Is the part inherited from an ancestor of the table, in both states? */
static bool
is_from_ancestor(const SmObject *part, const SmObject *table)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(part))
	{
		const SmObject *other = lfirst(lc);

		if (other->parent->peer && table->peer &&
			sm_table_descends(table->peer, other->parent->peer))
			return true;
		if (is_from_ancestor(other, table))
			return true;
	}
	return false;
}

/*
 * Is the part, of either state, inherited from a table that its own goes on to
 * inherit from, if by way of others?
 */
bool
sm_table_keeps_source(const SmObject *part)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(part))
		if (sm_table_keeps_parent(part->parent,
								  ((SmObject *) lfirst(lc))->parent))
			return true;
	return !sm_table_is_partition(part->parent) &&
		   is_from_ancestor(part, part->parent);
}

/*
 * Is the part, of the old state, which the table has from a parent that it
 * leaves, dropped further above?  Then it may have gone by then.
 */
bool
sm_table_may_lose(const SmObject *part)
{
	ListCell *lc;

	foreach (lc, sm_table_parent_columns(part))
	{
		const SmObject *other = lfirst(lc);
		ListCell *lc2;

		foreach (lc2, sm_table_parent_columns(other))
			if (sm_delta_drops(lfirst(lc2)))
				return true;
		if (sm_table_may_lose(other))
			return true;
	}
	return false;
}

/*
 * What comes from a parent that the table leaves becomes its own, unless it has
 * come from the next one by then.  So it leaves first if that is to become its
 * own, or is to have another type in between, and otherwise last.
 */
static bool
leaves_first(const SmObject *to)
{
	const SmObject *from = to->peer;

	for (int i = 0; i < from->children.n; i++)
	{
		const SmObject *part = from->children.item[i];

		if (part->peer == NULL || part->kind != &sm_kind_column ||
			sm_table_keeps_source(part))
			continue;
		if (sm_column_is_only_inherited(part) &&
			!sm_column_is_only_inherited(part->peer) &&
			sm_table_parent_columns(part->peer) != NIL)
			return true;
		if (sm_column_type(part) &&
			!sm_text_same(sm_column_type(part), sm_column_type(part->peer)))
			return true;
	}
	return false;
}

/* When the table, of the new state, leaves parents */
SmPhase
sm_table_leaves_in(const SmObject *to)
{
	return leaves_first(to) ? SM_PHASE_ALTER : SM_PHASE_FINISH;
}

static void
change_parents(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	set_parents(delta, to, sm_table_leaves_in(to), "NO INHERIT",
				sm_attr(from, INHERITS), sm_attr(to, INHERITS));
	set_parents(delta, to, SM_TABLE_JOINS_IN, "INHERIT", sm_attr(to, INHERITS),
				sm_attr(from, INHERITS));
}

static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, UNLOGGED))
		set_persistence(delta, to);
	if (SM_DIFFERS(changed, OPTIONS))
		sm_relation_alter_options(delta, "TABLE", from, to, OPTIONS,
								  sm_table_sets_toast_options(to)
									  ? SM_PHASE_DRESS
									  : SM_PHASE_ALTER);
	set_row_security(delta, to, SM_PHASE_ALTER, changed);
	if (SM_DIFFERS(changed, REPLICA_IDENTITY))
		set_replica_identity(delta, to, SM_PHASE_ALTER);
	if (SM_DIFFERS(changed, INHERITS))
		change_parents(delta, from, to);
	if (SM_DIFFERS(changed, ACCESS_METHOD))
	{
		/* a partitioned table has no rows, and need not have one */
		bool partitioned = sm_attr(to, PARTITION_KEY) != NULL;

		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->identity,
							 "SET ACCESS METHOD %s",
							 sm_text_or(sm_attr(to, ACCESS_METHOD),
										partitioned ? "DEFAULT" : "heap"));
		if (!partitioned)
			sm_delta_rewrites(delta, to, SM_PHASE_ALTER);
	}
	if (SM_DIFFERS(changed, TABLESPACE))
	{
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->identity,
							 "SET TABLESPACE %s",
							 sm_text_or(sm_attr(to, TABLESPACE), "pg_default"));
		sm_delta_rewrites(delta, to, SM_PHASE_ALTER);
	}
}

/* No statement moves it to another server */
static SmFate
fate_of_foreign(const SmObject *from, const SmObject *to, uint64 changed)
{
	return SM_DIFFERS(changed, SERVER) ? SM_REPLACE : SM_ALTER;
}

static void
alter_foreign(SmDelta *delta, const SmObject *from, const SmObject *to,
			  uint64 changed)
{
	if (SM_DIFFERS(changed, FOREIGN_OPTIONS))
		sm_delta_alter_table(delta, to, SM_PHASE_ALTER, to->identity,
							 "OPTIONS (%s)",
							 sm_foreign_change(sm_attr(from, FOREIGN_OPTIONS),
											   sm_attr(to, FOREIGN_OPTIONS),
											   NULL, NULL));
	if (SM_DIFFERS(changed, INHERITS))
		change_parents(delta, from, to);
}

/*
 * Has the table be clustered by an index, or the index be its replica
 * identity, when that has been created or changed.
 */
void
sm_table_mark_index(SmDelta *delta, const SmObject *to, const char *index,
					bool clustered, bool replica_identity)
{
	const char *table = to->parent->identity;

	if (to->parent->kind != &sm_kind_table)
	{
		if (clustered)
			sm_delta_statement(delta, to, SM_PHASE_DRESS,
							   "ALTER MATERIALIZED VIEW %s CLUSTER ON %s",
							   table, index);
		return;
	}
	if (clustered)
		sm_delta_alter_table(delta, to, SM_PHASE_DRESS, table, "CLUSTER ON %s",
							 index);
	if (replica_identity)
		sm_delta_alter_table(delta, to, SM_PHASE_DRESS, table,
							 "REPLICA IDENTITY USING INDEX %s", index);
}

/* Is the table clustered by this one, an index or a constraint? */
static bool
is_clustered_by(const SmObject *object)
{
	for (int i = 0; i < object->kind->n_attrs; i++)
		if (strcmp(object->kind->attrs[i].name, "clustered") == 0)
			return sm_attr_true(object, SM_FIRST_ATTR + i);
	return false;
}

/*
 * The table, or materialized view, is no longer clustered by the index.
 * Nothing has to be done if it is by another one now.
 */
void
sm_table_unmark_cluster(SmDelta *delta, const SmObject *to)
{
	const SmObject *table = to->parent;

	for (int i = 0; i < table->children.n; i++)
		if (is_clustered_by(table->children.item[i]))
			return;
	if (table->kind != &sm_kind_table)
		sm_delta_statement(delta, to, SM_PHASE_DRESS,
						   "ALTER MATERIALIZED VIEW %s SET WITHOUT CLUSTER",
						   table->identity);
	else
		sm_delta_alter_table(delta, to, SM_PHASE_DRESS, table->identity,
							 "SET WITHOUT CLUSTER");
}

const SmKind sm_kind_table = {
	.name = "table",
	.classid = RelationRelationId,
	.query = query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_HOLDS_DATA | SM_KIND_RELATION | SM_KIND_TYPE,
	.weight = 40,
	.acl_type = 'r',
	.sql_type = sql_type,
	.fate = fate,
	.create = create,
	.drop = drop,
	.alter = alter,
};

/* Its rows are elsewhere, and dropping it does not lose any */
const SmKind sm_kind_foreign_table = {
	.name = "foreign table",
	.classid = RelationRelationId,
	.query = foreign_query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_RELATION | SM_KIND_TYPE | SM_KIND_REBUILDABLE,
	.weight = 40,
	.acl_type = 'r',
	.sql_type = foreign_sql_type,
	.fate = fate_of_foreign,
	.create = create_foreign,
	.drop = drop_foreign,
	.alter = alter_foreign,
};
