/*-------------------------------------------------------------------------
 *
 * cursor.c
 *	  How far a walk along a primary key has come, as it is kept in the journal.
 *
 * A cursor is a JSON object with the key of the last row that is done, and with
 * what tells whether that means anything to who finds it: which call it belongs
 * to, and which table.  The values of the key are text that is written and read
 * with the same settings, so that they stay what they are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "cursor.h"
#include "env.h"

#define MEMBER_CALL "call"
#define MEMBER_DATABASE "database"
#define MEMBER_RELATION "relation"
#define MEMBER_KEY "key"

static void
append_member(StringInfo buf, const char *name, const char *value)
{
	char last = buf->data[buf->len - 1];

	if (last != '{')
		appendStringInfoChar(buf, ',');
	escape_json(buf, name);
	appendStringInfoChar(buf, ':');
	escape_json(buf, value);
}

/*
 * A key as JSON, with what tells whether it can be used: the call that it
 * belongs to, and the table.
 */
Jsonb *
sm_cursor_make(const SmKeyset *keys, const char *call, const Datum *key)
{
	StringInfoData buf;
	SmEnv env;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	append_member(&buf, MEMBER_CALL, call);
	append_member(&buf, MEMBER_DATABASE, sm_env_database());
	append_member(&buf, MEMBER_RELATION, psprintf("%u", keys->relation));
	appendStringInfoString(&buf, ",\"" MEMBER_KEY "\":{");
	sm_env_enter_text(&env);
	for (int i = 0; i < keys->n; i++)
	{
		const SmKeyColumn *column = &keys->column[i];
		Oid output;
		bool is_varlena;

		getTypeOutputInfo(column->type, &output, &is_varlena);
		append_member(&buf, column->name,
					  OidOutputFunctionCall(output, key[i]));
	}
	sm_env_leave(&env);
	appendStringInfoString(&buf, "}}");
	return DatumGetJsonbP(
		DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data)));
}

/* A string in a JSON object, or NULL */
static char *
get_member(JsonbContainer *object, const char *name)
{
	JsonbValue *value =
		getKeyJsonValueFromContainer(object, name, strlen(name), NULL);

	if (value == NULL || value->type != jbvString)
		return NULL;
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static bool
is_member(JsonbContainer *object, const char *name, const char *expected)
{
	char *value = get_member(object, name);

	return value && strcmp(value, expected) == 0;
}

/*
 * The key that a cursor holds, in the current memory context; NULL if it
 * belongs to another call, to another table, although that has the same name,
 * or to a key of other columns.
 */
Datum *
sm_cursor_read(const SmKeyset *keys, const char *call, Jsonb *cursor)
{
	JsonbContainer *root = &cursor->root;
	Datum *key = palloc0_array(Datum, keys->n);
	JsonbValue *object;
	SmEnv env;

	/* in a database that was restored, OIDs are others */
	if (!is_member(root, MEMBER_CALL, call) ||
		(is_member(root, MEMBER_DATABASE, sm_env_database()) &&
		 !is_member(root, MEMBER_RELATION, psprintf("%u", keys->relation))))
		return NULL;
	object = getKeyJsonValueFromContainer(root, MEMBER_KEY, strlen(MEMBER_KEY),
										  NULL);
	if (object == NULL || object->type != jbvBinary ||
		(int) JsonContainerSize(object->val.binary.data) != keys->n)
		return NULL;
	for (int i = 0; i < keys->n; i++)
	{
		const SmKeyColumn *column = &keys->column[i];
		char *text = get_member(object->val.binary.data, column->name);
		Oid input;
		Oid param;

		if (text == NULL)
			return NULL;
		getTypeInputInfo(column->type, &input, &param);
		sm_env_enter_text(&env);
		key[i] = OidInputFunctionCall(input, text, param, -1);
		sm_env_leave(&env);
	}
	return key;
}
