/*-------------------------------------------------------------------------
 *
 * checksum.h
 *	  Checksums of scripts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_CHECKSUM_H
#define SM_CHECKSUM_H

extern char *sm_checksum_text(const char *script);
extern char *sm_checksum_bytes(const char *data, int length);
extern char *sm_checksum_tokens(const char *script);

#endif /* SM_CHECKSUM_H */
