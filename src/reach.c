/*-------------------------------------------------------------------------
 *
 * reach.c
 *	  Which of the objects that are in no schema are compared.
 *
 * Servers, publications, event triggers and the like belong to the whole
 * database, in which there may be more than what a model is about.  So one is
 * compared only
 *
 * - if the model makes it;
 * - or if the model makes others of its kind, or it uses, or is used by, what
 *   is in a managed schema; unless it also has to do with a schema that is not
 *   managed, for then it is not the model's to change or drop.
 *
 * User mappings go with their server, what a publication has with that, and
 * default privileges in a schema with the schema.
 *
 * What a model only uses is "given": it is left out on both sides.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "compat.h"
#include "kinds.h"
#include "locks.h"
#include "query.h"
#include "reach.h"

/* clang-format off */
/* What was there from the beginning has to do with everything, or nothing */
#define OWN(catalog)                                                           \
	"SELECT '" catalog "'::regclass::oid, oid FROM " catalog " "               \
	"WHERE oid >= 16384 "

#define IN_SCHEMA(catalog, namespace)                                          \
	"SELECT '" catalog "'::regclass::oid, oid, " namespace " FROM " catalog " "

/*
 * Objects that use, or are used by, objects of schemas that are not managed.
 * Members of extensions are in a schema by chance.
 */
static SmQuery elsewhere_query = {
	.sql =
		"WITH own (classid, objid) AS ("
		OWN("pg_foreign_data_wrapper")
		"UNION ALL " OWN("pg_foreign_server")
		"UNION ALL " OWN("pg_language")
		"UNION ALL " OWN("pg_am")
		"UNION ALL " OWN("pg_cast")
		"UNION ALL " OWN("pg_transform")
		"UNION ALL " OWN("pg_event_trigger")
		"), links (classid, objid, otherclass, other) AS ("
		"SELECT o.classid, o.objid, d.refclassid, d.refobjid FROM own o "
		"JOIN pg_depend d ON d.classid = o.classid AND d.objid = o.objid "
		"UNION SELECT o.classid, o.objid, d.classid, d.objid FROM own o "
		"JOIN pg_depend d ON d.refclassid = o.classid "
		"AND d.refobjid = o.objid "
		"UNION SELECT 'pg_publication'::regclass, prpubid, "
		"'pg_class'::regclass, prrelid FROM pg_publication_rel "
		"UNION SELECT 'pg_publication'::regclass, pnpubid, "
		"'pg_namespace'::regclass, pnnspid FROM pg_publication_namespace "
		"UNION SELECT 'pg_subscription'::regclass, srsubid, "
		"'pg_class'::regclass, srrelid FROM pg_subscription_rel) "
		"SELECT DISTINCT l.classid, l.objid FROM links l, LATERAL ("
		"SELECT relnamespace FROM pg_class "
		"WHERE l.otherclass = 'pg_class'::regclass AND oid = l.other "
		"UNION ALL SELECT pronamespace FROM pg_proc "
		"WHERE l.otherclass = 'pg_proc'::regclass AND oid = l.other "
		"UNION ALL SELECT typnamespace FROM pg_type "
		"WHERE l.otherclass = 'pg_type'::regclass AND oid = l.other "
		"UNION ALL SELECT opfnamespace FROM pg_opfamily "
		"WHERE l.otherclass = 'pg_opfamily'::regclass AND oid = l.other "
		"UNION ALL SELECT l.other "
		"WHERE l.otherclass = 'pg_namespace'::regclass) s (oid) "
		"JOIN pg_namespace n ON n.oid = s.oid "
		"WHERE n.oid <> ALL ($1) AND n.nspname !~ '^pg_' "
		"AND n.nspname NOT IN ('information_schema', 'schemamig') "
		"AND NOT EXISTS (SELECT FROM pg_depend e "
		"WHERE e.classid = l.otherclass AND e.objid = l.other "
		"AND e.deptype = 'e')",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { OIDARRAYOID }
};
/* clang-format on */

static bool
is_databases(const SmObject *object)
{
	return (object->kind->flags & SM_KIND_DATABASE) != 0;
}

/* ------------------------------------------------------------------------
 * While a snapshot is read
 * ------------------------------------------------------------------------ */

static void
note_elsewhere(TupleTableSlot *slot, void *arg)
{
	SmAddress address = { InvalidOid, InvalidOid, 0 };
	SmObject *object;

	address.classid = DatumGetObjectId(slot->tts_values[0]);
	address.objid = DatumGetObjectId(slot->tts_values[1]);
	object = sm_snapshot_at(arg, address);
	if (object && is_databases(object))
		object->elsewhere = true;
}

/*
 * Notes which objects have to do with schemas other than these (oid[]).  To be
 * called when the database is as the snapshot has been read from it.
 */
void
sm_reach_elsewhere(SmSnapshot *snapshot, Datum schemas)
{
	sm_query_each(&elsewhere_query, &schemas, note_elsewhere, snapshot);
}

/* Was the object, or what it is a part of, made in the scratch? */
static bool
is_created(const SmObject *object)
{
	if (object->parent)
		return is_created(object->parent);
	return sm_locks_created(object->address.classid, object->address.objid);
}

static void
mark_given(const SmObject *object)
{
	for (int i = 0; i < object->needs.n; i++)
	{
		SmObject *needed = object->needs.item[i];

		if (!is_databases(needed) || needed->given || is_created(needed))
			continue;
		needed->given = true;
		mark_given(needed);
	}
}

static bool
was_there_before(const SmObject *object, void *arg)
{
	return is_databases(object) && !object->given && !is_created(object);
}

/*
 * Takes out what was there before the scratch, but marks as given what of that
 * the others need.  To be called in the scratch.
 */
void
sm_reach_created(SmSnapshot *snapshot)
{
	for (int i = 0; i < snapshot->objects.n; i++)
	{
		const SmObject *object = snapshot->objects.item[i];

		if (!is_databases(object) || is_created(object))
			mark_given(object);
	}
	sm_snapshot_prune(snapshot, was_there_before, NULL);
}

/* ------------------------------------------------------------------------
 * When both states are known
 * ------------------------------------------------------------------------ */

typedef struct Reach
{
	const SmSnapshot *live;
	const SmSnapshot *desired;
	bool *kept; /* by the number of the live object */
} Reach;

/* Of user mappings, those of one server are alike */
static bool
is_alike(const SmObject *a, const SmObject *b)
{
	if (a->kind == &sm_kind_user_mapping)
		return sm_text_same(sm_attr(a, SM_USER_MAPPING_SERVER),
							sm_attr(b, SM_USER_MAPPING_SERVER));
	return a->kind == b->kind;
}

/* Does the model make objects like this one? */
static bool
makes_such(const Reach *r, const SmObject *object)
{
	for (int i = 0; i < r->desired->objects.n; i++)
	{
		const SmObject *other = r->desired->objects.item[i];

		if (other->kind == object->kind && !other->given &&
			is_alike(object, other))
			return true;
	}
	return false;
}

/* Is one of these of a managed schema? */
static bool
any_in_schema(const SmObjects *objects)
{
	for (int i = 0; i < objects->n; i++)
		if (!is_databases(objects->item[i]) &&
			objects->item[i]->kind != &sm_kind_extension)
			return true;
	return false;
}

static bool
is_tied(const SmObject *object)
{
	if (object->kind == &sm_kind_publication &&
		sm_attr_true(object, SM_PUBLICATION_ALL_TABLES))
		return true;
	if (any_in_schema(&object->needs) || any_in_schema(&object->users))
		return true;
	for (int i = 0; i < object->children.n; i++)
		if (any_in_schema(&object->children.item[i]->needs))
			return true;
	return false;
}

/* The server of a user mapping; NULL: it is an extension's, or no mapping */
static const SmObject *
server_of(const SmObject *object)
{
	for (int i = 0;
		 object->kind == &sm_kind_user_mapping && i < object->needs.n; i++)
		if (object->needs.item[i]->kind == &sm_kind_server)
			return object->needs.item[i];
	return NULL;
}

static bool
is_kept(const Reach *r, const SmObject *object)
{
	const SmObject *desired;
	const SmObject *server;

	if (!is_databases(object))
		return true;
	if (object->parent && is_databases(object->parent))
		return r->kept[object->parent->number];
	desired = sm_snapshot_find(r->desired, object->kind, object->identity);
	if (desired)
		return !desired->given;
	if (object->elsewhere)
		return false;
	server = server_of(object);
	return makes_such(r, object) || is_tied(object) ||
		   (server && r->kept[server->number]);
}

/* Is one of the users, of those that are in no schema, kept, or not? */
static bool
any_user(const Reach *r, const SmObject *object, bool kept)
{
	for (int i = 0; i < object->users.n; i++)
	{
		const SmObject *user = object->users.item[i];

		if (is_databases(user) && user->kind != &sm_kind_user_mapping &&
			r->kept[user->number] == kept)
			return true;
	}
	return false;
}

/* What is kept takes along what it uses, but not what others use, too */
static void
follow_uses(const Reach *r, bool keep)
{
	/* from the users to what they use, which comes first in the order */
	for (int i = r->live->objects.n - 1; i >= 0; i--)
	{
		const SmObject *object = r->live->objects.item[i];

		if (is_databases(object) && object->parent == NULL &&
			r->kept[i] != keep && !object->elsewhere &&
			sm_snapshot_find(r->desired, object->kind, object->identity) ==
				NULL &&
			any_user(r, object, keep))
			r->kept[i] = keep;
	}
}

static bool
is_not_kept(const SmObject *object, void *arg)
{
	/* numbers of those that come later have not changed yet */
	return !((bool *) arg)[object->number];
}

/*
 * Takes out of the live state what is not to be compared with what is desired.
 * To be called before sm_reach_desired().
 */
void
sm_reach_live(SmSnapshot *live, const SmSnapshot *desired)
{
	Reach r = { live, desired, palloc0_array(bool, live->objects.n + 1) };

	for (int i = 0; i < live->objects.n; i++)
		r.kept[i] = is_kept(&r, live->objects.item[i]);
	follow_uses(&r, true);
	follow_uses(&r, false);
	for (int i = 0; i < live->objects.n; i++)
	{
		const SmObject *object = live->objects.item[i];
		const SmObject *server = server_of(object);

		/* parents and servers may have changed sides */
		if (object->parent && is_databases(object->parent))
			r.kept[i] = r.kept[object->parent->number];
		else if (server && !r.kept[server->number] &&
				 sm_snapshot_find(desired, object->kind, object->identity) ==
					 NULL &&
				 !makes_such(&r, object))
			r.kept[i] = false;
		else if (server && r.kept[server->number])
			r.kept[i] = true;
	}
	sm_snapshot_prune(live, is_not_kept, r.kept);
}

static bool
is_given(const SmObject *object, void *arg)
{
	return object->given;
}

/* Takes out of the desired state what the model has not made */
void
sm_reach_desired(SmSnapshot *desired)
{
	sm_snapshot_prune(desired, is_given, NULL);
}

static bool
is_in_no_schema(const SmObject *object, void *arg)
{
	return is_databases(object);
}

/* Leaves only what belongs to schemas */
void
sm_reach_nothing(SmSnapshot *snapshot)
{
	sm_snapshot_prune(snapshot, is_in_no_schema, NULL);
}
