/*-------------------------------------------------------------------------
 *
 * guc.c
 *	  The settings of schemamig.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "utils/guc.h"
#include "utils/varlena.h"

#include "guc.h"

int sm_lock_timeout = 2000;
int sm_run_timeout = 60000;
int sm_lock_deadline = 15 * 60 * 1000;
int sm_max_exclusive_hold = 0;
int sm_max_replica_lag = 10000;
bool sm_online = false;
bool sm_proof = true;
char *sm_alembic_version_table = NULL;
char *sm_role = NULL;
char *sm_trusted_authors = NULL;

/*
 * Only the syntax is checked: as in search_path, a name may be set before
 * there is a role of that name.
 */
static bool
check_trusted_authors(char **newval, void **extra, GucSource source)
{
	char *copy = pstrdup(*newval);
	List *names;
	bool ok = SplitIdentifierString(copy, ',', &names);

	if (!ok)
		GUC_check_errdetail("List syntax is invalid.");
	list_free(names);
	pfree(copy);
	return ok;
}

/* Defines the settings; called once, when the library is loaded */
void
sm_guc_define(void)
{
	DefineCustomStringVariable("schemamig.alembic_version_table",
							   "Names the table of Alembic that is kept in step.",
							   "After each run it has the revisions that Alembic expects there. "
							   "Empty: there is none.",
							   &sm_alembic_version_table, "", PGC_USERSET, 0,
							   NULL, NULL, NULL);
	DefineCustomIntVariable("schemamig.lock_deadline",
							"Limits for how long a procedure tries again to get a lock.",
							"It counts from the first failure. 0 does not try again.",
							&sm_lock_deadline, 15 * 60 * 1000, 0, INT_MAX,
							PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("schemamig.lock_timeout",
							"Limits how long a statement of a revision waits for a lock.",
							"It takes the place of lock_timeout while scripts run. "
							"0 waits without limit, -1 leaves lock_timeout as it is.",
							&sm_lock_timeout, 2000, -1, INT_MAX, PGC_USERSET,
							GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("schemamig.max_exclusive_hold",
							"Limits how long a revision holds a lock that others have to wait for.",
							"It counts for locks that stop writing or reading, on relations that "
							"were there before. 0: no limit.",
							&sm_max_exclusive_hold, 0, 0, INT_MAX, PGC_USERSET,
							GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("schemamig.max_replica_lag",
							"Has schemamig.backfill() wait while a replica is further behind.",
							"0: it does not look.", &sm_max_replica_lag, 10000,
							0, INT_MAX, PGC_USERSET, GUC_UNIT_MS, NULL, NULL,
							NULL);
	DefineCustomBoolVariable("schemamig.online",
							 "Has autogenerate write what keeps others from waiting.",
							 "Such revisions take several transactions each, so they need "
							 "schemamig.migrate().",
							 &sm_online, false, PGC_USERSET, 0, NULL, NULL,
							 NULL);
	DefineCustomBoolVariable("schemamig.proof",
							 "Proves what autogenerate and baseline write before it is stored.",
							 "Both scripts are run in a copy of the schemas without rows, "
							 "and what they lead to is compared.",
							 &sm_proof, true, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomStringVariable("schemamig.role",
							   "Sets the role that runs the scripts of revisions.",
							   "The current user must be able to SET ROLE to it. "
							   "Empty: scripts run as the current user.",
							   &sm_role, "", PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("schemamig.run_timeout",
							"Limits how long a run waits for another run to end.",
							"0 does not wait, -1 waits without limit.",
							&sm_run_timeout, 60000, -1, INT_MAX, PGC_USERSET,
							GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomStringVariable("schemamig.trusted_authors",
							   "Lists roles whose scripts may run with the rights of whoever runs them.",
							   "A script by anyone else runs only with rights that its author has, "
							   "or after schemamig.approve(). \"*\" trusts everyone.",
							   &sm_trusted_authors, "", PGC_SUSET,
							   GUC_LIST_INPUT, check_trusted_authors, NULL,
							   NULL);
	MarkGUCPrefixReserved("schemamig");
}
