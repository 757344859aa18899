/*-------------------------------------------------------------------------
 *
 * checksum.c
 *	  Checksums of scripts: one of the text, one of what it says.
 *
 * Both are SHA-256 over the text in UTF-8, as hex digits, so that a dump
 * restored into a database of another encoding has the same ones, and that
 * sha256sum on a file agrees with the first.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "checksum.h"
#include "scan.h"

static pg_cryptohash_ctx *
begin_hash(void)
{
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);

	if (pg_cryptohash_init(ctx) < 0)
		elog(ERROR, "could not initialize SHA-256: %s", /* cannot happen */
			 pg_cryptohash_error(ctx));
	return ctx;
}

static void
add_to_hash(pg_cryptohash_ctx *ctx, const char *data, int length)
{
	if (pg_cryptohash_update(ctx, (const uint8 *) data, length) < 0)
		elog(ERROR, "could not update SHA-256: %s", /* cannot happen */
			 pg_cryptohash_error(ctx));
}

static char *
end_hash(pg_cryptohash_ctx *ctx)
{
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	char *hex = palloc(2 * PG_SHA256_DIGEST_LENGTH + 1);

	if (pg_cryptohash_final(ctx, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not finalize SHA-256: %s", /* cannot happen */
			 pg_cryptohash_error(ctx));
	pg_cryptohash_free(ctx);
	hex[hex_encode((const char *) digest, sizeof(digest), hex)] = '\0';
	return hex;
}

static char *
to_utf8(const char *script)
{
	return pg_server_to_any(script, strlen(script), PG_UTF8);
}

/* Checksum of the exact text */
char *
sm_checksum_text(const char *script)
{
	pg_cryptohash_ctx *ctx = begin_hash();
	const char *text = to_utf8(script);

	add_to_hash(ctx, text, strlen(text));
	return end_hash(ctx);
}

/* That of anything, as it is */
char *
sm_checksum_bytes(const char *data, int length)
{
	pg_cryptohash_ctx *ctx = begin_hash();

	add_to_hash(ctx, data, length);
	return end_hash(ctx);
}

/*
 * Checksum of the tokens, each one ended by a zero byte, which cannot be part
 * of a token: comments and white space between tokens do not count.  The
 * script must have been accepted by the lexer before.
 */
char *
sm_checksum_tokens(const char *script)
{
	pg_cryptohash_ctx *ctx;
	StringInfoData tokens;
	SmScanner *scanner;
	SmToken token;

	/* the lexer reads the server's encoding, so conversion comes after it */
	initStringInfo(&tokens);
	scanner = sm_scan_begin(script);
	while (sm_scan_next(scanner, &token))
	{
		char *piece = pnstrdup(script + token.start, token.length);
		const char *text = to_utf8(piece);

		appendBinaryStringInfo(&tokens, text, strlen(text) + 1);
		if (text != piece)
			pfree((void *) text);
		pfree(piece);
	}
	sm_scan_end(scanner);

	ctx = begin_hash();
	add_to_hash(ctx, tokens.data, tokens.len);
	pfree(tokens.data);
	return end_hash(ctx);
}
