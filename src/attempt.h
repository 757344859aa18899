/*-------------------------------------------------------------------------
 *
 * attempt.h
 *	  Work that is tried again when it could not get a lock.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ATTEMPT_H
#define SM_ATTEMPT_H

/* A piece of work of a procedure */
typedef struct SmAttempt
{
	const char *what;		   /* for messages */
	void (*body)(void *arg);   /* does it; may commit in between */
	void (*failed)(void *arg); /* NULL, or what is to be done after a
								* rollback, before anything else */
	void *arg;
} SmAttempt;

extern void sm_attempt(const SmAttempt *attempt);
extern void sm_attempt_pause(long ms);

#endif /* SM_ATTEMPT_H */
