-- graph.sql - N revisions of one table and one index each, in a new database.
-- Variables: n, how many; merges, whether every third revision is a merge of
-- two branches (else they are a chain).
--
-- They are inserted directly, which is what a restore does too; through
-- schemamig.revision() ten thousand take a minute.  The scripts have a single
-- space between all tokens, so that the checksum of the tokens can be computed
-- here.
CREATE EXTENSION IF NOT EXISTS schemamig;

CREATE TEMP TABLE script AS
SELECT i, format('CREATE TABLE t%1$s ( id bigint PRIMARY KEY , name text NOT NULL ) ; '
	'CREATE INDEX t%1$s_name_idx ON t%1$s ( name ) ; '
	'COMMENT ON TABLE t%1$s IS ''number_%1$s'' ;', i) AS upgrade
FROM generate_series(1, :n) AS i;

INSERT INTO schemamig.revision (revision, message, upgrade, downgrade,
	checksum, token_checksum, authors, created_at)
SELECT lpad(to_hex(i), 12, '0'), 'create table t' || i, upgrade, 'DROP TABLE t' || i,
	encode(sha256(convert_to(upgrade, 'UTF8')), 'hex'),
	(SELECT encode(sha256(string_agg(convert_to(token, 'UTF8') || '\x00'::bytea, ''::bytea ORDER BY o)), 'hex')
		FROM regexp_split_to_table(upgrade, ' ') WITH ORDINALITY AS s(token, o)),
	ARRAY[current_user], now()
FROM script ORDER BY i;

-- chain: each one on the one before; merges: 3k+2 and 3k+3 on 3k+1, 3k+4 on both
INSERT INTO schemamig.revision_edge (revision, kind, ordinal, parent)
SELECT lpad(to_hex(i), 12, '0'), 'down', row_number() OVER (PARTITION BY i ORDER BY parent),
	lpad(to_hex(parent), 12, '0')
FROM generate_series(2, :n) AS i
CROSS JOIN LATERAL unnest(CASE
	WHEN NOT :'merges'::boolean THEN ARRAY[i - 1]
	WHEN i % 3 = 2 THEN ARRAY[i - 1]
	WHEN i % 3 = 0 THEN ARRAY[i - 2]
	ELSE ARRAY[i - 2, i - 1] END) AS parent;

-- a revision made in the usual way has the same checksums
DO $$
BEGIN
	PERFORM schemamig.revision('check', (SELECT upgrade FROM script WHERE i = 1), rev_id => 'check', head => '{base}');
	IF (SELECT count(DISTINCT (checksum, token_checksum)) FROM schemamig.revision
		WHERE revision IN ('check', lpad('1', 12, '0'))) <> 1 THEN
		RAISE 'the checksums are not those of schemamig';
	END IF;
	PERFORM schemamig.drop_revision('check');
END
$$;
TRUNCATE schemamig.run, schemamig.run_step;
VACUUM ANALYZE;
