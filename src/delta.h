/*-------------------------------------------------------------------------
 *
 * delta.h
 *	  The statements that lead from one state of the schemas to another.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_DELTA_H
#define SM_DELTA_H

#include "object.h"
#include "storage/lockdefs.h"

/*
 * What of ALTER TABLE makes indexes and constraints again.  The server forgets
 * what it has made again in the one when it comes to the other.
 */
typedef enum SmPass
{
	SM_PASS_ANY,
	SM_PASS_TYPE,
	SM_PASS_EXPRESSION
} SmPass;

/* One statement */
typedef struct SmDeltaStatement
{
	const char *table;	/* ALTER TABLE of this one; sql is the subcommand */
	const char *sql;	/* without a closing semicolon */
	const char *hazard; /* what to think of before running it; NULL: nothing */
	bool rewrites;		/* the table is written anew */
	SmPass pass;		/* with what else it can be one ALTER TABLE */
	bool by_hand;		/* has secrets: a comment that says what to do */
	bool apart;			/* in a transaction of its own */
	bool outside;		/* not in a transaction block */
	LOCKMODE lock;		/* on a relation that is not that of the object */
} SmDeltaStatement;

/* The statements of one object in one phase, which stay together */
typedef struct SmAction
{
	const SmObject *object;
	SmPhase phase;
	List *statements; /* of SmDeltaStatement * */

	/* the graph */
	List *before;  /* of SmAction *: those that must come later ... */
	List *rather;  /* ... and need not, if there is no other way */
	int waits_for; /* how many that are not done yet must come before */
	int seq;	   /* order in which they were made */
	bool commits;  /* there is a commit within it */
	bool ordered;  /* it has its place */
	bool held;	   /* something without had to come before it */
} SmAction;

/* Why an object cannot be brought from one state to the other */
typedef struct SmRefusal
{
	const SmObject *object;
	const char *reason;
	bool data_loss; /* can be had with allow_data_loss */
} SmRefusal;

struct SmDelta
{
	SmSnapshot *from;
	SmSnapshot *to;
	bool allow_data_loss;
	bool online;			  /* with weak locks, in many transactions */
	List *default_privileges; /* of the current user: sm_acl_at_creation() */
	List *actions;			  /* of SmAction *; after ordering, in that order */
	List *refusals;			  /* of SmRefusal * */
};

extern void
sm_delta_statement(SmDelta *delta, const SmObject *object, SmPhase phase,
				   const char *fmt, ...) pg_attribute_printf(4, 5);
extern void
sm_delta_by_hand(SmDelta *delta, const SmObject *object, SmPhase phase,
				 const char *fmt, ...) pg_attribute_printf(4, 5);
extern void
sm_delta_alter_table(SmDelta *delta, const SmObject *object, SmPhase phase,
					 const char *table, const char *fmt, ...)
	pg_attribute_printf(5, 6);
extern void
sm_delta_hazard(SmDelta *delta, const SmObject *object, SmPhase phase,
				const char *fmt, ...) pg_attribute_printf(4, 5);
extern void
sm_delta_rewrites(SmDelta *delta, const SmObject *object, SmPhase phase);
extern void sm_delta_locks(SmDelta *delta, const SmObject *object,
						   SmPhase phase, LOCKMODE mode);
extern void sm_delta_pass(const SmObject *object, SmPhase phase, SmPass pass);
extern void
sm_delta_apart(SmDelta *delta, const SmObject *object, SmPhase phase);
extern void
sm_delta_outside(SmDelta *delta, const SmObject *object, SmPhase phase);
extern void
sm_delta_refuse(SmDelta *delta, const SmObject *object, bool data_loss,
				const char *fmt, ...) pg_attribute_printf(4, 5);
extern void
sm_delta_uncompared(SmDelta *delta, const SmObject *object, const char *what);
extern void sm_delta_precede(SmAction *first, SmAction *second);
extern void sm_delta_prefer(SmAction *first, SmAction *second);
extern bool sm_delta_give_in(SmAction *first, SmAction *second);
extern bool sm_delta_is_inline(const SmObject *object);
extern bool sm_delta_creates(const SmObject *object);
extern bool sm_delta_drops(const SmObject *object);

#endif /* SM_DELTA_H */
