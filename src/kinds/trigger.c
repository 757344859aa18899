/*-------------------------------------------------------------------------
 *
 * trigger.c
 *	  Triggers of tables and views.
 *
 * Those that the server made on partitions for a trigger of the partitioned
 * table, and those of constraints, are no objects of their own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "utils/builtins.h"

#include "compat.h"
#include "kinds.h"
#include "kinds/relation.h"

enum
{
	DEFINITION = SM_FIRST_ATTR, /* without CREATE */
	STATE,						/* NULL: fires in normal sessions */
	PARTITIONS /* lines of state, tab, table: partitions where it differs */
};

static const SmAttr attrs[] = {
	{ "definition", 0 },
	{ "state", 0 },
	{ "state of partitions", 0 },
};

/* What stands before TRIGGER in ALTER TABLE */
#define SQL_STATE(trigger)                                                     \
	"CASE " trigger ".tgenabled WHEN 'D' THEN 'DISABLE' "                      \
	"WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' "            \
	"ELSE 'ENABLE' END"

#define SQL_STATE_UNLESS_NORMAL                                                \
	"CASE WHEN t.tgenabled <> 'O' THEN " SQL_STATE("t") " END, "

/* Triggers of partitions, from the top to the bottom */
#define SQL_CLONES                                                             \
	"WITH RECURSIVE clone AS (SELECT p.oid AS root, t.oid, t.tgrelid, "        \
	"1 AS level, t.tgenabled, t.tgenabled <> p.tgenabled AS differs "          \
	"FROM pg_trigger p JOIN pg_trigger t ON t.tgparentid = p.oid "             \
	"WHERE p.tgparentid = 0 AND NOT p.tgisinternal "                           \
	"UNION ALL SELECT p.root, t.oid, t.tgrelid, p.level + 1, t.tgenabled, "    \
	"t.tgenabled <> p.tgenabled "                                              \
	"FROM clone p JOIN pg_trigger t ON t.tgparentid = p.oid) "

#define SQL_STATES                                                             \
	"SELECT k.root, string_agg(" SQL_STATE(                                    \
		"k") " || "                                                            \
			 "format(E'\\t%I.%I', m.nspname, r.relname), E'\\n' "              \
			 "ORDER BY k.level, m.nspname, r.relname) AS states "              \
			 "FROM clone k JOIN pg_class r ON r.oid = k.tgrelid "              \
			 "JOIN pg_namespace m ON m.oid = r.relnamespace "                  \
			 "WHERE k.differs GROUP BY k.root"

/* clang-format off */
static const char query[] =
	SQL_CLONES
	"SELECT t.oid, 0, t.tgrelid, 0, n.nspname, t.tgname, "
	"format('%I ON %I.%I', t.tgname, n.nspname, c.relname), "
	"NULL::text, NULL::text, "
	"substr(pg_get_triggerdef(t.oid), length('CREATE ') + 1), "
	SQL_STATE_UNLESS_NORMAL "p.states "
	"FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
	"JOIN pg_trigger t ON t.tgrelid = c.oid "
	"LEFT JOIN (" SQL_STATES ") p ON p.root = t.oid "
	"WHERE NOT t.tgisinternal AND t.tgparentid = 0 "
	"AND c.relhastriggers AND c.relnamespace = ANY ($1)";

/* Where a partition differs, it must be one before that can be said */
static const char needs_query[] =
	SQL_CLONES
	"SELECT k.root, 0, 'pg_inherits'::regclass::oid, k.tgrelid, 0 "
	"FROM clone k WHERE k.differs";
/* clang-format on */

static const char *
sql_type(const SmObject *object)
{
	return "TRIGGER";
}

static bool
is_constraint(const SmObject *object)
{
	return strncmp(sm_attr(object, DEFINITION), "CONSTRAINT ", 11) == 0;
}

/* Constraint triggers cannot be replaced, nor a trigger by one of them */
static SmFate
fate(const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, DEFINITION) &&
		(is_constraint(from) || is_constraint(to)))
		return SM_REPLACE;
	return SM_ALTER;
}

/* Changes the state, of partitions as well, and then that of some of these */
static void
change_state(SmDelta *delta, const SmObject *to, SmPhase phase)
{
	const char *line = sm_text_or(sm_attr(to, PARTITIONS), "");

	sm_delta_alter_table(delta, to, phase, to->parent->identity,
						 "%s TRIGGER %s",
						 sm_text_or(sm_attr(to, STATE), "ENABLE"),
						 quote_identifier(to->name));
	while (*line)
	{
		const char *tab = strchr(line, '\t');
		size_t length = strcspn(tab + 1, "\n");

		sm_delta_alter_table(delta, to, phase, pnstrdup(tab + 1, length),
							 "%.*s TRIGGER %s", (int) (tab - line), line,
							 quote_identifier(to->name));
		line = tab + 1 + length;
		if (*line)
			line++;
	}
}

/* Is the state another one than after CREATE? */
static bool
has_state(const SmObject *to)
{
	return sm_attr(to, STATE) || sm_attr(to, PARTITIONS);
}

static void
create(SmDelta *delta, const SmObject *to)
{
	sm_delta_statement(delta, to, SM_PHASE_CREATE, "CREATE %s",
					   sm_attr(to, DEFINITION));
	if (has_state(to))
		change_state(delta, to, SM_PHASE_CREATE);
}

static void
drop(SmDelta *delta, const SmObject *from)
{
	sm_delta_statement(delta, from, SM_PHASE_DROP, "DROP TRIGGER %s",
					   from->identity);
}

/* CREATE OR REPLACE leaves the trigger enabled */
static void
alter(SmDelta *delta, const SmObject *from, const SmObject *to, uint64 changed)
{
	if (SM_DIFFERS(changed, DEFINITION))
		sm_delta_statement(delta, to, SM_PHASE_ALTER, "CREATE OR REPLACE %s",
						   sm_attr(to, DEFINITION));
	if (!SM_DIFFERS(changed, DEFINITION) || has_state(to))
		change_state(delta, to, SM_PHASE_ALTER);
}

const SmKind sm_kind_trigger = {
	.name = "trigger",
	.classid = TriggerRelationId,
	.parent_class = RelationRelationId,
	.query = query,
	.needs_query = needs_query,
	.attrs = attrs,
	.n_attrs = lengthof(attrs),
	.flags = SM_KIND_REBUILDABLE | SM_KIND_SPLITS,
	.weight = 80,
	.sql_type = sql_type,
	.fate = fate,
	.is_disturbed = sm_relation_is_disturbed,
	.create = create,
	.drop = drop,
	.alter = alter,
};
