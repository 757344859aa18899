/*-------------------------------------------------------------------------
 *
 * mirror.c
 *	  Alembic's version table, kept in step.
 *
 * For the time in which Alembic is still used beside this.  A run begins only
 * if the table says what the applied set says, because otherwise Alembic has
 * moved the database meanwhile.  It ends, in the same transaction as its record,
 * with the rows that Alembic expects.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

#include "args.h"
#include "compat.h"
#include "env.h"
#include "guc.h"
#include "mirror.h"
#include "query.h"
#include "vtable.h"

static SmQuery version_rows = {
	.sql = "SELECT ARRAY(SELECT revision FROM schemamig.version "
		   "WHERE tenant = $1 ORDER BY revision)",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { TEXTOID }
};

/* What the applied set says */
static List *
expected_rows(const SmTenant *tenant)
{
	Datum args[] = { CStringGetTextDatum(tenant->name) };

	return sm_rows_text_list(sm_query(&version_rows, args, NULL), 0, 1);
}

/* What the table says */
static List *
table_rows(const SmVtable *table)
{
	char *sql =
		psprintf("SELECT ARRAY(SELECT version_num::text FROM %s "
				 "WHERE version_num IS NOT NULL ORDER BY version_num::text COLLATE \"C\")",
				 table->name);

	return sm_rows_text_list(sm_vtable_query(table, sql, NIL, false), 0, 1);
}

/*
 * The table that the setting names, as seen by scripts of the tenant, locked
 * against whoever would change it until the transaction ends.
 */
static SmVtable
open_table(const SmTenant *tenant, Oid role)
{
	SmRunAs as = { .role = role };
	RangeVar *name;
	SmEnv env;
	Oid relid;

	sm_env_enter_script(&env, as, tenant->schema);
	name = makeRangeVarFromNameList(
		textToQualifiedNameList(cstring_to_text(sm_alembic_version_table)));
	relid = RangeVarGetRelid(name, ShareRowExclusiveLock, true);
	sm_env_leave(&env);
	if (!OidIsValid(relid) || get_rel_relkind(relid) != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("Alembic's version table \"%s\" does not exist",
						sm_alembic_version_table),
				 errdetail(
					 "The setting schemamig.alembic_version_table names it."),
				 errhint("\"alembic stamp base\" makes it, or CREATE TABLE %s (version_num varchar(32) PRIMARY KEY).",
						 sm_alembic_version_table)));
	return sm_vtable_open(relid, role,
						  ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE);
}

static bool
is_wanted(void)
{
	return sm_alembic_version_table && sm_alembic_version_table[0] != '\0';
}

static char *
list_or_base(const List *ids)
{
	return ids ? sm_args_join(ids) : pstrdup("base");
}

/*
 * Refuses to go on from a state that is not Alembic's.  The tenant is moved
 * with the rights of the role.
 */
void
sm_mirror_check(const SmTenant *tenant, Oid role)
{
	SmVtable table;
	List *expected;
	List *found;

	if (!is_wanted())
		return;
	table = open_table(tenant, role);
	expected = expected_rows(tenant);
	found = table_rows(&table);
	if (strcmp(list_or_base(expected), list_or_base(found)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("Alembic's version table %s says another revision",
						table.name),
				 errdetail("It has %s, and what is applied here is %s.",
						   list_or_base(found), list_or_base(expected)),
				 errhint(
					 "If Alembic has moved the database since, SELECT * FROM schemamig.adopt() takes that over. If it has not, schemamig.stamp('current') puts the table right.")));
}

/* Writes the rows that the applied set has come to */
void
sm_mirror_write(const SmTenant *tenant, Oid role)
{
	SmVtable table;
	List *expected;

	if (!is_wanted())
		return;
	table = open_table(tenant, role);
	expected = expected_rows(tenant);
	(void)
		sm_vtable_query(&table,
						psprintf("DELETE FROM %s WHERE version_num <> ALL ($1)",
								 table.name),
						expected, true);
	(void)
		sm_vtable_query(&table,
						psprintf("INSERT INTO %s (version_num) SELECT v FROM unnest($1) AS u(v) "
								 "WHERE NOT EXISTS (SELECT FROM %s t WHERE t.version_num = v)",
								 table.name, table.name),
						expected, true);
}
