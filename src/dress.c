/*-------------------------------------------------------------------------
 *
 * dress.c
 *	  What all kinds of objects have: owner, privileges, comment.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "acl.h"
#include "dress.h"
#include "kinds.h"

static void
change_owner(SmDelta *delta, const SmObject *to, const char *owner)
{
	sm_delta_statement(delta, to, SM_PHASE_DRESS, "ALTER %s %s OWNER TO %s",
					   sm_kind_sql_type(to), to->identity, owner);
}

static void
change_comment(SmDelta *delta, const SmObject *to)
{
	const char *comment = to->attr[SM_COMMENT];

	sm_delta_statement(delta, to, SM_PHASE_DRESS, "COMMENT ON %s %s IS %s",
					   sm_kind_sql_type(to), to->identity,
					   comment ? quote_literal_cstr(comment) : "NULL");
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
}

/*
 * Plans the statements by which the object gets its owner, its privileges and
 * its comment.  from is NULL if there was none before.
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
}
