/*-------------------------------------------------------------------------
 *
 * scan.c
 *	  SQL text as the tokens of the server's own lexer.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/keywords.h"
#include "nodes/parsenodes.h"
#include "parser/scanner.h"

#include "compat.h"
#include "env.h"
#include "scan.h"

struct SmScanner
{
	core_yyscan_t yyscanner;
	core_yy_extra_type extra;
	SmEnv env;
};

/*
 * Starts to read a text.  Between this and sm_scan_end() nothing else should
 * be done but calling sm_scan_next(): settings are pinned.
 */
SmScanner *
sm_scan_begin(const char *text)
{
	SmScanner *scanner = palloc0_object(SmScanner);

	sm_env_enter_parser(&scanner->env);
	scanner->yyscanner =
		scanner_init(text, &scanner->extra, &ScanKeywords, ScanKeywordTokens);
	return scanner;
}

/*
 * The next token; false at the end of the text.  Comments and white space are
 * no tokens.  What the lexer refuses is its own error, with a position.
 */
bool
sm_scan_next(SmScanner *scanner, SmToken *token)
{
	core_YYSTYPE value;
	YYLTYPE location;

	if (core_yylex(&value, &location, scanner->yyscanner) == 0)
		return false;
	token->start = location;
	/* flex ends the token in its buffer with a zero byte */
	token->length = strlen(scanner->extra.scanbuf + location);
	return true;
}

/* Ends the reading and restores the settings */
void
sm_scan_end(SmScanner *scanner)
{
	scanner_finish(scanner->yyscanner);
	sm_env_leave(&scanner->env);
	pfree(scanner);
}
