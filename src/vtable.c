/*-------------------------------------------------------------------------
 *
 * vtable.c
 *	  Tables in which other tools keep what they have run.
 *
 * They belong to users, who can give them triggers, policies and columns of
 * types with functions of their own.  So whoever may use such a table does it
 * here with the rights of its owner, in a restricted operation, as the server
 * does when it vacuums or reindexes: what is called there can do nothing that
 * the owner could not do anyway.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "env.h"
#include "vtable.h"

/*
 * A table that the role has these rights on.  The caller holds a lock on it, or
 * lives with an error if it is dropped meanwhile.
 */
SmVtable
sm_vtable_open(Oid relid, Oid role, AclMode rights)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Form_pg_class form;
	SmVtable table = { .relid = relid };
	AclResult result;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("table with OID %u does not exist", relid)));
	form = (Form_pg_class) GETSTRUCT(tuple);
	table.owner = form->relowner;
	table.name =
		quote_qualified_identifier(get_namespace_name(form->relnamespace),
								   NameStr(form->relname));
	ReleaseSysCache(tuple);
	/* all of them, of which the server's function says it of any */
	for (AclMode right = 1; right != 0 && right <= rights; right <<= 1)
	{
		if ((rights & right) == 0)
			continue;
		result = pg_class_aclcheck(relid, role, right);
		if (result != ACLCHECK_OK)
			aclcheck_error(result, OBJECT_TABLE, table.name);
	}
	return table;
}

/*
 * Runs a query on the table.  The text is ours but for the name of the table;
 * its argument is as in sm_query_here().
 */
SmRows *
sm_vtable_query(const SmVtable *table, const char *sql, const List *texts,
				bool changes)
{
	SmRunAs owner = { .role = table->owner,
					  .locked = true,
					  .restricted = true };
	SmEnv text;
	SmEnv script;
	SmRows *rows;

	sm_env_enter_text(&text);
	sm_env_enter_script(&script, owner, NULL);
	rows = sm_query_here(sql, texts, changes);
	sm_env_leave(&script);
	sm_env_leave(&text);
	return rows;
}
