/*-------------------------------------------------------------------------
 *
 * rename_guess.c
 *	  Renames that nobody has said.
 *
 * What is dropped and what is created look alike if they are described by the
 * same text when their names, and that of the table, are replaced by a mark.
 * The names of a table's columns are not replaced: they make it what it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "compat.h"
#include "kinds.h"
#include "rename_guess.h"
#include "rename_set.h"

#define MARK '$'

/* One of those that are dropped or created */
typedef struct Suspect
{
	const SmObject *object;
	const char *description;
	bool is_new;
	int seq; /* order in the snapshot */
} Suspect;

/* Can the character stand inside of what is replaced as a whole? */
static bool
is_word(char c)
{
	return isalnum((unsigned char) c) || IS_HIGHBIT_SET(c);
}

/* The text, with a mark where the name stands */
static char *
mask(const char *text, const char *name)
{
	size_t length = strlen(name);
	StringInfoData buf;

	initStringInfo(&buf);
	for (const char *at = text; *at;)
	{
		if (strncmp(at, name, length) == 0 &&
			(at == text || !is_word(at[-1]) || !is_word(name[0])) &&
			(!is_word(at[length]) || !is_word(name[length - 1])))
		{
			appendStringInfoChar(&buf, MARK);
			at += length;
		}
		else
			appendStringInfoChar(&buf, *at++);
	}
	return buf.data;
}

/* The text without the object's name, in all forms in which it may stand */
static char *
mask_object(const char *text, const SmObject *object)
{
	char *masked;

	if (object->name == NULL)
		return pstrdup(text);
	if (object->schema == NULL)
		return mask(text, object->name);
	masked =
		mask(text, quote_qualified_identifier(object->schema, object->name));
	masked = mask(masked, quote_identifier(object->name));
	return mask(masked, object->name);
}

static void
describe_attributes(StringInfo buf, const SmObject *object,
					const SmObject *whole)
{
	const SmKind *kind = object->kind;

	for (int i = 0; i < kind->n_attrs; i++)
	{
		const char *value = sm_attr(object, SM_FIRST_ATTR + i);

		if (value == NULL || (kind->attrs[i].flags & SM_ATTR_INFO))
			continue;
		if (object != whole && sm_rename_shape(object) != SM_SHAPE_COLUMN)
			value = mask_object(value, object);
		appendStringInfo(buf, "%s=%s\n", kind->attrs[i].name,
						 mask_object(value, whole));
	}
}

static int
compare_strings(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/* What it is, and what its children are, without the name of the whole */
static char *
describe(const SmObject *object, const SmObject *whole)
{
	List *children = NIL;
	StringInfoData buf;
	ListCell *lc;

	initStringInfo(&buf);
	appendStringInfo(&buf, "%s\n", object->kind->name);
	if (object != whole && sm_rename_shape(object) == SM_SHAPE_COLUMN)
		appendStringInfo(&buf, "%s\n", object->name);
	describe_attributes(&buf, object, whole);
	for (int i = 0; i < object->children.n; i++)
		children = lappend(children, describe(object->children.item[i], whole));
	list_sort(children, compare_strings);
	foreach (lc, children)
		appendStringInfo(&buf, "(%s)\n", (char *) lfirst(lc));
	return buf.data;
}

/* Appends those that are dropped, or created, and not along with others */
static List *
add_suspects(List *suspects, const SmSnapshot *snapshot, SmFate fate)
{
	for (int i = 0; i < snapshot->objects.n; i++)
	{
		const SmObject *object = snapshot->objects.item[i];
		const SmObject *parent = object->parent;
		Suspect *suspect;

		CHECK_FOR_INTERRUPTS();
		if (object->fate != fate || object->ignored ||
			(parent && (sm_delta_drops(parent) || sm_delta_creates(parent))) ||
			sm_rename_shape(object) == SM_SHAPE_NONE)
			continue;
		suspect = palloc0_object(Suspect);
		suspect->object = object;
		suspect->is_new = fate == SM_CREATE;
		suspect->seq = i;
		/* a part can only be renamed within what it is a part of */
		suspect->description = psprintf("%s%s", describe(object, object),
										parent ? parent->identity : "");
		suspects = lappend(suspects, suspect);
	}
	return suspects;
}

static int
compare_suspects(const ListCell *a, const ListCell *b)
{
	const Suspect *x = lfirst(a);
	const Suspect *y = lfirst(b);
	int order = strcmp(x->description, y->description);

	return order != 0 ? order : (int) x->is_new - (int) y->is_new;
}

static int
compare_pairs(const ListCell *a, const ListCell *b)
{
	const Suspect *x = linitial(lfirst(a));
	const Suspect *y = linitial(lfirst(b));

	return x->seq - y->seq;
}

/* Is the i-th one described like the j-th one? */
static bool
is_like(const List *suspects, int i, int j)
{
	if (i < 0 || j >= list_length(suspects))
		return false;
	return strcmp(((Suspect *) list_nth(suspects, i))->description,
				  ((Suspect *) list_nth(suspects, j))->description) == 0;
}

/* Lists of two: one that is dropped, and the only one like it, created */
static List *
find_pairs(List *suspects)
{
	List *pairs = NIL;

	list_sort(suspects, compare_suspects);
	for (int i = 0; i + 1 < list_length(suspects); i++)
	{
		Suspect *old = list_nth(suspects, i);
		Suspect *new = list_nth(suspects, i + 1);

		if (!old->is_new && new->is_new && is_like(suspects, i, i + 1) &&
			!is_like(suspects, i - 1, i) && !is_like(suspects, i + 1, i + 2))
			pairs = lappend(pairs, list_make2(old, new));
	}
	list_sort(pairs, compare_pairs);
	return pairs;
}

/* The argument by which the caller can say that it is a rename */
static char *
argument(const SmObject *old, const SmObject *new)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	escape_json(&json, old->identity);
	appendStringInfoString(&json, ": ");
	escape_json(&json, new->identity);
	appendStringInfoChar(&json, '}');
	return quote_literal_cstr(json.data);
}

/*
 * What the delta drops and creates, and what may be the same thing of another
 * name: a list of messages, each of which says how to have it renamed.  The
 * delta must have been made, and be the one that leads to the desired state.
 */
List *
sm_rename_likely(const SmDelta *upgrade)
{
	List *suspects = add_suspects(NIL, upgrade->from, SM_DROP);
	List *messages = NIL;
	ListCell *lc;

	if (suspects)
		suspects = add_suspects(suspects, upgrade->to, SM_CREATE);
	foreach (lc, find_pairs(suspects))
	{
		const SmObject *old = ((Suspect *) linitial(lfirst(lc)))->object;
		const SmObject *new = ((Suspect *) lsecond(lfirst(lc)))->object;

		messages =
			lappend(messages, psprintf("%s %s looks like %s (renames => %s)",
									   old->kind->name, old->identity,
									   new->identity, argument(old, new)));
	}
	return messages;
}
