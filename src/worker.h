/*-------------------------------------------------------------------------
 *
 * worker.h
 *	  The background worker that runs what schemamig.start() was told.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_WORKER_H
#define SM_WORKER_H

extern PGDLLEXPORT void schemamig_worker_main(Datum main_arg);

#endif /* SM_WORKER_H */
