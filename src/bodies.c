/*-------------------------------------------------------------------------
 *
 * bodies.c
 *	  Bodies of the functions that a model makes.
 *
 * They may use what comes later in the model, so they are checked when all of
 * it is there, as each language does it.  PL/pgSQL and others keep what they
 * have compiled for as long as the session lasts.  The functions of a model get
 * new OIDs each time it runs, so that nothing of it would be used again, and a
 * session that compares with the same text over and over would grow.  So these
 * languages check the bodies of a text once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "common/sha2.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "bodies.h"
#include "checksum.h"
#include "compat.h"
#include "env.h"

/* What was found to be good last: a checksum of a model's text */
static char good[PG_SHA256_DIGEST_STRING_LENGTH];

/* The validator of the function's language; InvalidOid if there is none */
static Oid
body_validator(Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid language;
	Oid validator = InvalidOid;

	/* it may have been dropped again */
	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	if (((Form_pg_proc) GETSTRUCT(tuple))->prokind == PROKIND_AGGREGATE)
	{
		ReleaseSysCache(tuple);
		return InvalidOid;
	}
	language = ((Form_pg_proc) GETSTRUCT(tuple))->prolang;
	ReleaseSysCache(tuple);
	tuple = SearchSysCache1(LANGOID, ObjectIdGetDatum(language));
	if (HeapTupleIsValid(tuple))
	{
		validator = ((Form_pg_language) GETSTRUCT(tuple))->lanvalidator;
		ReleaseSysCache(tuple);
	}
	return validator;
}

static char *
checksum(const SmDdl *ddl)
{
	StringInfoData all;
	ListCell *lc;

	initStringInfo(&all);
	appendStringInfoString(&all, GetConfigOption("search_path", false, false));
	foreach (lc, ddl->pieces)
		appendStringInfo(&all, "\n%s",
						 ((SmDdlPiece *) lfirst(lc))->script->text);
	return sm_checksum_text(all.data);
}

static void
check_body(const SmBody *body, Oid validator)
{
	SmScriptContext error_context;
	SmEnv env;

	sm_env_enter_settings(&env, body->settings);
	sm_env_set("check_function_bodies", "on");
	sm_script_push_context(&error_context, body->script);
	error_context.stmt = body->stmt;
	error_context.in_body = true;
	OidFunctionCall1(validator, ObjectIdGetDatum(body->function));
	sm_script_pop_context(&error_context);
	sm_env_leave(&env);
}

/*
 * Checks the bodies of functions that the model has made.  An error tells the
 * statement that made it, and the place in the body if the language does.
 */
void
sm_bodies_check(const List *bodies, const SmDdl *ddl, SmBounds *bounds)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "schemamig function bodies",
							  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	char *text = checksum(ddl);
	bool is_good = strcmp(text, good) == 0;
	MemoryContext one =
		AllocSetContextCreate(context, "schemamig function body",
							  ALLOCSET_DEFAULT_SIZES);
	ListCell *lc;

	MemoryContextSwitchTo(one);
	foreach (lc, bodies)
	{
		const SmBody *body = lfirst(lc);
		Oid validator = body_validator(body->function);

		CHECK_FOR_INTERRUPTS();
		/* those of languages of the server itself keep nothing */
		if (!OidIsValid(validator) ||
			(is_good && validator >= FirstGenbkiObjectId))
			continue;
		check_body(body, validator);
		sm_bounds_after(bounds, false);
		MemoryContextReset(one);
	}
	snprintf(good, sizeof(good), "%s", text);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}
