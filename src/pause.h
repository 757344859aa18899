/*-------------------------------------------------------------------------
 *
 * pause.h
 *	  Waiting for time to pass.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_PAUSE_H
#define SM_PAUSE_H

extern void sm_pause(long ms, const char *wait_event);

#endif /* SM_PAUSE_H */
