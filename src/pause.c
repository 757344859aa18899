/*-------------------------------------------------------------------------
 *
 * pause.c
 *	  Waiting for time to pass.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "pause.h"

/*
 * Waits for so many milliseconds, or until the session is cancelled.
 * wait_event is the name that pg_stat_activity shows, where the server's
 * version lets an extension have one.
 */
void
sm_pause(long ms, const char *wait_event)
{
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ms);
	uint32 event = sm_wait_event(wait_event);
	long left = ms;

	while (left > 0)
	{
		(void) WaitLatch(MyLatch,
						 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, left,
						 event);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), end);
	}
}
