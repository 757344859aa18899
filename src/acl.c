/*-------------------------------------------------------------------------
 *
 * acl.c
 *	  Privileges: as text, and as GRANT and REVOKE.
 *
 * As text they are lines "grantee PRIVILEGE", sorted, with " *" behind those
 * that the grantee may grant on; the grantee is PUBLIC, OWNER, or a quoted
 * role name.  Who granted them is not among what is compared: GRANTED BY takes
 * nobody but the current user.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/varlena.h"

#include "acl.h"
#include "compat.h"
#include "kinds.h"
#include "query.h"

#define GRANT_OPTION " *"

/*
 * What ALTER DEFAULT PRIVILEGES gives to new objects of a role: an entry that
 * is for no schema instead of what the server gives, one for a schema in
 * addition.
 */
static SmQuery at_creation_query = {
	.sql = "SELECT d.defaclobjtype::text, n.nspname::text, "
		   "CASE WHEN e.grantee = 0 THEN 'PUBLIC' "
		   "WHEN e.grantee = d.defaclrole THEN 'OWNER' "
		   "ELSE quote_ident(pg_get_userbyid(e.grantee)) END "
		   "|| ' ' || e.privilege_type "
		   "|| CASE WHEN e.is_grantable AND e.grantee <> d.defaclrole "
		   "THEN ' *' ELSE '' END "
		   "FROM pg_default_acl d CROSS JOIN aclexplode(d.defaclacl) e "
		   "LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace "
		   "WHERE d.defaclrole = $1 ORDER BY 1, 2, 3",
	.mode = SM_READ_LATEST,
	.nargs = 1,
	.argtypes = { OIDOID }
};

/* A line of these */
typedef struct DefaultPrivilege
{
	char type;
	const char *schema; /* NULL: all of them, instead of the server's */
	char *line;
	bool of_state; /* from a snapshot, not from what is live */
} DefaultPrivilege;

/* The names of privileges, by their bits */
static const char *const privileges[] = {
	"INSERT",	  "SELECT",	 "UPDATE",	"DELETE",		"TRUNCATE",
	"REFERENCES", "TRIGGER", "EXECUTE", "USAGE",		"CREATE",
	"TEMPORARY",  "CONNECT", "SET",		"ALTER SYSTEM", "MAINTAIN"
};

static const char *
grantee_name(Oid grantee, Oid owner)
{
	char *name;

	if (grantee == ACL_ID_PUBLIC)
		return "PUBLIC";
	if (grantee == owner)
		return "OWNER";
	name = GetUserNameFromId(grantee, true);
	return quote_identifier(name ? name
								 : psprintf("unknown (OID=%u)", grantee));
}

static int
compare_lines(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/*
 * Privileges as text, from the given item on, for an object of that owner; ""
 * for none
 */
char *
sm_acl_lines(const Acl *acl, int first, Oid owner)
{
	/* they have one dimension, and no nulls */
	const AclItem *items =
		(const AclItem *) ((const char *) acl + ARR_OVERHEAD_NONULLS(1));
	List *lines = NIL;
	const char *last = NULL;
	StringInfoData text;
	ListCell *lc;

	for (int i = first; i < ACL_NUM(acl); i++)
	{
		const AclItem *item = items + i;
		const char *name = grantee_name(item->ai_grantee, owner);

		for (int bit = 0; bit < (int) lengthof(privileges); bit++)
		{
			AclMode mode = (AclMode) 1 << bit;
			bool grantable = (ACLITEM_GET_GOPTIONS(*item) & mode) &&
							 item->ai_grantee != owner;

			if (ACLITEM_GET_PRIVS(*item) & mode)
				lines =
					lappend(lines, psprintf("%s %s%s", name, privileges[bit],
											grantable ? GRANT_OPTION : ""));
		}
	}
	list_sort(lines, compare_lines);
	initStringInfo(&text);
	foreach (lc, lines)
	{
		/* several roles may have granted the same */
		if (last == NULL || strcmp(last, lfirst(lc)) != 0)
			appendStringInfo(&text, "%s%s", last ? "\n" : "",
							 (char *) lfirst(lc));
		last = lfirst(lc);
	}
	return text.data;
}

static ObjectType
object_type(char type)
{
	switch (type)
	{
		case 'c':
			return OBJECT_COLUMN;
		case 'r':
			return OBJECT_TABLE;
		case 's':
			return OBJECT_SEQUENCE;
		case 'f':
			return OBJECT_FUNCTION;
		case 'l':
			return OBJECT_LANGUAGE;
		case 'n':
			return OBJECT_SCHEMA;
		case 'F':
			return OBJECT_FDW;
		case 'S':
			return OBJECT_FOREIGN_SERVER;
		case 'T':
			return OBJECT_TYPE;
		default:
			elog(ERROR, "unexpected type of privileges: %c", type); /* cannot
				  happen: these are those that kinds have */
	}
}

/*
 * What objects have when nothing was granted or revoked: lines, as text.  type
 * is as for acldefault(), or '\0' for objects without privileges.
 */
const char *
sm_acl_default(char type)
{
	static const char *known[256];

	if (type == '\0')
		return "";
	if (known[(unsigned char) type] == NULL)
	{
		Acl *acl = acldefault(object_type(type), BOOTSTRAP_SUPERUSERID);
		char *text = sm_acl_lines(acl, 0, BOOTSTRAP_SUPERUSERID);

		known[(unsigned char) type] =
			MemoryContextStrdup(TopMemoryContext, text);
	}
	return known[(unsigned char) type];
}

/* Lines of a text as a list of strings */
static List *
split_lines(const char *text)
{
	List *lines = NIL;

	while (*text)
	{
		const char *end = strchrnul(text, '\n');

		lines = lappend(lines, pnstrdup(text, end - text));
		text = *end ? end + 1 : end;
	}
	return lines;
}

/* Lines that are in one list, but not in the other */
static List *
subtract(const List *lines, const List *other)
{
	List *result = NIL;
	ListCell *lc;

	foreach (lc, lines)
		if (!sm_names_have(other, lfirst(lc)))
			result = lappend(result, lfirst(lc));
	return result;
}

static List *
object_lines(const SmObject *object)
{
	return split_lines(sm_text_or(object->attr[SM_ACL],
								  sm_acl_default(object->kind->acl_type)));
}

/*
 * What the current user's default privileges give to new objects, for
 * sm_acl_change().  Read beforehand, as a plan may be made while schemas are
 * not what they are called.
 */
List *
sm_acl_at_creation(void)
{
	Datum role = ObjectIdGetDatum(GetUserId());
	SmRows *rows = sm_query(&at_creation_query, &role, NULL);
	List *result = NIL;

	for (uint64 i = 0; i < rows->n; i++)
	{
		DefaultPrivilege *privilege = palloc0_object(DefaultPrivilege);

		privilege->type = sm_rows_text(rows, i, 1)[0];
		privilege->schema = sm_rows_text(rows, i, 2);
		privilege->line = sm_rows_text(rows, i, 3);
		result = lappend(result, privilege);
	}
	return result;
}

/* The letter of the objects that default privileges are for */
static char
type_of(const SmObject *privileges)
{
	const char *what = sm_attr(privileges, SM_DEFAULT_PRIVILEGES_WHAT);

	switch (what[0])
	{
		case 'S':
			return what[1] == 'C' ? 'n' : 'S';
		case 'T':
			return what[1] == 'Y' ? 'T' : 'r';
		default:
			return pg_tolower((unsigned char) what[0]);
	}
}

/*
 * The same with those of a state, which a script begins with: it may not be
 * what is live.
 */
List *
sm_acl_at_creation_in(List *live, const SmSnapshot *state)
{
	const char *self = quote_identifier(GetUserNameFromId(GetUserId(), false));
	List *result = list_copy(live);

	for (int i = 0; i < state->objects.n; i++)
	{
		const SmObject *object = state->objects.item[i];
		ListCell *lc;

		if (object->kind != &sm_kind_default_privileges ||
			!sm_attr_is(object, SM_DEFAULT_PRIVILEGES_ROLE, self))
			continue;
		foreach (lc, split_lines(sm_attr(object, SM_DEFAULT_PRIVILEGES)))
		{
			DefaultPrivilege *privilege = palloc_object(DefaultPrivilege);

			privilege->type = type_of(object);
			privilege->schema = object->schema;
			privilege->line = lfirst(lc);
			privilege->of_state = true;
			result = lappend(result, privilege);
		}
	}
	return result;
}

/*
 * What a new object may have, and what it has in any case, when the script
 * that creates it is run by the current user or by somebody else.
 */
static void
lines_at_creation(const SmDelta *delta, const SmObject *to, List **may_have,
				  List **has)
{
	List *server = split_lines(sm_acl_default(to->kind->acl_type));
	char type = to->kind->acl_type;
	List *global[2] = { NIL, NIL };
	ListCell *lc;

	*may_have = list_copy(server);
	*has = server;
	/* acldefault() has another letter for sequences than pg_default_acl, where
	 * foreign servers, whose letter that is, have none */
	if (type == 'S')
		return;
	if (type == 's')
		type = 'S';
	foreach (lc, delta->default_privileges)
	{
		DefaultPrivilege *privilege = lfirst(lc);

		if (privilege->type != type ||
			(privilege->schema && !sm_text_same(privilege->schema, to->schema)))
			continue;
		if (privilege->schema == NULL)
			global[privilege->of_state] =
				lappend(global[privilege->of_state], privilege->line);
		if (!sm_names_have(*may_have, privilege->line))
			*may_have = lappend(*may_have, privilege->line);
	}
	for (int i = 0; i < 2; i++)
		if (global[i])
			*has = subtract(*has, subtract(*has, global[i]));
}

/* The word behind GRANT ... ON */
static const char *
grant_type(const SmObject *object)
{
	switch (object->kind->acl_type)
	{
		case 'r':
		case 'c':
			return "TABLE";
		case 'T':
			return "TYPE";
		case 'S':
			return "FOREIGN SERVER";
		default:
			return sm_kind_sql_type(object);
	}
}

/* What is granted or revoked, and how */
typedef struct Target
{
	SmDelta *delta;
	const SmObject *to;
	SmPhase phase;
	const char *prefix; /* what stands before GRANT or REVOKE */
	const char *what;	/* ... and behind ON */
	const char *owner;	/* quoted */
} Target;

/* The privileges of a line's grantee, in one statement */
static void
grant_or_revoke(const Target *target, const List *lines, const char *grantee,
				const char *format)
{
	bool is_column = target->to->kind->acl_type == 'c';
	StringInfoData privileges;
	const char *role = grantee;
	ListCell *lc;

	initStringInfo(&privileges);
	foreach (lc, lines)
	{
		char *line = lfirst(lc);
		char *privilege = strrchr(line, ' ');

		/* grantees may have blanks in their names, privileges have none */
		if (strcmp(privilege, GRANT_OPTION) == 0)
			do
				privilege--;
			while (*privilege != ' ');
		if (strncmp(line, grantee, strlen(grantee)) != 0 ||
			privilege != line + strlen(grantee))
			continue;
		appendStringInfo(&privileges, "%s%.*s", privileges.len > 0 ? ", " : "",
						 (int) strcspn(privilege + 1, " "), privilege + 1);
		if (is_column)
			appendStringInfo(&privileges, " (%s)",
							 quote_identifier(target->to->name));
	}
	if (strcmp(role, "OWNER") == 0)
		role = target->owner;
	sm_delta_statement(target->delta, target->to, target->phase, format,
					   target->prefix, privileges.data, target->what, role);
}

/* Statements for the lines, one for each grantee; with grant option, or not */
static void
statements(const Target *target, const List *lines, bool grantable,
		   const char *format)
{
	List *chosen = NIL;
	List *grantees = NIL;
	ListCell *lc;

	foreach (lc, lines)
	{
		char *line = lfirst(lc);
		size_t length = strlen(line);
		bool has_option =
			length > 2 && strcmp(line + length - 2, GRANT_OPTION) == 0;
		char *grantee;

		if (has_option != grantable)
			continue;
		if (has_option)
			length -= 2;
		while (line[length - 1] != ' ')
			length--;
		grantee = pnstrdup(line, length - 1);
		chosen = lappend(chosen, line);
		if (!sm_names_have(grantees, grantee))
			grantees = lappend(grantees, grantee);
	}
	foreach (lc, grantees)
		grant_or_revoke(target, chosen, lfirst(lc), format);
}

/* Lines about a grantee and privilege that is there with and without option */
static List *
without_option(const List *lines)
{
	List *result = NIL;
	ListCell *lc;

	foreach (lc, lines)
	{
		char *line = lfirst(lc);
		size_t length = strlen(line);

		if (length > 2 && strcmp(line + length - 2, GRANT_OPTION) == 0)
			result = lappend(result, pnstrdup(line, length - 2));
	}
	return result;
}

/* The privilege in a line, if it is of that grantee; else NULL */
static const char *
granted_to(const char *line, const char *grantee)
{
	size_t length = strlen(grantee);

	return strncmp(line, grantee, length) == 0 && line[length] == ' '
			   ? line + length + 1
			   : NULL;
}

/* Without those of the new owner: what he has been granted is his own now */
static List *
without_owner(const List *lines, const char *owner)
{
	List *result = NIL;
	ListCell *lc;

	foreach (lc, lines)
		if (owner == NULL || !granted_to(lfirst(lc), owner))
			result = lappend(result, lfirst(lc));
	return result;
}

/*
 * The statement that takes away from a role, before it becomes the owner, what
 * it was granted: otherwise these are grants of the owner to himself from then
 * on.  Without semicolon; NULL if there is nothing that could be granted.
 */
char *
sm_acl_before_owner(const SmObject *object, const char *owner)
{
	return object->kind->acl_type == '\0'
			   ? NULL
			   : psprintf("REVOKE ALL ON %s %s FROM %s", grant_type(object),
						  object->identity, owner);
}

/* Has the role been granted anything? */
bool
sm_acl_has_grantee(const SmObject *object, const char *role)
{
	ListCell *lc;

	foreach (lc, object_lines(object))
		if (granted_to(lfirst(lc), role))
			return true;
	return false;
}

/*
 * Where the desired state leaves the owner open, it is the live one, who can do
 * whatever the owner can: what is granted to him is the owner's.
 */
void
sm_acl_settle_owner(SmObject *desired, const char *owner)
{
	List *lines = NIL;
	StringInfoData text;
	bool found = false;
	ListCell *lc;

	if (desired->attr[SM_ACL] == NULL)
		return;
	foreach (lc, split_lines(desired->attr[SM_ACL]))
	{
		const char *privilege = granted_to(lfirst(lc), owner);
		char *line = lfirst(lc);

		if (privilege)
			line = psprintf("OWNER %.*s", (int) strcspn(privilege, "*"),
							privilege);
		while (line[strlen(line) - 1] == ' ')
			line[strlen(line) - 1] = '\0';
		found = found || privilege;
		/* columns have none of their owner by themselves */
		if (privilege && desired->kind->acl_type == 'c')
			continue;
		if (!sm_names_have(lines, line))
			lines = lappend(lines, line);
	}
	if (!found)
		return;
	list_sort(lines, compare_lines);
	initStringInfo(&text);
	foreach (lc, lines)
		appendStringInfo(&text, "%s%s", text.len > 0 ? "\n" : "",
						 (char *) lfirst(lc));
	desired->attr[SM_ACL] =
		strcmp(text.data, sm_acl_default(desired->kind->acl_type)) == 0
			? NULL
			: text.data;
}

/*
 * From what may be there, and what is in any case, to what is wanted.  Nothing
 * is revoked from new_owner.
 */
static void
change_lines(const Target *target, const List *may_have, const List *has,
			 const List *wanted, bool exists, const char *new_owner)
{
	List *revoked = without_owner(subtract(may_have, wanted), new_owner);
	List *options = NIL;
	List *granted;

	/* where only the option goes, the privilege stays */
	if (exists)
	{
		List *kept = without_option(revoked);
		ListCell *lc;

		foreach (lc, kept)
			if (sm_names_have(wanted, lfirst(lc)))
			{
				options = lappend(options, psprintf("%s" GRANT_OPTION,
													(char *) lfirst(lc)));
				has = lappend(list_copy(has), lfirst(lc));
			}
		revoked = subtract(revoked, options);
	}
	/* and where only the option comes, GRANT is enough */
	revoked = subtract(revoked, without_option(wanted));
	statements(target, options, true,
			   "%sREVOKE GRANT OPTION FOR %s ON %s FROM %s");
	statements(target, revoked, false, "%sREVOKE %s ON %s FROM %s");
	statements(target, revoked, true, "%sREVOKE %s ON %s FROM %s");
	granted = subtract(wanted, has);
	statements(target, granted, false, "%sGRANT %s ON %s TO %s");
	statements(target, granted, true,
			   "%sGRANT %s ON %s TO %s WITH GRANT OPTION");
}

/* Who owns the object, quoted.  Sequences of a table have the owner of that */
static const char *
owner_of(const SmObject *object)
{
	const char *otherwise = "CURRENT_USER";

	if (object->kind == &sm_kind_identity_sequence)
		object = object->parent->parent;
	else if (object->kind == &sm_kind_sequence && object->owners.n > 0 &&
			 object->owners.item[0]->parent)
		object = object->owners.item[0]->parent;
	if (object->peer)
		otherwise = sm_text_or(object->peer->attr[SM_OWNER], otherwise);
	return sm_text_or(object->attr[SM_OWNER], otherwise);
}

/*
 * Plans the statements by which an object gets its privileges.  from is NULL
 * if it is created.
 */
void
sm_acl_change(SmDelta *delta, const SmObject *from, const SmObject *to)
{
	Target target = { delta, to, SM_PHASE_DRESS, "", NULL, NULL };
	List *may_have;
	List *has;

	if (to->kind->acl_type == '\0')
		return;
	target.what = psprintf("%s %s", grant_type(to),
						   to->kind->acl_type == 'c' ? to->parent->identity
													 : sm_kind_sql_name(to));
	target.owner = owner_of(to);
	if (from)
		may_have = has = object_lines(from);
	else
		lines_at_creation(delta, to, &may_have, &has);
	if (from && to->kind->acl_type == 'c' && to->parent->peer)
	{
		/* REVOKE on a table takes away what columns have, too */
		List *gone =
			subtract(object_lines(to->parent->peer), object_lines(to->parent));

		has = subtract(has, gone);
		has = subtract(has, without_option(gone));
	}
	change_lines(&target, may_have, has, object_lines(to), from != NULL,
				 to->attr[SM_OWNER]);
}

/*
 * Plans the statements that lead from some default privileges to others, as
 * lines.  prefix is what stands before GRANT, what is behind ON, owner the role
 * that they are of.
 */
void
sm_acl_change_default(SmDelta *delta, const SmObject *object, SmPhase phase,
					  const char *from, const char *to, const char *prefix,
					  const char *what, const char *owner)
{
	Target target = { delta, object, phase, prefix, what, owner };
	List *has = split_lines(from);

	change_lines(&target, has, has, split_lines(to), true, NULL);
}
