/*-------------------------------------------------------------------------
 *
 * scratch.c
 *	  A model, run for real next to the live objects, and rolled back.
 *
 * In a subtransaction, the schemas that the model manages are put aside
 * (aside.c), its statements run (enact.c), the caller looks at the catalogs,
 * and all of it is rolled back.  Nobody else sees any of it, and nobody waits
 * for it who does not change the same rows of the catalogs.
 *
 * The model runs as a role that is made for it and ends with it.  That role is
 * the owner of all that the model does not give to somebody else, so that "not
 * said" can be told from "given to the caller", and it has no default
 * privileges.  It has the rights of the caller: it is a superuser if the caller
 * is one, else a member of the caller's role, and nothing else.
 *
 * First the model runs without storage (nostorage.c), in the order of its text.
 * If it names things before they are there, it runs again in rounds; after any
 * other error, on heap, whose error is the real one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "commands/event_trigger.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/varlena.h"

#include "aside.h"
#include "caches.h"
#include "compat.h"
#include "displace.h"
#include "enact.h"
#include "env.h"
#include "exec.h"
#include "locks.h"
#include "nostorage.h"
#include "object.h"
#include "query.h"
#include "scratch.h"
#include "subxact.h"

/* A statement that has to wait for a lock waits for something that is live */
#define LOCK_TIMEOUT_MS "1000"

struct SmScratch
{
	const SmScratchSpec *spec;
	const SmDdl *ddl;
	SmScratchInside inside;
	void *arg;
	bool rounds;
	bool is_inside;	   /* or was, when it failed */
	int created;	   /* how many objects */
	char *caller_path; /* search_path of the caller */
	char *path;		   /* that of the model */
	List *schemas;	   /* char * */
	Snapshot snapshot; /* by which inside() sees what there is */
	SmEnactment enactment;
};

/* ---- Setting it up ---- */

static void
check_callable(void)
{
	if (RecoveryInProgress())
		ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
						errmsg("cannot run a model during recovery"),
						errhint("Do it on the primary server.")));
	if (XactReadOnly)
		ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
						errmsg("cannot run a model in a read-only transaction"),
						errdetail("Its objects are made, and rolled back.")));
	if (IsInParallelMode())
		ereport(ERROR, (errcode(ERRCODE_INVALID_TRANSACTION_STATE),
						errmsg("cannot run a model in a parallel operation")));
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg(
					 "cannot run a model within security-restricted operation")));
	sm_locks_refuse_within_run();
}

/*
 * The caller's search_path, with his own name for $user: the model runs as
 * another role.
 */
static char *
path_of_caller(void)
{
	char *copy = pstrdup(GetConfigOption("search_path", false, false));
	StringInfoData buf;
	List *names;
	ListCell *lc;

	initStringInfo(&buf);
	/* the server has checked its syntax */
	if (!SplitIdentifierString(copy, ',', &names))
		return buf.data;
	foreach (lc, names)
	{
		const char *name = lfirst(lc);

		if (strcmp(name, "$user") == 0)
			name = sm_env_role_name(GetUserId());
		appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "",
						 quote_identifier(name));
	}
	return buf.data;
}

static List *
all_schemas(const SmScratchSpec *spec, const SmDdl *ddl)
{
	List *schemas = list_copy(spec->schemas);
	ListCell *lc;

	foreach (lc, ddl->schemas)
	{
		if (!sm_names_have(schemas, lfirst(lc)))
			schemas = lappend(schemas, lfirst(lc));
	}
	foreach (lc, schemas)
		sm_aside_check(lfirst(lc));
	return schemas;
}

/*
 * Makes the role that the model runs as.  Its name is that of no other
 * backend's, since one of the same name would wait for this one to be rolled
 * back.
 */
static Oid
make_owner(void)
{
	Oid caller = GetUserId();
	char *name = psprintf("schemamig model owner %d", MyProcPid);
	char *sql = superuser_arg(caller)
					? psprintf("CREATE ROLE \"%s\" SUPERUSER", name)
					: psprintf("CREATE ROLE \"%s\" IN ROLE %s", name,
							   quote_identifier(sm_env_role_name(caller)));
	SmEnv env;

	sm_env_enter_superuser(&env);
	sm_exec_raw(linitial_node(RawStmt, sm_script_parse_statement(sql)), sql);
	sm_env_leave(&env);
	return get_role_oid(name, false);
}

/* The settings under which the model runs */
static List *
model_settings(const SmScratch *s)
{
	List *settings = list_make3(sm_env_setting("search_path", s->path),
								sm_env_setting("lock_timeout", LOCK_TIMEOUT_MS),
								sm_env_setting("check_function_bodies", "off"));

	/* that something is there already is no news where all is rolled back */
	if (client_min_messages < WARNING)
		settings =
			lappend(settings, sm_env_setting("client_min_messages", "warning"));
	if (s->enactment.fast)
		settings =
			lappend(settings, sm_env_setting("default_table_access_method",
											 SM_SCRATCH_AM));
	return settings;
}

/* Whether check_function_bodies is on */
static bool
checks_bodies(void)
{
	return strcmp(GetConfigOption("check_function_bodies", false, false),
				  "on") == 0;
}

static void
set_up(SmScratch *s)
{
	SmEnactment *e = &s->enactment;
	ListCell *lc;
	SmEnv env;

	e->context =
		AllocSetContextCreate(CurTransactionContext, "schemamig scratch",
							  ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(e->context);
	sm_locks_scratch();
	sm_locks_observe(e->context);
	sm_nostorage_hook(e->context);
	e->owner = make_owner();
	e->caller = sm_env_role_name(GetUserId());
	if (e->fast)
	{
		sm_env_enter_superuser(&env);
		sm_nostorage_make();
		sm_env_leave(&env);
	}
	foreach (lc, s->ddl->solo)
		sm_displace(lfirst(lc));
	e->bounds.schemas = s->schemas;
	e->bounds.lazily = e->fast && !s->rounds;
	e->aside = sm_aside(s->schemas, s->ddl->created, e->owner);
	(void) sm_locks_all_created(&e->bounds.checked);
	e->path = s->path;
	e->checks_bodies = checks_bodies();
}

/* ---- Running it ---- */

/* Has queries see what there is now */
static void
look(SmScratch *s)
{
	sm_query_push_latest();
	s->snapshot = GetActiveSnapshot();
}

/* The body of the subtransaction */
static void
run_all(void *arg)
{
	SmScratch *s = arg;
	SmEnactment *e = &s->enactment;
	SmEnv env;

	set_up(s);
	sm_env_enter_role(&env, e->owner, model_settings(s));
	if (s->rounds)
		sm_enact_rounds(e, s->ddl);
	else
		sm_enact_straight(e, s->ddl);
	sm_bodies_check(e->bodies, s->ddl, &e->bounds);
	sm_bounds_settle(&e->bounds);
	sm_env_leave(&env);
	(void) sm_locks_all_created(&s->created);

	s->is_inside = true;
	look(s);
	s->inside(s, s->arg);
	PopActiveSnapshot();
}

/* Errors that it is no use to try another way after, or that must not wait */
static bool
is_final(const SmScratch *s, const ErrorData *error)
{
	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_OPERATOR_INTERVENTION:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_TRANSACTION_ROLLBACK:
			return true;
		default:
			return s->enactment.bounds.refused ||
				   error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE;
	}
}

static bool
has_replay(const SmDdl *ddl)
{
	ListCell *lc;

	foreach (lc, ddl->pieces)
	{
		if (((SmDdlPiece *) lfirst(lc))->replay)
			return true;
	}
	return false;
}

/* Chooses the next way to run the model; false if there is none left */
static bool
next_way(SmScratch *s, const ErrorData *error)
{
	if (is_final(s, error))
		return false;
	/* what revisions do has the order in which they did it */
	if (!s->rounds && !s->is_inside && !has_replay(s->ddl) &&
		sm_enact_missing(error->sqlerrcode))
		s->rounds = true;
	else if (s->enactment.fast)
		s->enactment.fast = false;
	else
		return false;
	ereport(DEBUG1,
			(errmsg_internal("running the model again, %s%s",
							 s->enactment.fast ? "without storage" : "on heap",
							 s->rounds ? ", in rounds" : ""),
			 errdetail_internal("%s", error->message)));
	return true;
}

/*
 * Runs the texts of a model, calls inside() when they have, and rolls all of it
 * back.  inside() runs with the rights and settings of the caller, and its own
 * memory ends with it: what is to be left has to be copied into a context that
 * the caller gives by arg.  It may be called more than once, and has to begin
 * anew then.
 *
 * An error in the model tells its piece, statement, line and column.
 */
void
sm_scratch(const SmScratchSpec *spec, SmScratchInside inside, void *arg)
{
	SmScratch s = { .spec = spec, .inside = inside, .arg = arg };
	ErrorData *error;
	bool fast;

	check_callable();
	s.ddl = spec->ddl ? spec->ddl : sm_ddl_parse(spec->texts, spec->schema);
	s.schemas = all_schemas(spec, s.ddl);
	s.caller_path = path_of_caller();
	s.path =
		s.caller_path[0] == '\0'
			? pstrdup(quote_identifier(spec->schema))
			: psprintf("%s, %s", quote_identifier(spec->schema), s.caller_path);
	s.enactment.fast = !spec->heap && !has_replay(s.ddl);

	EventTriggerInhibitCommandCollection();
	for (;;)
	{
		bool again;

		fast = s.enactment.fast;
		s.is_inside = false;
		error = sm_subxact_undo(run_all, &s);
		again = error && next_way(&s, error);
		fast = s.enactment.fast;
		memset(&s.enactment, 0, sizeof(s.enactment));
		s.enactment.fast = fast;
		if (!again)
			break;
		FreeErrorData(error);
	}
	EventTriggerUndoInhibitCommandCollection();
	sm_caches_give_back(s.created);
	if (error)
		ReThrowError(error);
}

/*
 * To be called by inside(): runs a script, as in a revision, on what the model
 * has made, with the caller's search_path.  Its errors tell the given name,
 * statement, line and column.
 */
void
sm_scratch_run(SmScratch *scratch, const char *name, const char *text)
{
	SmEnactment *e = &scratch->enactment;
	SmModelText model = { .name = name, .text = text, .replay = true };
	SmDdl *ddl = sm_ddl_parse(list_make1(&model), scratch->spec->schema);
	bool ours = ActiveSnapshotSet() && GetActiveSnapshot() == scratch->snapshot;
	List *settings = model_settings(scratch);
	SmEnv env;

	settings =
		lappend(settings, sm_env_setting("search_path", scratch->caller_path));
	settings =
		lappend(settings, sm_env_setting("check_function_bodies",
										 checks_bodies() ? "on" : "off"));
	if (ours)
		PopActiveSnapshot();
	e->is_script = true;
	e->bounds.lazily = false;
	e->path = scratch->caller_path;
	sm_env_enter_role(&env, e->owner, settings);
	sm_enact_straight(e, ddl);
	sm_env_leave(&env);
	(void) sm_locks_all_created(&scratch->created);
	if (ours)
		look(scratch);
}

/*
 * The role that owns what the model does not give to anybody, and that has
 * granted what it grants; it ends with inside().
 */
Oid
sm_scratch_owner(const SmScratch *scratch)
{
	return scratch->enactment.owner;
}
