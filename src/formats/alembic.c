/*-------------------------------------------------------------------------
 *
 * alembic.c
 *	  What "alembic upgrade base:heads --sql" and "alembic downgrade heads:base
 *	  --sql" write.
 *
 * A comment "Running upgrade a, b -> c" begins each revision.  Its statements
 * come next, and then those that keep the version table.  They are left out,
 * but not before they have told one thing: a revision that takes the place of
 * another one in that table, which is not its down revision, depends on it; so
 * does one that leaves its place to it in a downgrade.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "parser/scansup.h"

#include "compat.h"
#include "formats.h"
#include "object.h"

#define UPGRADE "Running upgrade "
#define DOWNGRADE "Running downgrade "
#define VERSION_COLUMN "version_num"

/* A comment that begins a revision */
typedef struct Mark
{
	bool upgrade;
	char *left; /* revisions, separated by commas */
	char *right;
} Mark;

/* Statements on the version table, while they are looked for */
typedef struct Versions
{
	const char *table; /* its name */
	List *gone;		   /* char *: revisions that left the table */
	List *come;		   /* char *: revisions that came into it */
} Versions;

static bool
read_mark(const SmSource *source, int line, Mark *mark)
{
	char *text = sm_source_comment(source, line);
	char *arrow;
	char *comma;

	if (text == NULL)
		return false;
	mark->upgrade = strncmp(text, UPGRADE, strlen(UPGRADE)) == 0;
	if (!mark->upgrade && strncmp(text, DOWNGRADE, strlen(DOWNGRADE)) != 0)
		return false;
	text += mark->upgrade ? strlen(UPGRADE) : strlen(DOWNGRADE);
	arrow = strstr(text, "->");
	if (arrow == NULL)
		return false;
	mark->left = sm_trim(pnstrdup(text, arrow - text));
	mark->right = sm_trim(arrow + 2);
	/* some versions write the message behind the new revision */
	if (mark->upgrade && (comma = strchr(mark->right, ',')) != NULL)
		*comma = '\0';
	return true;
}

static bool
recognises(const SmSource *source)
{
	Mark mark;

	for (int i = 0; i < source->n_lines; i++)
		if (read_mark(source, i, &mark))
			return true;
	return false;
}

/* The string in "table.version_num = 'a'", or NULL */
static char *
compared_version(Node *where)
{
	A_Expr *expr = (A_Expr *) where;

	if (where == NULL || !IsA(where, A_Expr) || !IsA(expr->lexpr, ColumnRef) ||
		!IsA(llast(((ColumnRef *) expr->lexpr)->fields), String) ||
		strcmp(strVal(llast(((ColumnRef *) expr->lexpr)->fields)),
			   VERSION_COLUMN) != 0 ||
		!IsA(expr->rexpr, A_Const) ||
		!IsA(&((A_Const *) expr->rexpr)->val, String))
		return NULL;
	return pstrdup(strVal(&((A_Const *) expr->rexpr)->val));
}

/* Notes a revision that comes into the table, if it is a string */
static void
note_come(Versions *versions, Node *value)
{
	if (value && IsA(value, A_Const) && IsA(&((A_Const *) value)->val, String))
		versions->come =
			lappend(versions->come, pstrdup(strVal(&((A_Const *) value)->val)));
}

/* Whether a list of targets is that one column */
static bool
only_version_column(const List *targets)
{
	return list_length(targets) == 1 &&
		   linitial_node(ResTarget, targets)->name &&
		   strcmp(linitial_node(ResTarget, targets)->name, VERSION_COLUMN) == 0;
}

static bool
note_change(Versions *versions, const RangeVar *table, Node *where)
{
	char *version = compared_version(where);

	if (version == NULL)
		return false;
	versions->table = pstrdup(table->relname);
	versions->gone = lappend(versions->gone, version);
	return true;
}

static bool
inserts_version(Versions *versions, const InsertStmt *insert)
{
	const SelectStmt *values = (const SelectStmt *) insert->selectStmt;
	ListCell *lc;

	if (!only_version_column(insert->cols))
		return false;
	versions->table = pstrdup(insert->relation->relname);
	foreach (lc, values ? values->valuesLists : NIL)
		note_come(versions, linitial(lfirst_node(List, lc)));
	return true;
}

static bool
updates_version(Versions *versions, const UpdateStmt *update)
{
	if (!only_version_column(update->targetList) ||
		!note_change(versions, update->relation, update->whereClause))
		return false;
	note_come(versions, linitial_node(ResTarget, update->targetList)->val);
	return true;
}

static bool
creates_version_table(Versions *versions, const CreateStmt *create)
{
	ListCell *lc;

	foreach (lc, create->tableElts)
	{
		if (IsA(lfirst(lc), ColumnDef) &&
			strcmp(lfirst_node(ColumnDef, lc)->colname, VERSION_COLUMN) != 0)
			return false;
	}
	if (create->tableElts == NIL ||
		!IsA(linitial(create->tableElts), ColumnDef))
		return false;
	versions->table = pstrdup(create->relation->relname);
	return true;
}

static bool
drops_version_table(const Versions *versions, const DropStmt *drop)
{
	return drop->removeType == OBJECT_TABLE &&
		   list_length(drop->objects) == 1 && versions->table &&
		   strcmp(strVal(llast(linitial_node(List, drop->objects))),
				  versions->table) == 0;
}

/* Is it a statement on the version table, or the end of a transaction? */
static bool
is_bookkeeping(Node *stmt, void *arg)
{
	Versions *versions = arg;

	switch (nodeTag(stmt))
	{
		case T_TransactionStmt:
			return ((TransactionStmt *) stmt)->kind == TRANS_STMT_BEGIN ||
				   ((TransactionStmt *) stmt)->kind == TRANS_STMT_COMMIT;
		case T_InsertStmt:
			return inserts_version(versions, (InsertStmt *) stmt);
		case T_UpdateStmt:
			return updates_version(versions, (UpdateStmt *) stmt);
		case T_DeleteStmt:
			return note_change(versions, ((DeleteStmt *) stmt)->relation,
							   ((DeleteStmt *) stmt)->whereClause);
		case T_CreateStmt:
			return creates_version_table(versions, (CreateStmt *) stmt);
		case T_DropStmt:
			return drops_version_table(versions, (DropStmt *) stmt);
		default:
			return false;
	}
}

/*
 * What leaves the version table in an upgrade, or comes into it in a downgrade,
 * and is no down revision, is a dependency.
 */
static void
add_dependencies(SmImport *import, const List *down, const List *versions)
{
	ListCell *lc;

	foreach (lc, versions)
		if (!sm_names_have(down, lfirst(lc)) &&
			!sm_names_have(import->depends, lfirst(lc)) &&
			strcmp(lfirst(lc), import->id) != 0)
			import->depends = lappend(import->depends, lfirst(lc));
}

static void
read_section(SmReading *reading, const SmSource *source, const Mark *mark,
			 int line, int end, Versions *versions)
{
	SmPartKind kind = mark->upgrade ? SM_PART_UPGRADE : SM_PART_DOWNGRADE;
	char *id = mark->upgrade ? mark->right : mark->left;
	SmImport *import = sm_import_find(reading, id);
	SmPart *part = sm_part_lines(source, line + 1, end);

	versions->gone = versions->come = NIL;
	sm_part_drop_statements(part, is_bookkeeping, versions);
	if (import && import->says[kind])
	{
		/* the ways from several heads to the base share the last part */
		if (strcmp(sm_part_text(part), sm_part_text(import->part[kind])) != 0)
			sm_import_duplicate(import, source, source->line[line]);
		return;
	}
	if (import == NULL)
		import = sm_import_add(reading, source, line, id);
	if (mark->upgrade)
	{
		import->says_down = import->says_depends = true;
		import->down = sm_split(mark->left, ",");
		add_dependencies(import, import->down, versions->gone);
	}
	else
		add_dependencies(import, sm_split(mark->right, ","), versions->come);
	sm_import_say(import, kind, part);
}

static void
refuse_other(const SmSource *source, int end)
{
	Versions versions = { 0 };
	SmPart *part = sm_part_lines(source, 0, end);
	SmPart *left = sm_part_lines(source, 0, end);
	int n;
	SmToken *tokens;

	sm_part_drop_statements(part, is_bookkeeping, &versions);
	left->edits = part->edits;
	tokens = sm_part_tokens(left, &n);
	if (n > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("there is SQL before the first revision"),
						sm_source_place(source, tokens[0].start)));
}

static void
read_file(SmReading *reading, const SmSource *source)
{
	Versions versions = { .table = "alembic_version" };
	Mark mark;
	Mark next;
	int begin = -1;

	for (int i = 0; i < source->n_lines; i++)
	{
		if (!read_mark(source, i, &next))
			continue;
		if (begin < 0)
			refuse_other(source, i);
		else
			read_section(reading, source, &mark, begin, i, &versions);
		begin = i;
		mark = next;
	}
	if (begin < 0)
		sm_import_ignore(reading, source);
	else
		read_section(reading, source, &mark, begin, source->n_lines, &versions);
}

static void
read_files(SmReading *reading)
{
	ListCell *lc;

	foreach (lc, reading->sources)
		read_file(reading, lfirst(lc));
}

/* clang-format off */
static const SmVersions versions = {
	.table = "alembic_version",
	.columns = "{version_num}",
	.sql = "SELECT version_num::text, true, false FROM %s",
	.rows = SM_VERSIONS_UP_TO,
	.takes_back = true,
	.compare = strcmp,
};
/* clang-format on */

const SmFormat sm_format_alembic = {
	.name = "alembic",
	.recognises = recognises,
	.read = read_files,
	.versions = &versions,
};
