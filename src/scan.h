/*-------------------------------------------------------------------------
 *
 * scan.h
 *	  SQL text as the tokens of the server's own lexer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_SCAN_H
#define SM_SCAN_H

/* A token: where it stands in the text, in bytes */
typedef struct SmToken
{
	int start;
	int length;
} SmToken;

typedef struct SmScanner SmScanner;

extern SmScanner *sm_scan_begin(const char *text);
extern bool sm_scan_next(SmScanner *scanner, SmToken *token);
extern void sm_scan_end(SmScanner *scanner);

#endif /* SM_SCAN_H */
