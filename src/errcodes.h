/*-------------------------------------------------------------------------
 *
 * errcodes.h
 *	  SQLSTATEs of our own: only what a deploy script branches on.
 *
 * Everything else has one of the server's codes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_ERRCODES_H
#define SM_ERRCODES_H

#define ERRCODE_SM_PENDING_REVISIONS MAKE_SQLSTATE('S', 'M', '0', '0', '1')
#define ERRCODE_SM_DRIFT MAKE_SQLSTATE('S', 'M', '0', '0', '2')
#define ERRCODE_SM_IRREVERSIBLE_DOWNGRADE MAKE_SQLSTATE('S', 'M', '0', '0', '4')
#define ERRCODE_SM_CHECKSUM_MISMATCH MAKE_SQLSTATE('S', 'M', '0', '0', '5')

#endif /* SM_ERRCODES_H */
