/*-------------------------------------------------------------------------
 *
 * dress.c
 *	  What all kinds of objects have: owner, privileges, comment, security
 *	  labels.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "acl.h"
#include "dress.h"
#include "kinds.h"
#include "query.h"

static void
change_owner(SmDelta *delta, const SmObject *to, const char *owner)
{
	sm_delta_statement(delta, to, SM_PHASE_DRESS, "ALTER %s %s OWNER TO %s",
					   sm_kind_sql_type(to), sm_kind_sql_name(to), owner);
}

static void
change_comment(SmDelta *delta, const SmObject *to)
{
	const char *comment = to->attr[SM_COMMENT];

	sm_delta_statement(delta, to, SM_PHASE_DRESS, "COMMENT ON %s %s IS %s",
					   sm_kind_sql_type(to), sm_kind_sql_name(to),
					   comment ? quote_literal_cstr(comment) : "NULL");
}

/* Provider, label, and so on with the next one; empty if there are none */
static List *
labels_of(const SmObject *object)
{
	const char *labels = object ? object->attr[SM_LABELS] : NULL;

	if (labels == NULL)
		return NIL;
	return sm_text_array_to_list(
		OidFunctionCall3(F_ARRAY_IN, CStringGetDatum(labels),
						 ObjectIdGetDatum(TEXTOID), Int32GetDatum(-1)));
}

/* The label of that provider, or NULL */
static const char *
label_by(const List *labels, const char *provider)
{
	for (int i = 0; i + 1 < list_length(labels); i += 2)
		if (strcmp(list_nth(labels, i), provider) == 0)
			return list_nth(labels, i + 1);
	return NULL;
}

static void
set_label(SmDelta *delta, const SmObject *to, const char *provider,
		  const char *label)
{
	sm_delta_statement(delta, to, SM_PHASE_DRESS,
					   "SECURITY LABEL FOR %s ON %s %s IS %s",
					   quote_identifier(provider), sm_kind_sql_type(to),
					   sm_kind_sql_name(to),
					   label ? quote_literal_cstr(label) : "NULL");
}

/* Labels that are not there, or others; from is NULL if there are none */
static void
change_labels(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	List *old = labels_of(from);
	List *new = labels_of(to);

	for (int i = 0; i + 1 < list_length(old); i += 2)
		if (label_by(new, list_nth(old, i)) == NULL)
			set_label(delta, to, list_nth(old, i), NULL);
	for (int i = 0; i + 1 < list_length(new); i += 2)
		if (!sm_text_same(label_by(old, list_nth(new, i)),
						  list_nth(new, i + 1)))
			set_label(delta, to, list_nth(new, i), list_nth(new, i + 1));
}

/* A new object, or one that is created again: then as it was, if not said */
static void
dress_new(SmDelta *delta, SmObject *from, SmObject *to)
{
	const char *owner = to->attr[SM_OWNER];

	if (owner == NULL && from)
		owner = from->attr[SM_OWNER];
	if (owner)
		change_owner(delta, to, owner);
	sm_acl_change(delta, NULL, to);
	if (to->attr[SM_COMMENT])
		change_comment(delta, to);
	change_labels(delta, NULL, to);
}

/*
 * Plans the statements by which the object gets its owner, its privileges, its
 * comment and its labels.  from is NULL if there was none before.
 */
void
sm_dress(SmDelta *delta, SmObject *from, SmObject *to)
{
	if (sm_delta_creates(to))
	{
		dress_new(delta, from, to);
		return;
	}
	if (SM_DIFFERS(to->changed, SM_OWNER))
	{
		if (sm_acl_has_grantee(from, to->attr[SM_OWNER]))
			sm_delta_statement(delta, to, SM_PHASE_DRESS, "%s",
							   sm_acl_before_owner(to, to->attr[SM_OWNER]));
		change_owner(delta, to, to->attr[SM_OWNER]);
	}
	/* what the privileges of a column are depends on those of its table */
	if (SM_DIFFERS(to->changed, SM_ACL) ||
		(to->attr[SM_ACL] && to->kind->acl_type == 'c' && to->parent &&
		 SM_DIFFERS(to->parent->changed, SM_ACL)))
		sm_acl_change(delta, from, to);
	if (SM_DIFFERS(to->changed, SM_COMMENT))
		change_comment(delta, to);
	if (SM_DIFFERS(to->changed, SM_LABELS))
		change_labels(delta, from, to);
}
