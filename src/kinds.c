/*-------------------------------------------------------------------------
 *
 * kinds.c
 *	  The kinds of objects that schemas consist of.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "kinds.h"

/*
 * In the order in which they are read: a kind stands behind that of its
 * parents.
 */
const SmKind *const sm_kinds[] = {
	&sm_kind_schema,
	&sm_kind_extension,
	&sm_kind_collation,
	&sm_kind_shell_type,
	&sm_kind_access_method,
	&sm_kind_language,
	&sm_kind_foreign_data_wrapper,
	&sm_kind_server,
	&sm_kind_user_mapping,
	&sm_kind_enum,
	&sm_kind_composite,
	&sm_kind_composite_column,
	&sm_kind_domain,
	&sm_kind_domain_constraint,
	&sm_kind_sequence,
	&sm_kind_function,
	&sm_kind_procedure,
	&sm_kind_aggregate,
	&sm_kind_base_type,
	&sm_kind_range,
	&sm_kind_conversion,
	&sm_kind_operator,
	&sm_kind_opfamily,
	&sm_kind_opfamily_operator,
	&sm_kind_opfamily_function,
	&sm_kind_opclass,
	&sm_kind_ts_parser,
	&sm_kind_ts_template,
	&sm_kind_ts_dictionary,
	&sm_kind_ts_configuration,
	&sm_kind_ts_mapping,
	&sm_kind_table,
	&sm_kind_foreign_table,
	&sm_kind_column,
	&sm_kind_identity_sequence,
	&sm_kind_default,
	&sm_kind_view,
	&sm_kind_materialized_view,
	&sm_kind_view_column,
	&sm_kind_constraint,
	&sm_kind_index,
	&sm_kind_statistics,
	&sm_kind_partition,
	&sm_kind_table_type,
	&sm_kind_trigger,
	&sm_kind_rule,
	&sm_kind_policy,
	&sm_kind_transform,
	&sm_kind_cast,
	&sm_kind_publication,
	&sm_kind_publication_table,
	&sm_kind_publication_schema,
	&sm_kind_subscription,
	&sm_kind_event_trigger,
	&sm_kind_default_privileges,
};

const int sm_n_kinds = lengthof(sm_kinds);

/* The kind of that name, or NULL */
const SmKind *
sm_kind_find(const char *name)
{
	for (int i = 0; i < sm_n_kinds; i++)
		if (strcmp(sm_kinds[i]->name, name) == 0)
			return sm_kinds[i];
	return NULL;
}

/* Is it a table, be it a foreign one? */
bool
sm_kind_is_table(const SmObject *object)
{
	return object->kind == &sm_kind_table ||
		   object->kind == &sm_kind_foreign_table;
}

/* The words that stand before the object's identity in SQL */
const char *
sm_kind_sql_type(const SmObject *object)
{
	return object->kind->sql_type(object);
}

/* What stands behind them */
const char *
sm_kind_sql_name(const SmObject *object)
{
	return object->kind->sql_name ? object->kind->sql_name(object)
								  : object->identity;
}
