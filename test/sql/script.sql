-- The script runner: errors with their place, refused statements, settings,
-- variables, verification
SET client_min_messages = warning;

-- syntax errors, at once, in their place
SELECT schemamig.revision('bad', E'CREATE TABLE t (a int);\n\n-- a comment\nCREATE TBLE u (a int);\nSELECT 1;', rev_id => 'bad');
\echo :SQLSTATE
SELECT schemamig.revision('bad', E'SELECT ''ü'', ''ö'' x y', rev_id => 'bad');
SELECT schemamig.revision('bad', downgrade => E'DROP TABLE t;\nSELECT (1;', rev_id => 'bad');
SELECT schemamig.revision('bad', verify => E'SELECT ''never closed', rev_id => 'bad');
\echo :SQLSTATE
SELECT schemamig.revision('bad', E'SELECT 1;\n\\d t\n', rev_id => 'bad');
SELECT count(*) FROM schemamig.revision;

-- what no script may contain
SELECT schemamig.revision('bad', E'SELECT 1;\n  BEGIN;', rev_id => 'bad');
\echo :SQLSTATE
SELECT schemamig.revision('bad', 'COMMIT', rev_id => 'bad');
SELECT schemamig.revision('bad', 'SAVEPOINT s', rev_id => 'bad');
SELECT schemamig.revision('bad', 'PREPARE TRANSACTION ''x''', rev_id => 'bad');
SELECT schemamig.revision('bad', 'COPY t FROM STDIN', rev_id => 'bad');
\echo :SQLSTATE
SELECT schemamig.revision('bad', 'COPY t TO STDOUT', rev_id => 'bad');
SELECT schemamig.revision('bad', 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', rev_id => 'bad');
SELECT schemamig.revision('bad', 'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY', rev_id => 'bad');
SELECT schemamig.revision('bad', 'SET standard_conforming_strings = off', rev_id => 'bad');
SELECT schemamig.revision('bad', 'DROP EXTENSION hstore, schemamig', rev_id => 'bad');
SELECT schemamig.revision('bad', 'DROP SCHEMA schemamig CASCADE', rev_id => 'bad');
-- these words are all right elsewhere
SELECT schemamig.revision('fine', $$
DO $do$ BEGIN PERFORM 1; END $do$;
CREATE FUNCTION script_f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;
DROP FUNCTION script_f()
$$, rev_id => 'fine');
SELECT revision FROM schemamig.upgrade();
SELECT statements_done, statements_total FROM schemamig.run_step WHERE revision = 'fine';
SELECT schemamig.drop_revision('fine', force => true);

-- errors while running: statement, line, column, and nothing is left
SELECT schemamig.revision('makes a table', 'CREATE TABLE t (a int CHECK (a > 0))', 'DROP TABLE t', rev_id => 'r1');
SELECT schemamig.revision('fails', E'INSERT INTO t VALUES (1);\n-- now the bad one\nINSERT INTO t\n  VALUES (1), (nope);', '', rev_id => 'r2');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
SELECT to_regclass('t') IS NULL AS nothing_left, (SELECT count(*) FROM schemamig.applied) AS applied;
SELECT schemamig.edit('r2', upgrade => E'INSERT INTO t VALUES (1);\n/* and */ INSERT INTO t VALUES (-1);');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
-- in a function body, the place there and the place in the script
SELECT schemamig.edit('r2', upgrade => E'SELECT 1;\nDO $$\nBEGIN\n  PERFORM nope;\nEND\n$$;');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
SELECT schemamig.edit('r2', upgrade => E'SELECT 1;\nDO $$\nBEGIN\n  COMMIT;\nEND\n$$;');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
-- a caller that catches the error can go on
DO $$
BEGIN
	PERFORM schemamig.upgrade();
EXCEPTION WHEN invalid_transaction_termination THEN
	RAISE WARNING 'caught: %', SQLERRM;
	PERFORM schemamig.upgrade('r1');
END
$$;
SELECT revision FROM schemamig.current();
SELECT schemamig.edit('r2', upgrade => 'SELECT 1');

-- what must run outside of a transaction is refused before anything runs
SELECT schemamig.revision('concurrently', E'SELECT 1;\nCREATE INDEX CONCURRENTLY ON t (a)', '', rev_id => 'r3');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
SELECT revision FROM schemamig.current();
CREATE FUNCTION pg_temp.outcome(script text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM schemamig.edit('r3', upgrade => script);
	PERFORM schemamig.upgrade('r3');
	PERFORM schemamig.downgrade('r2');
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT stmt, pg_temp.outcome(stmt) FROM unnest(ARRAY[
	'DROP INDEX CONCURRENTLY i', 'REINDEX INDEX CONCURRENTLY i', 'REINDEX (CONCURRENTLY) TABLE t',
	'REINDEX SCHEMA public', 'REINDEX DATABASE d', 'VACUUM', 'VACUUM FULL t', 'CLUSTER',
	'ALTER TABLE p DETACH PARTITION q CONCURRENTLY', 'CREATE DATABASE d', 'DROP DATABASE d',
	'ALTER DATABASE d SET TABLESPACE s', 'CREATE TABLESPACE s LOCATION ''/nowhere''', 'DROP TABLESPACE s',
	'ALTER SYSTEM SET work_mem = ''1MB''', 'DISCARD ALL',
	'CREATE SUBSCRIPTION s CONNECTION '''' PUBLICATION p', 'ALTER SUBSCRIPTION s REFRESH PUBLICATION',
	'ALTER SUBSCRIPTION s ADD PUBLICATION p']) AS stmt;
-- and what may run inside is not
SELECT revision FROM schemamig.upgrade('r2');
SELECT stmt, pg_temp.outcome(stmt) FROM unnest(ARRAY[
	'ANALYZE t', 'REINDEX TABLE t', 'CLUSTER t', 'DISCARD PLANS',
	'CREATE INDEX t_a ON t (a); REINDEX INDEX t_a; DROP INDEX t_a']) AS stmt;

-- settings end with the step, for the next one and for the caller
SELECT revision FROM schemamig.downgrade('r1');
SELECT schemamig.edit('r2', upgrade => $$
SET search_path = pg_catalog;
SET LOCAL work_mem = '77MB';
SELECT set_config('application_name', 'script', false);
SET lock_timeout = '7s';
SET ROLE NONE;
$$);
SELECT schemamig.edit('r3', upgrade => $$
DO $do$ BEGIN
	ASSERT current_setting('search_path') = '"$user", public', 'search_path leaked';
	ASSERT current_setting('work_mem') <> '77MB', 'work_mem leaked';
	ASSERT current_setting('lock_timeout') = '2s', 'lock_timeout is not ours';
END $do$
$$);
SET search_path = "$user", public;
SELECT revision FROM schemamig.upgrade();
SELECT current_setting('search_path'), current_setting('work_mem') <> '77MB' AS work_mem, current_setting('application_name') <> 'script' AS application_name, current_setting('lock_timeout');
SET schemamig.lock_timeout = -1;
SET lock_timeout = '3s';
SELECT schemamig.revision('keeps the session''s lock_timeout', $$
DO $do$ BEGIN ASSERT current_setting('lock_timeout') = '3s', 'lock_timeout is not the session''s'; END $do$
$$, '', rev_id => 'r4');
SELECT revision FROM schemamig.upgrade();
RESET schemamig.lock_timeout;
RESET lock_timeout;

-- variables
SELECT schemamig.revision('variables', $$
INSERT INTO t VALUES (:'number');
CREATE TABLE :"table_name" (a text DEFAULT :'text', b text DEFAULT ':''no''' /* :'no' */);
CREATE FUNCTION script_v() RETURNS text LANGUAGE sql AS $f$ SELECT ':''no''' $f$;
INSERT INTO :"table_name" VALUES (DEFAULT, :'nothing'), (:'object', NULL);
$$, 'DROP FUNCTION script_v(); DROP TABLE :"table_name"', rev_id => 'r5');
SELECT schemamig.revision('bad', 'SELECT :plain', rev_id => 'bad');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade(variables => '{"number": 5, "text": "x"}');
SELECT revision FROM schemamig.upgrade(variables => '["number"]');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade(variables => '{"number": 5, "text": "it''s; DROP TABLE t", "table_name": null}');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade(variables => '{"number": 5, "text": "it''s; DROP TABLE t", "table_name": "Odd \"Name\"", "nothing": null, "object": {"a": [1]}}');
SELECT * FROM "Odd ""Name""";
SELECT script_v(), (SELECT max(a) FROM t);
SELECT revision FROM schemamig.downgrade(1, variables => '{"table_name": null}');
\echo :SQLSTATE
SELECT revision FROM schemamig.downgrade(1, variables => '{"table_name": "Odd \"Name\""}');

-- verification
SELECT schemamig.edit('r5', upgrade => 'INSERT INTO t VALUES (9)', downgrade => '', verify => 'SELECT a FROM t; SELECT count(*) = 99 FROM t');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
SELECT schemamig.edit('r5', verify => 'SELECT NULL::bool');
SELECT revision FROM schemamig.upgrade();
SELECT schemamig.edit('r5', verify => 'SELECT 1/0');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
SELECT schemamig.edit('r5', verify => 'SELECT a = 9 FROM t WHERE a = 9; SELECT false, 1; DO $$ BEGIN ASSERT true; END $$');
SELECT revision FROM schemamig.upgrade();

-- a lock that cannot be had, and a shared memory that is too small, are told
-- with what to do about it (see also the isolation tests)
SELECT schemamig.revision('lock', 'DO $$ BEGIN RAISE lock_not_available; END $$', rev_id => 'r6');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
SELECT schemamig.edit('r6', upgrade => 'DO $$ BEGIN RAISE out_of_memory USING HINT = ''You might need to increase "max_locks_per_transaction".''; END $$');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE

-- a role that schemamig.role lends is all there is (see security.sql)
CREATE ROLE regress_schemamig_lent;
SET schemamig.role = regress_schemamig_lent;
SELECT schemamig.edit('r6', upgrade => 'CREATE TEMP TABLE script_temp ()');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
SELECT schemamig.edit('r6', upgrade => 'RESET ROLE');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
RESET schemamig.role;
DROP ROLE regress_schemamig_lent;

-- no runs inside runs
SELECT schemamig.edit('r6', upgrade => 'SELECT schemamig.upgrade()');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
SELECT schemamig.edit('r6', upgrade => 'SELECT schemamig.revision(''x'')');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
-- but reading is all right
SELECT schemamig.edit('r6', upgrade => 'CREATE TABLE seen AS SELECT revision FROM schemamig.current()', downgrade => 'DROP TABLE seen');
SELECT revision FROM schemamig.upgrade();
TABLE seen;

-- a trigger with deferred events keeps its table's lock until the end
SELECT schemamig.revision('deferred', $$
CREATE TABLE d1 (a int PRIMARY KEY);
CREATE TABLE d2 (a int REFERENCES d1 DEFERRABLE INITIALLY DEFERRED, s serial);
INSERT INTO d2 VALUES (1);
$$, 'DROP TABLE d2; DROP TABLE d1', rev_id => 'r7');
SELECT schemamig.revision('undeferred', 'INSERT INTO d1 VALUES (1); INSERT INTO d2 VALUES (1)', 'DELETE FROM d2', rev_id => 'r8');
BEGIN;
SELECT revision FROM schemamig.upgrade();
SELECT count(*) < 40 AS few_locks FROM pg_locks WHERE pid = pg_backend_pid();
COMMIT;
SELECT * FROM d2 ORDER BY s;

SELECT revision FROM schemamig.downgrade('base');
DROP EXTENSION schemamig;
CREATE EXTENSION schemamig;
