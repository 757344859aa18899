/*-------------------------------------------------------------------------
 *
 * filter.c
 *	  Which objects the caller wants to have compared.
 *
 * A pattern is "kind", "name" or "kind:name", where * stands for any
 * characters and ? for one.  Names are identities, as diff() shows them.  What
 * belongs to an object, like the columns of a table, goes with it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "filter.h"
#include "kinds.h"

/* Kinds that are attributes of all objects */
static const struct
{
	const char *name;
	int attribute;
} pseudo_kinds[] = { { "owner", SM_OWNER },
					 { "privilege", SM_ACL },
					 { "comment", SM_COMMENT },
					 { "security label", SM_LABELS } };

/* In time proportional to both lengths, whatever the pattern is */
static bool
matches(const char *pattern, const char *text)
{
	const char *star = NULL;
	const char *retry = NULL;

	while (*text)
	{
		if (*pattern == '*')
		{
			star = ++pattern;
			retry = text;
		}
		else if (*pattern == '?' || *pattern == *text)
		{
			pattern++;
			text++;
		}
		else if (star)
		{
			pattern = star;
			text = ++retry;
		}
		else
			return false;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool
is_kind(const char *name)
{
	for (int i = 0; i < (int) lengthof(pseudo_kinds); i++)
		if (strcmp(name, pseudo_kinds[i].name) == 0)
			return true;
	return sm_kind_find(name) != NULL;
}

/* The kind that a pattern begins with, and the rest; NULL where there is none */
static void
split_pattern(const char *pattern, char **kind, const char **name)
{
	const char *colon = strchr(pattern, ':');

	*kind = NULL;
	*name = NULL;
	if (is_kind(pattern))
		*kind = pstrdup(pattern);
	else if (colon)
	{
		*kind = pnstrdup(pattern, colon - pattern);
		*name = colon + 1;
	}
	else
		*name = pattern;
}

static void
check_patterns(const List *patterns)
{
	ListCell *lc;

	foreach (lc, patterns)
	{
		char *kind;
		const char *name;

		split_pattern(lfirst(lc), &kind, &name);
		if (kind && !is_kind(kind))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no kind of object called \"%s\"", kind),
					 errdetail("The pattern is \"%s\".", (char *) lfirst(lc)),
					 errhint(
						 "Kinds are called as in the column \"kind\" of schemamig.diff().")));
	}
}

/* Refuses patterns that cannot mean anything */
void
sm_filter_check(const SmFilter *filter)
{
	check_patterns(filter->include);
	check_patterns(filter->exclude);
}

static bool
any_matches(const List *patterns, const char *kind_name, const char *identity)
{
	ListCell *lc;

	foreach (lc, patterns)
	{
		char *kind;
		const char *name;

		split_pattern(lfirst(lc), &kind, &name);
		if ((kind == NULL || strcmp(kind, kind_name) == 0) &&
			(name == NULL || matches(name, identity)))
			return true;
	}
	return false;
}

/* Is the object itself, leaving aside what it belongs to, not compared? */
static bool
ignores_itself(const SmFilter *filter, const SmObject *object)
{
	return any_matches(filter->exclude, object->kind->name, object->identity);
}

/* Does the object, or what it belongs to, or what belongs to it, match? */
static bool
is_included(const SmFilter *filter, const SmObject *object)
{
	for (const SmObject *o = object; o; o = o->parent)
		if (any_matches(filter->include, o->kind->name, o->identity))
			return true;
	return false;
}

/* Is the object not compared? */
bool
sm_filter_ignores(const SmFilter *filter, const SmObject *object)
{
	if (filter->exclude)
		for (const SmObject *o = object; o; o = o->parent)
			if (ignores_itself(filter, o))
				return true;
	return filter->include && !is_included(filter, object);
}

/* The attributes of the object that are compared, as bits */
uint64
sm_filter_attributes(const SmFilter *filter, const SmObject *object)
{
	uint64 attributes = ~UINT64CONST(0);

	if (filter->exclude)
		for (int i = 0; i < (int) lengthof(pseudo_kinds); i++)
			if (any_matches(filter->exclude, pseudo_kinds[i].name,
							object->identity))
				attributes &= ~SM_BIT(pseudo_kinds[i].attribute);
	return attributes;
}
