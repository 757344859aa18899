/*-------------------------------------------------------------------------
 *
 * trust.c
 *	  Whose scripts may run with whose rights.
 *
 * Whoever writes a script that somebody else runs has that one's rights.  So
 * a script runs only if everyone who wrote it has those rights anyway, or is
 * listed in schemamig.trusted_authors, or if someone of whom that is true has
 * approved it.  Roles are on record by name, because a dump must be able to
 * carry them; a name that is no role any more is trusted only if listed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/acl.h"
#include "utils/varlena.h"

#include "compat.h"
#include "env.h"
#include "guc.h"
#include "trust.h"

/* Whether a role is in schemamig.trusted_authors */
static bool
is_listed(const char *name)
{
	char *copy = pstrdup(sm_trusted_authors);
	List *names = NIL;
	ListCell *lc;

	(void) SplitIdentifierString(copy, ',', &names);
	foreach (lc, names)
	{
		if (strcmp(lfirst(lc), "*") == 0 || strcmp(lfirst(lc), name) == 0)
			return true;
	}
	return false;
}

/*
 * Whether what a role of that name has written may run with the rights of
 * run_as.  To have them all, a role must be able to SET ROLE to it: privileges
 * that are merely inherited do not include attributes such as SUPERUSER.
 */
bool
sm_trust_role(const char *name, Oid run_as)
{
	Oid role = get_role_oid(name, true);

	if (OidIsValid(role) && member_can_set_role(role, run_as))
		return true;
	return is_listed(name);
}

/*
 * Refuses a revision whose scripts may not run with the rights of run_as.
 */
void
sm_trust_check_revision(const SmRevision *rev, Oid run_as)
{
	ListCell *lc;

	if (rev->approved_by && sm_trust_role(rev->approved_by, run_as))
		return;
	foreach (lc, rev->authors)
	{
		const char *author = lfirst(lc);

		if (!sm_trust_role(author, run_as))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("revision \"%s\" was written by role \"%s\", who does not have the rights of role \"%s\"",
							rev->id, author, sm_env_role_name(run_as)),
					 errdetail("Its scripts would run with the rights of role \"%s\".",
							   sm_env_role_name(run_as)),
					 errhint("Read it, then approve it with SELECT schemamig.approve('%s'); or lend it fewer rights with schemamig.role; or list the author in schemamig.trusted_authors.",
							 rev->id)));
	}
}
