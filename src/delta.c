/*-------------------------------------------------------------------------
 *
 * delta.c
 *	  The statements that lead from one state of the schemas to another.
 *
 * The kinds of objects put their statements here; order.c brings them into an
 * order, emit.c writes them down.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "compat.h"
#include "delta.h"

/* What fmt and args make, in a new string */
#define FORMAT(string, fmt)                                                    \
	do                                                                         \
	{                                                                          \
		StringInfoData buf;                                                    \
		initStringInfo(&buf);                                                  \
		for (;;)                                                               \
		{                                                                      \
			va_list args;                                                      \
			int needed;                                                        \
			va_start(args, fmt);                                               \
			needed = appendStringInfoVA(&buf, fmt, args);                      \
			va_end(args);                                                      \
			if (needed == 0)                                                   \
				break;                                                         \
			enlargeStringInfo(&buf, needed);                                   \
		}                                                                      \
		(string) = buf.data;                                                   \
	} while (0)

/* The action of the object in the phase; made if there is none */
static SmAction *
action_for(SmDelta *delta, const SmObject *object, SmPhase phase)
{
	SmAction *action = object->action[phase];

	if (action == NULL)
	{
		action = palloc0_object(SmAction);
		action->object = object;
		action->phase = phase;
		action->seq = list_length(delta->actions);
		delta->actions = lappend(delta->actions, action);
		((SmObject *) object)->action[phase] = action;
	}
	return action;
}

static SmDeltaStatement *
add_statement(SmDelta *delta, const SmObject *object, SmPhase phase,
			  const char *table, const char *sql)
{
	SmAction *action = action_for(delta, object, phase);
	SmDeltaStatement *planned = palloc0_object(SmDeltaStatement);

	planned->table = table;
	planned->sql = sql;
	action->statements = lappend(action->statements, planned);
	return planned;
}

/*
 * Adds a statement, without semicolon, to those of the object in the phase.
 * Identities of objects can stand in it as they are.
 */
void
sm_delta_statement(SmDelta *delta, const SmObject *object, SmPhase phase,
				   const char *fmt, ...)
{
	char *sql;

	FORMAT(sql, fmt);
	(void) add_statement(delta, object, phase, NULL, sql);
}

/*
 * The same for one that would have to say a secret.  What stands in place of
 * that is '...', and the script has the statement as a comment, for somebody
 * who knows.
 */
void
sm_delta_by_hand(SmDelta *delta, const SmObject *object, SmPhase phase,
				 const char *fmt, ...)
{
	char *sql;

	FORMAT(sql, fmt);
	add_statement(delta, object, phase, NULL, sql)->by_hand = true;
}

/*
 * Adds a subcommand of ALTER TABLE.  table is what stands behind these words.
 * Subcommands of a table that come to stand next to each other make one
 * statement: one lock, one scan, one rewrite.
 */
void
sm_delta_alter_table(SmDelta *delta, const SmObject *object, SmPhase phase,
					 const char *table, const char *fmt, ...)
{
	char *sql;

	FORMAT(sql, fmt);
	(void) add_statement(delta, object, phase, table, sql);
}

/* The statement that was added last */
static SmDeltaStatement *
last_planned(const SmObject *object, SmPhase phase)
{
	Assert(object->action[phase] != NULL);
	return llast(object->action[phase]->statements);
}

/* Says what to think of before running the statement that was added last */
void
sm_delta_hazard(SmDelta *delta, const SmObject *object, SmPhase phase,
				const char *fmt, ...)
{
	SmDeltaStatement *planned = last_planned(object, phase);
	char *text;

	FORMAT(text, fmt);
	planned->hazard =
		planned->hazard ? psprintf("%s; %s", planned->hazard, text) : text;
}

/* Says that the statement that was added last writes the table anew */
void
sm_delta_rewrites(SmDelta *delta, const SmObject *object, SmPhase phase)
{
	last_planned(object, phase)->rewrites = true;
}

/* Says what the subcommand that was added last cannot be joined with */
void
sm_delta_pass(const SmObject *object, SmPhase phase, SmPass pass)
{
	last_planned(object, phase)->pass = pass;
}

/*
 * Says that the statement that was added last locks a relation which others may
 * be using, and which neither it names nor the object belongs to.
 */
void
sm_delta_locks(SmDelta *delta, const SmObject *object, SmPhase phase,
			   LOCKMODE mode)
{
	last_planned(object, phase)->lock = mode;
}

/*
 * Says that the statement that was added last takes long under a weak lock, and
 * is to be committed before anything else, and all else before it.
 */
void
sm_delta_apart(SmDelta *delta, const SmObject *object, SmPhase phase)
{
	last_planned(object, phase)->apart = true;
	object->action[phase]->commits = true;
}

/* Says that the statement that was added last runs at top level only */
void
sm_delta_outside(SmDelta *delta, const SmObject *object, SmPhase phase)
{
	last_planned(object, phase)->outside = true;
	object->action[phase]->commits = true;
}

/*
 * Says why an object cannot be brought from one state to the other.  data_loss
 * says that it could if the caller allowed data to be lost.
 */
void
sm_delta_refuse(SmDelta *delta, const SmObject *object, bool data_loss,
				const char *fmt, ...)
{
	SmRefusal *refusal = palloc0_object(SmRefusal);
	char *reason;

	FORMAT(reason, fmt);
	refusal->object = object;
	refusal->reason = reason;
	refusal->data_loss = data_loss;
	delta->refusals = lappend(delta->refusals, refusal);
}

/*
 * Says that something about an object differs, but is left as it is, because
 * the server has no way to change it.  There is a WARNING of it.
 */
void
sm_delta_uncompared(SmDelta *delta, const SmObject *object, const char *what)
{
	delta->to->warnings =
		lappend(delta->to->warnings,
				psprintf("%s of %s %s", what, object->kind->name,
						 object->identity));
}

/* Is the object, of the new state, created by the statement of its parent? */
bool
sm_delta_is_inline(const SmObject *object)
{
	return object->parent && !object->split && sm_delta_creates(object) &&
		   sm_delta_creates(object->parent) && object->kind->is_inline &&
		   object->kind->is_inline(object);
}

/* Is the object, of the new state, created on the way there? */
bool
sm_delta_creates(const SmObject *object)
{
	return object->fate == SM_CREATE || object->fate == SM_REPLACE;
}

/* Is the object, of the old state, dropped on the way? */
bool
sm_delta_drops(const SmObject *object)
{
	return object->fate == SM_DROP || object->fate == SM_REPLACE;
}

/* Has an action run before another one; either may be NULL */
void
sm_delta_precede(SmAction *first, SmAction *second)
{
	if (first == NULL || second == NULL || first == second)
		return;
	/* the same pair comes several times in a row, if at all */
	if (first->before != NIL && llast(first->before) == second)
	{
		first->rather = list_delete_ptr(first->rather, second);
		return;
	}
	first->before = lappend(first->before, second);
	second->waits_for++;
}

/* The same if there is an order with it, and not if there is none */
void
sm_delta_prefer(SmAction *first, SmAction *second)
{
	if (first == NULL || second == NULL || first == second ||
		(first->before != NIL && llast(first->before) == second))
		return;
	first->before = lappend(first->before, second);
	first->rather = lappend(first->rather, second);
	second->waits_for++;
}

/* Gives up what was only preferred; returns whether it was */
bool
sm_delta_give_in(SmAction *first, SmAction *second)
{
	if (!list_member_ptr(first->rather, second))
		return false;
	first->rather = list_delete_ptr(first->rather, second);
	first->before = list_delete_ptr(first->before, second);
	second->waits_for--;
	return true;
}
