/*-------------------------------------------------------------------------
 *
 * rename.c
 *	  Objects that have another name in the desired state.
 *
 * A rename is never guessed.  Somebody says it: in the call, where a name that
 * does not fit is an error, or in the text of the model, where it stays for
 * ever: when it has been done, or on a database that never had the old name,
 * there is nothing to do.
 *
 * Old and new names are looked up from the outside to the inside: schemas, what
 * is in them, and parts of that.  So the old name of a column can stand with
 * the old name of its table as well as with the new one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"
#include "utils/syscache.h"

#include "compat.h"
#include "env.h"
#include "query.h"
#include "rename.h"
#include "rename_along.h"
#include "rename_extension.h"
#include "rename_name.h"
#include "rename_same.h"

typedef struct Hint
{
	SmRenameName *old;
	SmRenameName *new;
	bool asked;
} Hint;

/* An object that the old name of a hint may mean */
typedef struct Candidate
{
	const SmObject *object; /* of a label, its type */
	bool is_label;
	const char *schema; /* to which it goes; NULL: a part */
	bool is_desired;	/* the desired state has the new name */
} Candidate;

/* ------------------------------------------------------------------------
 * Reading hints
 * ------------------------------------------------------------------------ */

static void
refuse_json(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("renames must be a JSON object of strings"),
					errhint("Write {\"app.old_name\": \"app.new_name\"}.")));
}

/*
 * The argument renames, a jsonb object of old names and new ones, as a list of
 * SmRename.  What is not of that form is an error.
 */
List *
sm_rename_parse(Datum renames)
{
	JsonbIterator *it = JsonbIteratorInit(&DatumGetJsonbP(renames)->root);
	JsonbIteratorToken token;
	JsonbValue value;
	SmRename *rename = NULL;
	List *result = NIL;

	if (!JB_ROOT_IS_OBJECT(DatumGetJsonbP(renames)))
		refuse_json();
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			rename = palloc0_object(SmRename);
			rename->asked = true;
			rename->old_identity =
				pnstrdup(value.val.string.val, value.val.string.len);
		}
		else if (token == WJB_VALUE)
		{
			if (value.type != jbvString)
				refuse_json();
			rename->new_identity =
				pnstrdup(value.val.string.val, value.val.string.len);
			result = lappend(result, rename);
		}
	}
	return result;
}

static Hint *
read_hint(const SmRename *rename)
{
	Hint *hint = palloc0_object(Hint);

	hint->old = sm_rename_name(rename->old_identity);
	hint->new = sm_rename_name(rename->new_identity);
	hint->asked = rename->asked;
	if (hint->old->n != hint->new->n || (hint->old->kind && hint->new->kind &&
										 hint->old->kind != hint->new->kind))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" cannot be renamed to \"%s\"", hint->old->text,
						hint->new->text),
				 errdetail("These are not names of the same kind of object.")));
	if (hint->old->kind == NULL)
		hint->old->kind = hint->new->kind;
	return hint;
}

/* Those of the call first: they count if others say something else */
static List *
read_hints(const List *renames)
{
	List *asked = NIL;
	List *told = NIL;
	ListCell *lc;

	foreach (lc, renames)
	{
		Hint *hint = read_hint(lfirst(lc));

		if (hint->asked)
			asked = lappend(asked, hint);
		else
			told = lappend(told, hint);
	}
	return list_concat(asked, told);
}

/*
 * The schemas, a list of names, with what those that are to be renamed are
 * called as yet, according to hints, a list of SmRename.  Objects in these are
 * managed as well, since they are the same.
 */
List *
sm_rename_schemas(const List *hints, const List *schemas)
{
	List *result = list_copy(schemas);
	ListCell *lc;

	foreach (lc, read_hints(hints))
	{
		const Hint *hint = lfirst(lc);
		const char *old = hint->old->part[0];
		const char *new = hint->new->part[0];

		if (hint->new->n == 1 && sm_names_have(result, new) &&
			!sm_names_have(result, old) &&
			OidIsValid(get_namespace_oid(old, true)) &&
			!OidIsValid(get_namespace_oid(new, true)))
			result = lappend(result, (void *) old);
	}
	return result;
}

/* ------------------------------------------------------------------------
 * What a hint may mean
 * ------------------------------------------------------------------------ */

/* Is the schema, by the name that it began with, or has in the end, meant? */
static bool
is_schema(const SmRenameSet *set, const char *schema, const char *name)
{
	return strcmp(schema, name) == 0 ||
		   strcmp(sm_rename_schema(set, schema, SM_TIME_END), name) == 0;
}

/* A list of arguments without the word that those of procedures may have */
static char *
without_in(const char *args)
{
	StringInfoData buf;
	bool begins = true;

	initStringInfo(&buf);
	while (*args)
	{
		if (begins && strncmp(args, "IN ", 3) == 0)
			args += 3;
		begins = *args == ',' || (begins && *args == ' ');
		if (*args)
			appendStringInfoChar(&buf, *args++);
	}
	return buf.data;
}

/* Are these the arguments of the routine? */
static bool
has_args(const SmObject *object, const char *said)
{
	const char *own = without_in(strrchr(object->identity, '(') + 1);
	const char *args = without_in(said);
	StringInfoData buf;

	if (strlen(own) == strlen(args) + 1 &&
		strncmp(own, args, strlen(args)) == 0)
		return true;
	/* as the server writes them */
	initStringInfo(&buf);
	while (*args)
	{
		size_t length = strcspn(args, ",");
		Oid type;
		int32 typmod;

		sm_parse_type(pnstrdup(args, length), &type, &typmod);
		if (!OidIsValid(type))
			return false;
		appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "",
						 format_type_be(type));
		args += length + (args[length] ? 1 : 0);
	}
	appendStringInfoChar(&buf, ')');
	return strcmp(own, buf.data) == 0;
}

static Candidate *
add_candidate(List **candidates, const SmObject *object, const char *schema)
{
	Candidate *candidate = palloc0_object(Candidate);

	candidate->object = object;
	candidate->schema = schema;
	*candidates = lappend(*candidates, candidate);
	return candidate;
}

static List *
find_schemas(const SmRenameSet *set, const Hint *hint)
{
	const SmObject *object =
		sm_snapshot_find(set->live, &sm_kind_schema,
						 quote_identifier(hint->old->part[0]));
	List *candidates = NIL;

	if (object)
		add_candidate(&candidates, object, NULL)->is_desired =
			sm_snapshot_find(set->to, &sm_kind_schema,
							 quote_identifier(hint->new->part[0])) != NULL;
	return candidates;
}

/* Objects that stand in a schema */
static List *
find_wholes(const SmRenameSet *set, const Hint *hint)
{
	const char *schema = sm_rename_schema_at_end(set, hint->new->part[0]);
	const char *args = hint->old->args;
	List *candidates = NIL;
	ListCell *lc;

	foreach (lc, sm_rename_set_called(set, hint->old->part[1]))
	{
		const SmObject *object = lfirst(lc);
		SmRenameShape shape = sm_rename_shape(object);
		const char *identity;

		if ((shape != SM_SHAPE_ROUTINE && (shape != SM_SHAPE_WHOLE || args)) ||
			(hint->old->kind && object->kind != hint->old->kind) ||
			!is_schema(set, object->schema, hint->old->part[0]) ||
			(args && !has_args(object, args)))
			continue;
		identity =
			sm_rename_identity_as(set, object, schema ? schema : object->schema,
								  hint->new->part[1], SM_TIME_END);
		add_candidate(&candidates, object, schema)->is_desired =
			schema && sm_snapshot_find(set->to, object->kind, identity);
	}
	return candidates;
}

/* Does the enum type have the value? */
static Oid
find_label(const SmObject *type, const char *label)
{
	Oid oid = InvalidOid;

	if (strlen(label) < NAMEDATALEN)
		oid = GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid,
							  ObjectIdGetDatum(type->address.objid),
							  CStringGetDatum(label));
	return oid;
}

/* The values of an enum type, which are its only attribute, as strings */
static List *
enum_values(const SmObject *type)
{
	const char *values = sm_attr(type, SM_FIRST_ATTR);

	if (values == NULL)
		return NIL;
	return sm_text_array_to_list(
		OidFunctionCall3(F_ARRAY_IN, CStringGetDatum(values),
						 ObjectIdGetDatum(TEXTOID), Int32GetDatum(-1)));
}

/* Has the desired state an enum type like this one with the value? */
static bool
label_is_desired(const SmRenameSet *set, const SmObject *type,
				 const char *label)
{
	const SmObject *to =
		sm_snapshot_find(set->to, type->kind,
						 sm_rename_identity(set, type, SM_TIME_END));
	ListCell *lc;

	foreach (lc, to ? enum_values(to) : NIL)
		if (strcmp(lfirst(lc), label) == 0)
			return true;
	return false;
}

/*
 * What is, in the end, the object that the new name is a part of?  If there is
 * none: what was it in the beginning?
 */
static List *
find_parents(const SmRenameSet *set, const Hint *hint)
{
	const char *schema = sm_rename_schema_at_end(set, hint->new->part[0]);
	const char *name = hint->new->part[1];
	List *parents = NIL;
	List *before = NIL;
	ListCell *lc;

	foreach (lc, set->renamed)
	{
		const SmRenamed *renamed = lfirst(lc);

		if (schema && renamed->shape == SM_SHAPE_WHOLE && renamed->is_object &&
			strcmp(renamed->new_name, name) == 0 &&
			strcmp(renamed->new_schema, schema) == 0)
			parents = lappend(parents, (void *) renamed->object);
	}
	foreach (lc, sm_rename_set_called(set, name))
	{
		const SmObject *object = lfirst(lc);

		if (sm_rename_shape(object) != SM_SHAPE_WHOLE ||
			!is_schema(set, object->schema, hint->new->part[0]))
			continue;
		if (sm_rename_set_find(set, object))
			before = lappend(before, (void *) object);
		else
			parents = lappend(parents, (void *) object);
	}
	return parents ? parents : before;
}

static List *
find_parts(const SmRenameSet *set, const Hint *hint)
{
	const SmRenameName *old = hint->old;
	const char *new_name = hint->new->part[2];
	List *candidates = NIL;
	ListCell *lc;

	foreach (lc, find_parents(set, hint))
	{
		const SmObject *parent = lfirst(lc);

		if (!is_schema(set, parent->schema, old->part[0]) &&
			strcmp(old->part[0], hint->new->part[0]) != 0)
			continue;
		if (strcmp(old->part[1], parent->name) != 0 &&
			strcmp(old->part[1], hint->new->part[1]) != 0)
			continue;
		if (parent->kind == &sm_kind_enum &&
			find_label(parent, old->part[2]) != InvalidOid)
		{
			Candidate *label = add_candidate(&candidates, parent, NULL);

			label->is_label = true;
			label->is_desired = label_is_desired(set, parent, new_name);
		}
		for (int i = 0; i < parent->children.n; i++)
		{
			const SmObject *child = parent->children.item[i];
			SmRenameShape shape = sm_rename_shape(child);

			if ((shape == SM_SHAPE_COLUMN || shape == SM_SHAPE_PART) &&
				strcmp(child->name, old->part[2]) == 0 &&
				(old->kind == NULL || child->kind == old->kind))
				add_candidate(&candidates, child, NULL)->is_desired =
					sm_snapshot_find(set->to, child->kind,
									 sm_rename_identity_as(set, child,
														   child->schema,
														   new_name,
														   SM_TIME_END)) !=
					NULL;
		}
	}
	return candidates;
}

/* Can the old name be that of a routine? */
static bool
may_be_routine(const SmRenameSet *set, const Hint *hint)
{
	ListCell *lc;

	foreach (lc, sm_rename_set_called(set, hint->old->part[1]))
		if (sm_rename_shape(lfirst(lc)) == SM_SHAPE_ROUTINE)
			return true;
	return false;
}

static List *
find_old(const SmRenameSet *set, const Hint *hint)
{
	switch (hint->old->n)
	{
		case 1:
			return find_schemas(set, hint);
		case 2:
			return find_wholes(set, hint);
		default:
			return find_parts(set, hint);
	}
}

/* Is there an object of this name? */
static bool
exists(const SmRenameSet *set, const SmRenameName *name)
{
	Hint hint = { 0 };

	hint.old = (SmRenameName *) name;
	hint.new = (SmRenameName *) name;
	return find_old(set, &hint) != NIL;
}

/*
 * Has that which the hint says been done already?  A part may be called after
 * what its table was called before another one of the hints was followed.
 */
static bool
is_done(const SmRenameSet *set, const Hint *hint, const List *hints)
{
	ListCell *lc;

	if (exists(set, hint->new))
		return true;
	if (hint->new->n < 3)
		return false;
	foreach (lc, hints)
	{
		const Hint *whole = lfirst(lc);
		SmRenameName part = *hint->new;

		if (whole->old->n != 2 ||
			strcmp(whole->old->part[0], part.part[0]) != 0 ||
			strcmp(whole->old->part[1], part.part[1]) != 0)
			continue;
		part.part[0] = whole->new->part[0];
		part.part[1] = whole->new->part[1];
		if (exists(set, &part))
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------------
 * What a hint means
 * ------------------------------------------------------------------------ */

static void
refuse_hint(const Hint *hint, const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("\"%s\" cannot be renamed to \"%s\"",
						   hint->old->text, hint->new->text),
					errdetail_internal("%s", detail)));
}

/* The order in which they were read depends on how the server has read them */
static void
refuse_both(const Hint *hint, const SmObject *a, const SmObject *b)
{
	bool in_order = strcmp(a->identity, b->identity) < 0;
	const SmObject *first = in_order ? a : b;
	const SmObject *second = in_order ? b : a;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" means more than one object", hint->old->text),
			 errdetail("It can be %s %s or %s %s.", first->kind->name,
					   first->identity, second->kind->name, second->identity),
			 errhint(
				 "Write the kind and a colon before the name, and the types of arguments behind that of a function.")));
}

/* The only candidate that the desired state knows by the new name, or NULL */
static const Candidate *
choose(const Hint *hint, const List *candidates)
{
	const Candidate *chosen = NULL;
	ListCell *lc;

	foreach (lc, candidates)
	{
		const Candidate *candidate = lfirst(lc);

		if (!candidate->is_desired)
			continue;
		if (chosen)
			refuse_both(hint, chosen->object, candidate->object);
		chosen = candidate;
	}
	return chosen;
}

/* A value of an enum, if it has not been noted yet */
static SmRenamed *
note_label(SmRenameSet *set, const SmObject *type, const char *label)
{
	SmAddress address = { EnumRelationId, InvalidOid, 0 };
	ListCell *lc;

	address.objid = find_label(type, label);
	foreach (lc, set->renamed)
		if (((SmRenamed *) lfirst(lc))->address.objid == address.objid &&
			((SmRenamed *) lfirst(lc))->shape == SM_SHAPE_LABEL)
			return NULL;
	return sm_rename_set_add_new(set, SM_SHAPE_LABEL, type->kind, type, type,
								 NULL, label, address);
}

/* Notes what the hint says.  The first one about an object counts */
static void
note(SmRenameSet *set, const Hint *hint, const Candidate *candidate)
{
	const char *name = hint->new->part[hint->new->n - 1];
	SmRenamed *renamed;

	if (strlen(name) >= NAMEDATALEN)
		refuse_hint(hint, "The new name is too long.");
	if (candidate->is_label)
		renamed = note_label(set, candidate->object, hint->old->part[2]);
	else if (sm_rename_set_find(set, candidate->object))
		return;
	else
		renamed = sm_rename_set_add(set, candidate->object);
	if (renamed == NULL)
		return;
	renamed->hinted = true;
	renamed->told = !hint->asked;
	renamed->new_name = name;
	if (candidate->schema)
		renamed->new_schema = candidate->schema;
	if (renamed->new_schema && renamed->parent == NULL &&
		sm_snapshot_find(set->live, &sm_kind_schema,
						 quote_identifier(renamed->new_schema)) == NULL)
		refuse_hint(hint,
					"The other schema must be there already, and must be one of those that are compared.");
}

/* Does the desired state have all of them by the names that they have? */
static bool
are_kept(const SmRenameSet *set, const List *candidates)
{
	ListCell *lc;

	foreach (lc, candidates)
	{
		const SmObject *object = ((const Candidate *) lfirst(lc))->object;

		if (((const Candidate *) lfirst(lc))->is_label ||
			sm_snapshot_find(set->to, object->kind, object->identity) == NULL)
			return false;
	}
	return true;
}

static void
resolve(SmRenameSet *set, const Hint *hint, const List *hints)
{
	List *candidates = find_old(set, hint);
	const Candidate *chosen = choose(hint, candidates);

	if (chosen)
		note(set, hint, chosen);
	else if (!hint->asked ||
			 (are_kept(set, candidates) && is_done(set, hint, hints)))
		return;
	else if (candidates)
		refuse_hint(hint,
					"The desired state has no such object of the new name.");
	else
		refuse_hint(hint, "There is no object of the old name.");
}

/*
 * Does what is in the way go?  What the desired state has by that name is what
 * is renamed.  A hint in the model does not tell whether that has been done and
 * the old name come back since, so it is not enough for what holds data.
 */
static bool
goes(const SmRenameSet *set, const SmRenamed *renamed, const SmObject *object)
{
	SmRenameShape shape = sm_rename_shape(object);

	if (shape == SM_SHAPE_SCHEMA || object->kind == &sm_kind_view_column)
		return false;
	if ((object->kind->flags & SM_KIND_HOLDS_DATA) &&
		(!renamed->hinted || renamed->told))
		return false;
	return object->kind == renamed->kind ||
		   sm_snapshot_find(set->to, object->kind, object->identity) == NULL;
}

/* What is in the way, and goes, steps aside until it is dropped */
static bool
steps_aside(SmRenameSet *set, const SmRenamed *renamed)
{
	const SmObject *object = sm_rename_set_obstacle(set, renamed);

	if (object == NULL || !goes(set, renamed, object))
		return false;
	sm_rename_set_put_aside(set, sm_rename_set_add(set, object));
	return true;
}

/*
 * The old name is there, and so is the new one.  If the desired state has both
 * then nothing is to be renamed, any more.  Otherwise one of both objects has
 * to be dropped, and somebody must have said which.
 */
static void
settle_conflict(SmRenameSet *set, SmRenamed *renamed)
{
	const char *old =
		sm_rename_identity_as(set, renamed->object, renamed->schema,
							  renamed->name, SM_TIME_END);
	bool is_kept = renamed->shape == SM_SHAPE_LABEL
					   ? label_is_desired(set, renamed->object, renamed->name)
					   : sm_snapshot_find(set->to, renamed->kind, old) != NULL;

	if (!is_kept && steps_aside(set, renamed))
		return;
	if (!is_kept)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s %s cannot be renamed to %s", renamed->kind->name,
						sm_rename_renamed_identity(set, renamed, SM_TIME_NOW),
						sm_rename_renamed_identity(set, renamed, SM_TIME_END)),
				 errdetail("Something else has the new name, or gets it."),
				 renamed->told
					 ? errhint(
						   "If that is to be dropped, say the same in the argument renames.")
					 : errhint("Drop or rename that in a revision before.")));
	sm_rename_set_remove(set, renamed);
}

static bool
keeps_name(const SmRenamed *renamed)
{
	return strcmp(renamed->name, renamed->new_name) == 0 &&
		   (renamed->schema == NULL ||
			strcmp(renamed->schema, renamed->new_schema) == 0);
}

/* What has the new name of the other one as yet, and is renamed too; or NULL */
static SmRenamed *
find_next(const SmRenameSet *set, const SmRenamed *renamed)
{
	ListCell *lc;

	foreach (lc, set->renamed)
	{
		SmRenamed *other = lfirst(lc);

		if (other->kind == renamed->kind && other->shape == renamed->shape &&
			other->parent == renamed->parent &&
			strcmp(other->name, renamed->new_name) == 0 &&
			(other->schema == NULL ||
			 strcmp(other->schema, renamed->new_schema) == 0))
			return other;
	}
	return NULL;
}

/*
 * A model whose hints exchange names looks the same before and after.  So it
 * cannot be known whether that has been done, and it would be done each time.
 */
static void
refuse_exchange(const SmRenameSet *set, const SmRenamed *renamed)
{
	const SmRenamed *next = renamed;

	for (int i = 0; next && i < list_length(set->renamed); i++)
	{
		next = find_next(set, next);
		if (next == renamed)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("hints in the model exchange the name of %s %s with others",
							renamed->kind->name, renamed->object->identity),
					 errdetail(
						 "They do not tell whether that has been done already."),
					 errhint(
						 "Use the argument renames, once, in place of these hints.")));
	}
}

/* Takes out what has its name already, or cannot get it */
static void
settle(SmRenameSet *set)
{
	int n;
	ListCell *lc;

	/* what is taken out keeps its name, which somebody else may want */
	do
	{
		List *all = list_copy(set->renamed);

		n = list_length(all);
		foreach (lc, all)
		{
			SmRenamed *renamed = lfirst(lc);

			if (keeps_name(renamed))
				sm_rename_set_remove(set, renamed);
			else if (sm_rename_set_taken(set, renamed, renamed->new_schema,
										 renamed->new_name, SM_TIME_END))
				settle_conflict(set, renamed);
		}
	} while (list_length(set->renamed) < n);
	foreach (lc, set->renamed)
		if (((SmRenamed *) lfirst(lc))->told)
			refuse_exchange(set, lfirst(lc));
}

/*
 * From the outside to the inside; routines behind types, which their names have
 * as arguments.
 */
static int
rank(const SmRenameSet *set, const Hint *hint)
{
	switch (hint->old->n)
	{
		case 1:
			return 0;
		case 2:
			return may_be_routine(set, hint) ? 2 : 1;
		default:
			return 3;
	}
}

static void
resolve_all(SmRenameSet *set, const List *hints)
{
	for (int i = 0; i <= 3; i++)
	{
		ListCell *lc;

		foreach (lc, hints)
		{
			const Hint *hint = lfirst(lc);

			if (rank(set, hint) == i)
				resolve(set, hint, hints);
		}
		settle(set);
	}
}

/*
 * The steps, a list of SmRenameStep, that give objects of the live state the
 * names that they have in the desired one, according to hints, a list of
 * SmRename, or because they differ by nothing else (rename_same.c), and move
 * extensions to the schema that they have there.  NIL if nothing is to be
 * renamed or moved.  A hint that does not fit is an error.
 * To be called before anything is changed in the catalogs that live was read
 * from.
 */
List *
sm_rename_steps(const List *hints, const SmFilter *filter,
				const SmSnapshot *live, const SmSnapshot *to)
{
	SmRenameSet *set = NULL;
	List *steps;
	SmEnv env;

	sm_env_enter_deparse(&env);
	if (hints || sm_rename_same_any(live, to))
	{
		set = sm_rename_set_create(live, to);
		resolve_all(set, read_hints(hints));
		sm_rename_same(set, filter);
	}
	steps = sm_rename_extensions(set, live, to);
	if (set && set->renamed)
	{
		sm_rename_along(set);
		steps = list_concat(steps, sm_rename_order(set));
	}
	sm_env_leave(&env);
	return steps;
}
