/*-------------------------------------------------------------------------
 *
 * kinds.h
 *	  The kinds of objects that schemas consist of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_KINDS_H
#define SM_KINDS_H

#include "delta.h"
#include "kind.h"
#include "object.h"

/* SQL for the owner: NULL if it is $2 */
#define SM_SQL_OWNER(column)                                                   \
	"CASE WHEN " column " <> $2 THEN "                                         \
	"quote_ident(pg_get_userbyid(" column ")) END"

/*
 * SQL for the privileges in an aclitem[] column, with the owner's column.  In
 * front of them comes an item for the owner, whom it takes to read them.
 */
#define SM_SQL_ACL(column, owner)                                              \
	"CASE WHEN " column " IS NOT NULL THEN "                                   \
	"makeaclitem(" owner ", " owner ", 'SELECT', false) || " column " END"

extern const SmKind sm_kind_schema;
extern const SmKind sm_kind_extension;
/* Attributes of extensions that a model may say although they are there */
#define SM_EXTENSION_SCHEMA SM_FIRST_ATTR
#define SM_EXTENSION_VERSION (SM_FIRST_ATTR + 1)

extern const SmKind sm_kind_collation;
extern const SmKind sm_kind_shell_type;
extern const SmKind sm_kind_enum;
extern const SmKind sm_kind_composite;
extern const SmKind sm_kind_composite_column;
extern const SmKind sm_kind_domain;
extern const SmKind sm_kind_domain_constraint;
extern const SmKind sm_kind_sequence;
extern const SmKind sm_kind_function;
extern const SmKind sm_kind_procedure;
extern const SmKind sm_kind_aggregate;
extern const SmKind sm_kind_base_type;
extern const SmKind sm_kind_range;
extern const SmKind sm_kind_conversion;
extern const SmKind sm_kind_operator;
extern const SmKind sm_kind_opfamily;
extern const SmKind sm_kind_opfamily_operator;
extern const SmKind sm_kind_opfamily_function;
extern const SmKind sm_kind_opclass;
extern const SmKind sm_kind_ts_parser;
extern const SmKind sm_kind_ts_template;
extern const SmKind sm_kind_ts_dictionary;
extern const SmKind sm_kind_ts_configuration;
extern const SmKind sm_kind_ts_mapping;
extern const SmKind sm_kind_table;
extern const SmKind sm_kind_table_type;
extern const SmKind sm_kind_column;
extern const SmKind sm_kind_identity_sequence;
extern const SmKind sm_kind_default;
extern const SmKind sm_kind_partition;
extern const SmKind sm_kind_view;
extern const SmKind sm_kind_materialized_view;
extern const SmKind sm_kind_view_column;
extern const SmKind sm_kind_constraint;
extern const SmKind sm_kind_index;
extern const SmKind sm_kind_trigger;
extern const SmKind sm_kind_policy;
extern const SmKind sm_kind_rule;
extern const SmKind sm_kind_statistics;

extern const SmKind sm_kind_access_method;
extern const SmKind sm_kind_language;
extern const SmKind sm_kind_foreign_data_wrapper;
extern const SmKind sm_kind_server;
extern const SmKind sm_kind_user_mapping;
#define SM_USER_MAPPING_SERVER SM_FIRST_ATTR

extern const SmKind sm_kind_foreign_table;
extern const SmKind sm_kind_transform;
extern const SmKind sm_kind_cast;
extern const SmKind sm_kind_publication;
#define SM_PUBLICATION_ALL_TABLES SM_FIRST_ATTR

extern const SmKind sm_kind_publication_table;
extern const SmKind sm_kind_publication_schema;
extern const SmKind sm_kind_subscription;
extern const SmKind sm_kind_event_trigger;
extern const SmKind sm_kind_default_privileges;
#define SM_DEFAULT_PRIVILEGES SM_FIRST_ATTR
#define SM_DEFAULT_PRIVILEGES_ROLE (SM_FIRST_ATTR + 2)
#define SM_DEFAULT_PRIVILEGES_WHAT (SM_FIRST_ATTR + 3)


extern const SmKind *const sm_kinds[];
extern const int sm_n_kinds;

extern void sm_shell_link(const SmSnapshot *snapshot, SmObject *type);
extern const SmKind *sm_kind_find(const char *name);
extern bool sm_kind_is_table(const SmObject *object);
extern void sm_operator_order(const SmObject *from);
extern const char *sm_kind_sql_type(const SmObject *object);
extern const char *sm_kind_sql_name(const SmObject *object);

#endif /* SM_KINDS_H */
