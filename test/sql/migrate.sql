-- CALL schemamig.migrate(): a transaction for each revision, and statements that
-- cannot run in one
SET client_min_messages = warning;

-- what statements say of themselves: the transaction that they ran in
CREATE TABLE mig_log (id int GENERATED ALWAYS AS IDENTITY, what text, xid xid8 DEFAULT pg_current_xact_id());
CREATE TABLE mig_since (run bigint);
INSERT INTO mig_since VALUES (0);
CREATE PROCEDURE mig_begin() LANGUAGE sql AS $$
TRUNCATE mig_log;
UPDATE mig_since SET run = (SELECT max(run) FROM schemamig.run)
$$;
-- the transactions since then, those of the applied set and of the journal among them
CREATE VIEW mig_order AS
SELECT dense_rank() OVER (ORDER BY xid) AS tx, string_agg(what, ' ' ORDER BY id) AS what
FROM (SELECT id, what, xid::text::bigint AS xid FROM mig_log
	UNION ALL SELECT 1000, 'applied-' || a.revision, a.xmin::text::bigint FROM schemamig.applied a, mig_since m WHERE a.run > m.run
	UNION ALL SELECT 1001, 'step-' || s.revision, s.xmin::text::bigint FROM schemamig.run_step s, mig_since m WHERE s.run > m.run AND s.status = 'done' AND s.direction IN ('upgrade', 'downgrade')) AS all_of_it
GROUP BY xid ORDER BY xid;
CREATE VIEW mig_state AS
SELECT u.tenant, u.revision, u.direction, u.statements_done AS done, u.statements_total AS total, u.outside,
	s.status, s.sqlstate, s.statements_done AS journal_done, r.status AS run, r.sqlstate AS run_sqlstate
FROM schemamig.unfinished u JOIN schemamig.run_step s USING (run, step) JOIN schemamig.run r USING (run);
CREATE VIEW mig_indexes AS
SELECT indexrelid::regclass::text AS index, indisvalid AS valid, indisunique AS uniq,
	CASE pg_get_userbyid(relowner) WHEN session_user THEN 'me' ELSE pg_get_userbyid(relowner) END AS owner
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE relname ~ '^mig' ORDER BY indexrelid::regclass::text COLLATE "C";
-- back to where there are no revisions
CREATE PROCEDURE mig_clean() LANGUAGE plpgsql AS $$
BEGIN
	PERFORM schemamig.stamp('base');
	WHILE EXISTS (SELECT FROM schemamig.revision) LOOP
		PERFORM schemamig.drop_revision(revision, force => true) FROM schemamig.heads();
	END LOOP;
END $$;

--
-- Up and down, targets
--

SELECT schemamig.revision('users', $$
INSERT INTO mig_log (what) VALUES ('users-1');
CREATE TABLE mig_users (id int, name text);
INSERT INTO mig_log (what) VALUES ('users-3');
$$, $$INSERT INTO mig_log (what) VALUES ('no-users'); DROP TABLE mig_users$$, rev_id => 'a1', branch_labels => '{people}');
SELECT schemamig.revision('tasks', $$
INSERT INTO mig_log (what) VALUES ('tasks-1');
CREATE TABLE mig_tasks (id int, a int);
$$, $$INSERT INTO mig_log (what) VALUES ('no-tasks'); DROP TABLE mig_tasks$$, rev_id => 'a2');
SELECT schemamig.revision('index', $$
INSERT INTO mig_log (what) VALUES ('index-1');
INSERT INTO mig_log (what) VALUES ('index-2');
CREATE INDEX CONCURRENTLY mig_tasks_a ON mig_tasks (a);
INSERT INTO mig_log (what) VALUES ('index-4');
INSERT INTO mig_log (what) VALUES ('index-5');
$$, $$
INSERT INTO mig_log (what) VALUES ('no-index-1');
DROP INDEX CONCURRENTLY mig_tasks_a;
INSERT INTO mig_log (what) VALUES ('no-index-3');
$$, verify => $$SELECT indisvalid FROM pg_index WHERE indexrelid = 'mig_tasks_a'::regclass$$, rev_id => 'a3');
SELECT schemamig.revision('only an index', 'CREATE INDEX CONCURRENTLY mig_users_id ON mig_users (id)', 'DROP INDEX CONCURRENTLY mig_users_id', rev_id => 'a4');

SET client_min_messages = notice;
CALL schemamig.migrate();
CALL schemamig.migrate();
CALL schemamig.migrate('heads');
CALL schemamig.migrate('a1', 'upgrade');
CALL schemamig.migrate('head', tenant => NULL, variables => '{}');
SET client_min_messages = warning;
TABLE mig_order;
SELECT run, tenant, command, direction, target, steps, role = current_user AS role, session_role = session_user AS session_role, application_name, pid = pg_backend_pid() AS pid, status, finished_at >= started_at AS finished, sqlstate, error FROM schemamig.run;
SELECT run, step, revision, direction, message, status, finished_at >= started_at AS finished, statements_done, statements_total, sqlstate, error FROM schemamig.run_step ORDER BY run, step;
SELECT a.revision, a.run, a.applied_by = current_user AS by_me, a.checksum = r.checksum AS checksum, s.checksum = r.checksum AS step_checksum FROM schemamig.applied a JOIN schemamig.revision r USING (revision) JOIN schemamig.run_step s USING (run, revision) ORDER BY 1;
SELECT count(*) AS unfinished FROM schemamig.unfinished;
TABLE mig_indexes;
SELECT revision, flags FROM schemamig.current();
SELECT count(*) AS problems FROM schemamig.validate();

CALL mig_begin();
SET client_min_messages = notice;
CALL schemamig.migrate('-1', 'downgrade');
CALL schemamig.migrate('base', direction => 'downgrade');
CALL schemamig.migrate('base', 'downgrade');
SET client_min_messages = warning;
TABLE mig_order;
SELECT direction, target, steps, status FROM schemamig.run WHERE direction = 'downgrade' ORDER BY run;
TABLE schemamig.applied;
TABLE mig_indexes;

CALL schemamig.migrate('+2');
SELECT revision FROM schemamig.current();
CALL schemamig.migrate('people@+1');
SELECT revision FROM schemamig.current();
CALL schemamig.migrate('people@head');
CALL schemamig.migrate('people', 'downgrade');
SELECT revision FROM schemamig.current();
-- a target means the same as in upgrade() and downgrade()
CALL schemamig.migrate(NULL);
\echo :SQLSTATE
CALL schemamig.migrate('head', NULL);
\echo :SQLSTATE
CALL schemamig.migrate('head', 'sideways');
\echo :SQLSTATE
CALL schemamig.migrate('nowhere');
\echo :SQLSTATE
CALL schemamig.migrate('a1:a2');
\echo :SQLSTATE
CALL schemamig.migrate('-1');
\echo :SQLSTATE
CALL schemamig.migrate('+1', 'downgrade');
\echo :SQLSTATE
CALL schemamig.migrate('+9');
\echo :SQLSTATE
-- a call that has failed before its first step is not in the journal
SELECT direction, target, status FROM schemamig.run ORDER BY run DESC LIMIT 1;
CALL schemamig.migrate('base', 'downgrade');
-- what has no downgrade script is not begun
SELECT schemamig.edit('a1', irreversible => true);
CALL schemamig.migrate('a3');
CALL schemamig.migrate('base', 'downgrade');
\echo :SQLSTATE
SELECT revision FROM schemamig.current();
SELECT schemamig.edit('a1', downgrade => 'DROP TABLE mig_users', force => true);
CALL schemamig.migrate('base', 'downgrade');
CALL mig_clean();

-- scripts without a statement, and very long ones
SELECT schemamig.revision('empty', '', '', rev_id => 'e1', head => '{base}');
SELECT schemamig.revision('a comment', '-- nothing', '/* nothing */', verify => 'SELECT true', rev_id => 'e2', head => '{e1}');
SELECT schemamig.revision('long', string_agg(format('SELECT %L', md5(i::text)), E';\n') || '; CREATE TABLE mig_long (a int); CREATE INDEX CONCURRENTLY ON mig_long (a)', string_agg(format('SELECT %L', md5(i::text)), E';\n') || '; VACUUM mig_long; DROP TABLE mig_long',
	verify => string_agg(format('SELECT %L <> :''v''', md5(i::text)), E';\n'), rev_id => 'e3', head => '{e2}') FROM generate_series(1, 1000) i;
CALL schemamig.migrate('e3', variables => jsonb_build_object('v', repeat('x', 10000)));
SELECT s.revision, s.status, s.statements_done, s.statements_total FROM schemamig.run_step s JOIN schemamig.applied USING (run, revision) ORDER BY 1;
CALL schemamig.migrate('base', 'downgrade', variables => jsonb_build_object('v', repeat('x', 10000)));
SELECT to_regclass('mig_long') IS NULL AS gone;
CALL mig_clean();

--
-- Where it cannot run
--

SELECT schemamig.revision('nothing', rev_id => 'n1');

BEGIN;
CALL schemamig.migrate();
\echo :SQLSTATE
ROLLBACK;
BEGIN;
SAVEPOINT s;
CALL schemamig.migrate();
\echo :SQLSTATE
ROLLBACK;
CALL schemamig.migrate() \; SELECT 1 AS one_transaction;
\echo :SQLSTATE
CREATE FUNCTION mig_function() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL schemamig.migrate(); END $$;
SELECT mig_function();
\echo :SQLSTATE
CREATE PROCEDURE mig_procedure() LANGUAGE plpgsql AS $$ BEGIN COMMIT; CALL schemamig.migrate(); END $$;
CALL mig_procedure();
\echo :SQLSTATE
CREATE PROCEDURE mig_procedure_sql() LANGUAGE sql AS $$ CALL schemamig.migrate() $$;
CALL mig_procedure_sql();
\echo :SQLSTATE
DO $$ BEGIN CALL schemamig.migrate(); END $$;
\echo :SQLSTATE
DO $$ BEGIN EXECUTE 'CALL schemamig.migrate()'; END $$;
\echo :SQLSTATE
-- a subtransaction
DO $$
BEGIN
	CALL schemamig.migrate();
EXCEPTION WHEN active_sql_transaction THEN
	RAISE WARNING 'caught: %', SQLERRM;
END $$;
SELECT schemamig.migrate();
\echo :SQLSTATE
BEGIN READ ONLY;
CALL schemamig.migrate();
\echo :SQLSTATE
ROLLBACK;
SET default_transaction_read_only = on;
CALL schemamig.migrate();
\echo :SQLSTATE
RESET default_transaction_read_only;
SELECT count(*) AS applied FROM schemamig.applied;
-- nor in a script what asks for CONCURRENTLY in a function
SELECT schemamig.edit('n1', upgrade => 'CREATE TABLE mig_t (a int); DO $do$ BEGIN EXECUTE ''CREATE INDEX CONCURRENTLY ON mig_t (a)''; END $do$');
CALL schemamig.migrate();
\echo :SQLSTATE
SELECT prokind, prosecdef, proconfig FROM pg_proc WHERE oid = 'schemamig.migrate'::regproc;
DROP FUNCTION mig_function;
DROP PROCEDURE mig_procedure, mig_procedure_sql;
CALL mig_clean();

--
-- Every kind of statement that cannot run in a transaction block, in its place;
-- those between two of them are one transaction
--

CALL mig_begin();
SELECT current_database() AS db \gset
CREATE TABLE mig_parts (a int) PARTITION BY RANGE (a);
CREATE TABLE mig_parts_1 PARTITION OF mig_parts FOR VALUES FROM (0) TO (10);
CREATE TABLE mig_parts_2 PARTITION OF mig_parts FOR VALUES FROM (10) TO (20);
CREATE INDEX mig_parts_a ON mig_parts (a);
SELECT schemamig.revision('everything', $$
INSERT INTO mig_log (what) VALUES ('1');
CREATE TABLE mig_t (a int, b int);
INSERT INTO mig_t VALUES (1, 1);
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS mig_t_a ON mig_t (a);
INSERT INTO mig_log (what) VALUES ('5');
CREATE INDEX CONCURRENTLY IF NOT EXISTS mig_t_a ON mig_t (a);
CREATE INDEX CONCURRENTLY ON mig_t (b);
INSERT INTO mig_log (what) VALUES ('8');
REINDEX INDEX CONCURRENTLY mig_t_a;
INSERT INTO mig_log (what) VALUES ('10');
REINDEX (CONCURRENTLY) TABLE mig_t;
INSERT INTO mig_log (what) VALUES ('12');
DROP INDEX CONCURRENTLY mig_t_b_idx;
DROP INDEX CONCURRENTLY IF EXISTS mig_t_b_idx;
INSERT INTO mig_log (what) VALUES ('15');
REINDEX TABLE mig_t;
INSERT INTO mig_log (what) VALUES ('17');
VACUUM;
INSERT INTO mig_log (what) VALUES ('19');
VACUUM (FULL, ANALYZE) mig_t;
INSERT INTO mig_log (what) VALUES ('21');
ANALYZE mig_t;
INSERT INTO mig_log (what) VALUES ('23');
CLUSTER mig_t USING mig_t_a;
INSERT INTO mig_log (what) VALUES ('25');
CLUSTER;
INSERT INTO mig_log (what) VALUES ('27');
REINDEX TABLE mig_parts;
INSERT INTO mig_log (what) VALUES ('29');
REINDEX INDEX mig_parts_a;
INSERT INTO mig_log (what) VALUES ('31');
CLUSTER mig_parts USING mig_parts_a;
INSERT INTO mig_log (what) VALUES ('33');
REINDEX SCHEMA schemamig;
INSERT INTO mig_log (what) VALUES ('35');
REINDEX SCHEMA CONCURRENTLY schemamig;
INSERT INTO mig_log (what) VALUES ('37');
REINDEX DATABASE :"db";
INSERT INTO mig_log (what) VALUES ('39');
REINDEX SYSTEM :"db";
INSERT INTO mig_log (what) VALUES ('41');
ALTER TABLE mig_parts DETACH PARTITION mig_parts_1 CONCURRENTLY;
INSERT INTO mig_log (what) VALUES ('43');
ALTER TABLE mig_parts DETACH PARTITION mig_parts_2;
INSERT INTO mig_log (what) VALUES ('45');
ALTER SYSTEM SET schemamig.max_replica_lag = '7s';
INSERT INTO mig_log (what) VALUES ('47');
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE regress_mig_space LOCATION '';
INSERT INTO mig_log (what) VALUES ('50');
CREATE DATABASE regress_mig_db;
INSERT INTO mig_log (what) VALUES ('52');
ALTER DATABASE regress_mig_db SET TABLESPACE regress_mig_space;
INSERT INTO mig_log (what) VALUES ('54');
ALTER DATABASE regress_mig_db CONNECTION LIMIT 3;
INSERT INTO mig_log (what) VALUES ('56');
DISCARD ALL;
INSERT INTO mig_log (what) VALUES ('58');
DISCARD PLANS;
DISCARD SEQUENCES;
INSERT INTO mig_log (what) VALUES ('61');
CREATE TEMP TABLE mig_temp AS SELECT 1 AS a;
CREATE INDEX CONCURRENTLY mig_temp_a ON mig_temp (a);
INSERT INTO mig_log (what) SELECT '64-' || count(*) FROM mig_temp;
$$, $$
INSERT INTO mig_log (what) VALUES ('-1');
DROP DATABASE regress_mig_db;
INSERT INTO mig_log (what) VALUES ('-3');
DROP TABLESPACE regress_mig_space;
ALTER SYSTEM RESET schemamig.max_replica_lag;
INSERT INTO mig_log (what) VALUES ('-6');
DROP TABLE mig_t;
$$, rev_id => 'b1', head => '{base}');
CALL schemamig.migrate('b1', variables => jsonb_build_object('db', :'db'));
SET client_min_messages = warning;
TABLE mig_order;
TABLE mig_indexes;
SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'mig_parts'::regclass;
SELECT setting FROM pg_file_settings WHERE name = 'schemamig.max_replica_lag';
SELECT spcname, datconnlimit FROM pg_database d JOIN pg_tablespace t ON t.oid = dattablespace WHERE datname = 'regress_mig_db';
SELECT statements_done, statements_total FROM schemamig.run_step WHERE revision = 'b1';
DROP TABLE mig_temp;
CALL mig_begin();
CALL schemamig.migrate('b1@base', 'downgrade');
TABLE mig_order;
SELECT setting FROM pg_file_settings WHERE name = 'schemamig.max_replica_lag';
SELECT (SELECT count(*) FROM pg_database WHERE datname ~ '^regress_mig') + (SELECT count(*) FROM pg_tablespace WHERE spcname ~ '^regress_mig') AS left_over;
DROP TABLE mig_parts, mig_parts_1, mig_parts_2;

-- values of an enum can be used after a commit, be it new or not
CALL mig_begin();
CREATE TYPE mig_enum AS ENUM ('a');
SELECT schemamig.edit('b1', downgrade => '', upgrade => $$
INSERT INTO mig_log (what) VALUES ('1');
ALTER TYPE mig_enum ADD VALUE 'b';
INSERT INTO mig_log (what) SELECT '3' || 'b'::mig_enum;
ALTER TYPE mig_enum ADD VALUE 'c';
ALTER TYPE mig_enum ADD VALUE IF NOT EXISTS 'd' BEFORE 'c';
INSERT INTO mig_log (what) SELECT '6' || enum_range(NULL::mig_enum)::text;
ALTER TYPE mig_enum RENAME VALUE 'a' TO 'z';
INSERT INTO mig_log (what) SELECT '8' || 'z'::mig_enum;
CREATE TYPE mig_enum_2 AS ENUM ();
ALTER TYPE mig_enum_2 ADD VALUE 'e';
INSERT INTO mig_log (what) SELECT '11' || 'e'::mig_enum_2;
ALTER TYPE mig_enum ADD VALUE 'last';
$$);
CALL schemamig.migrate('b1');
TABLE mig_order;
SELECT schemamig.revision('uses it', 'INSERT INTO mig_log (what) SELECT ''last''::mig_enum', '', rev_id => 'b2', head => '{b1}');
CALL schemamig.migrate('b2');
CALL schemamig.migrate('b1@base', 'downgrade');
CALL mig_clean();
DROP TYPE mig_enum, mig_enum_2;

-- subscriptions: whether there is a slot decides.  (No publisher can be reached,
-- so those that run at top level fail with 08006, but not with 25001.)
SELECT $$
INSERT INTO mig_log (what) VALUES ('1');
CREATE SUBSCRIPTION regress_mig_sub CONNECTION 'host=/nonexistent dbname=nowhere' PUBLICATION mig_pub WITH (connect = false, slot_name = mig_slot);
INSERT INTO mig_log (what) VALUES ('3');
ALTER SUBSCRIPTION regress_mig_sub ADD PUBLICATION mig_pub_2 WITH (refresh = false);
ALTER SUBSCRIPTION regress_mig_sub ENABLE;
INSERT INTO mig_log (what) VALUES ('6');
$$ AS begun \gset
CALL mig_begin();
SET client_min_messages = error;
\set VERBOSITY sqlstate
SELECT schemamig.revision('subscription', :'begun' || 'ALTER SUBSCRIPTION regress_mig_sub REFRESH PUBLICATION', '', rev_id => 'b1', head => '{base}');
CALL schemamig.migrate('b1');
TABLE mig_order;
TABLE mig_state;
SELECT schemamig.edit('b1', upgrade => :'begun' || 'ALTER SUBSCRIPTION regress_mig_sub SET PUBLICATION mig_pub');
CALL schemamig.migrate('b1');
SELECT schemamig.edit('b1', upgrade => :'begun' || 'CREATE SUBSCRIPTION regress_mig_sub_2 CONNECTION ''host=/nonexistent dbname=nowhere'' PUBLICATION mig_pub');
CALL schemamig.migrate('b1');
SELECT schemamig.edit('b1', upgrade => :'begun' || 'DROP SUBSCRIPTION regress_mig_sub');
CALL schemamig.migrate('b1');
SELECT revision FROM schemamig.upgrade('b1');
\set VERBOSITY default
SELECT schemamig.edit('b1', upgrade => :'begun' || $$
INSERT INTO mig_log (what) VALUES ('7');
ALTER SUBSCRIPTION regress_mig_sub DISABLE;
ALTER SUBSCRIPTION regress_mig_sub SET (slot_name = NONE);
INSERT INTO mig_log (what) VALUES ('10');
DROP SUBSCRIPTION regress_mig_sub;
INSERT INTO mig_log (what) VALUES ('12');
$$);
CALL schemamig.migrate('b1');
TABLE mig_order;
SELECT subname FROM pg_subscription;
SET client_min_messages = warning;
CALL schemamig.migrate('b1@base', 'downgrade');
CALL mig_clean();

-- where the catalogs decide, upgrade() has the server's error, with a hint
CREATE TABLE mig_parts (a int) PARTITION BY RANGE (a);
CREATE TABLE mig_parts_1 PARTITION OF mig_parts FOR VALUES FROM (0) TO (10);
CREATE INDEX mig_parts_a ON mig_parts (a);
SELECT schemamig.revision('in a block', 'REINDEX TABLE mig_parts', '', rev_id => 'c1', head => '{base}');
SELECT revision FROM schemamig.upgrade('c1');
\echo :SQLSTATE
SELECT schemamig.edit('c1', upgrade => 'REINDEX INDEX mig_parts_a');
SELECT revision FROM schemamig.upgrade('c1');
SELECT schemamig.edit('c1', upgrade => 'CLUSTER mig_parts USING mig_parts_a');
SELECT revision FROM schemamig.upgrade('c1');
SELECT schemamig.edit('c1', upgrade => 'REINDEX TABLE mig_parts_1; REINDEX INDEX mig_parts_1_a_idx; CLUSTER mig_parts_1 USING mig_parts_1_a_idx');
SELECT revision FROM schemamig.upgrade('c1');
CALL schemamig.migrate('c1@base', 'downgrade');
DROP TABLE mig_parts;
SET client_min_messages = error;
CREATE SUBSCRIPTION regress_mig_sub CONNECTION 'host=/nonexistent dbname=nowhere' PUBLICATION mig_pub WITH (connect = false);
SET client_min_messages = warning;
SELECT schemamig.edit('c1', upgrade => 'DROP SUBSCRIPTION regress_mig_sub');
SELECT revision FROM schemamig.upgrade('c1');
SELECT schemamig.edit('c1', upgrade => 'ALTER SUBSCRIPTION regress_mig_sub SET (slot_name = NONE); DROP SUBSCRIPTION regress_mig_sub');
SELECT revision FROM schemamig.upgrade('c1');
CALL mig_clean();

--
-- Settings go on over the pieces, and end with the step
--

CREATE ROLE regress_mig_owner;
CREATE SCHEMA mig_schema;
GRANT ALL ON SCHEMA public, mig_schema TO regress_mig_owner;
GRANT ALL ON mig_log TO regress_mig_owner;
CREATE FUNCTION mig_settings() RETURNS text LANGUAGE sql AS $$
SELECT concat_ws(' / ', current_setting('search_path'), current_setting('work_mem'), current_setting('maintenance_work_mem'), current_setting('statement_timeout'), current_user = session_user)
$$;
SET work_mem = '3MB';
SET maintenance_work_mem = '4MB';
SET lock_timeout = '11s';
SET statement_timeout = '99s';
SELECT mig_settings();
SELECT schemamig.revision('settings', $$
SET search_path = mig_schema, public;
SET work_mem = '7MB';
SELECT set_config('maintenance_work_mem', '9MB', false);
SET statement_timeout = '77s';
CREATE TABLE mig_s (a int);
INSERT INTO mig_log (what) VALUES ('1: ' || mig_settings());
CREATE INDEX CONCURRENTLY mig_s_a ON mig_s (a);
INSERT INTO mig_log (what) VALUES ('2: ' || mig_settings());
SET ROLE regress_mig_owner;
CREATE TABLE mig_o (a int);
CREATE INDEX CONCURRENTLY mig_o_a ON mig_o (a);
INSERT INTO mig_log (what) VALUES ('3: ' || mig_settings());
CREATE INDEX CONCURRENTLY mig_o_b ON mig_o (a);
RESET work_mem;
RESET ROLE;
INSERT INTO mig_log (what) SELECT '4: ' || (setting = reset_val) || ' ' || (current_user = session_user) FROM pg_settings WHERE name = 'work_mem';
CREATE INDEX CONCURRENTLY mig_o_c ON mig_o (a);
SET SESSION AUTHORIZATION regress_mig_owner;
CREATE INDEX CONCURRENTLY mig_o_d ON mig_o (a);
INSERT INTO mig_log (what) VALUES ('5: ' || (session_user = 'regress_mig_owner'));
$$, 'DROP TABLE mig_schema.mig_s, mig_schema.mig_o', rev_id => 's1', head => '{base}');
SELECT schemamig.revision('the next step', $$
INSERT INTO mig_log (what) VALUES ('6: ' || mig_settings());
SET maintenance_work_mem = '8MB';
VACUUM mig_log;
$$, '', rev_id => 's2', head => '{s1}');
TRUNCATE mig_log;
CALL schemamig.migrate('s2');
SELECT what FROM mig_log ORDER BY id;
TABLE mig_indexes;
SELECT mig_settings(), current_setting('lock_timeout') AS lock_timeout, session_user = :'USER' AS session_user;
CALL schemamig.migrate('s2@base', 'downgrade');
SELECT mig_settings(), current_setting('lock_timeout') AS lock_timeout, session_user = :'USER' AS session_user;
-- nor after an error, in a transaction
SELECT schemamig.revision('fails', $$
SET work_mem = '7MB';
SET ROLE regress_mig_owner;
SELECT 1 / 0;
$$, '', rev_id => 's3', head => '{base}');
CALL schemamig.migrate('s3');
SELECT mig_settings(), current_setting('lock_timeout') AS lock_timeout, session_user = :'USER' AS session_user;
-- or at top level: as a role that does not own the table, and as one that does
CREATE TABLE mig_t (a int);
INSERT INTO mig_t VALUES (1), (1);
SELECT schemamig.edit('s3', upgrade => $$
SET work_mem = '7MB';
SET search_path = mig_schema, public;
SET ROLE regress_mig_owner;
CREATE UNIQUE INDEX CONCURRENTLY mig_t_a ON mig_t (a);
$$);
CALL schemamig.migrate('s3');
\echo :SQLSTATE
SELECT mig_settings(), current_setting('lock_timeout') AS lock_timeout, session_user = :'USER' AS session_user;
ALTER TABLE mig_t OWNER TO regress_mig_owner;
CALL schemamig.migrate('s3');
\echo :SQLSTATE
SELECT mig_settings(), current_setting('lock_timeout') AS lock_timeout, session_user = :'USER' AS session_user;
RESET ROLE;
DELETE FROM mig_t;
CALL schemamig.migrate('s3');
TABLE mig_indexes;
SELECT mig_settings(), current_setting('lock_timeout') AS lock_timeout, session_user = :'USER' AS session_user;
CALL schemamig.migrate('s3@base', 'downgrade');
DROP TABLE mig_t;
-- a role that the script has taken on has only its own rights at top level, too
CREATE TABLE mig_t (a int);
SELECT schemamig.edit('s3', upgrade => 'SET SESSION AUTHORIZATION regress_mig_owner; CREATE INDEX CONCURRENTLY mig_t_a ON mig_t (a)');
CALL schemamig.migrate('s3');
\echo :SQLSTATE
TABLE mig_indexes;
RESET SESSION AUTHORIZATION;
SELECT schemamig.stamp('base');
DROP INDEX IF EXISTS mig_t_a;
-- RESET ALL and DISCARD ALL end what the script has set, but not what the caller has
SET schemamig.run_timeout = '59s';
SELECT schemamig.edit('s3', upgrade => $$
SET work_mem = '7MB';
RESET ALL;
VACUUM mig_t;
INSERT INTO public.mig_log (what) SELECT 'RESET ALL: ' || (setting = reset_val) FROM pg_settings WHERE name = 'work_mem';
SET work_mem = '7MB';
DISCARD ALL;
INSERT INTO public.mig_log (what) SELECT 'DISCARD ALL: ' || (current_setting('work_mem') <> '7MB');
$$);
TRUNCATE mig_log;
CALL schemamig.migrate('s3');
SELECT what FROM mig_log ORDER BY id;
SELECT mig_settings(), current_setting('lock_timeout') AS lock_timeout, current_setting('schemamig.run_timeout') AS run_timeout, current_setting('client_min_messages') AS client_min_messages;
SET client_min_messages = warning;
SELECT schemamig.stamp('base');
RESET work_mem;
RESET maintenance_work_mem;
RESET lock_timeout;
RESET statement_timeout;
RESET schemamig.run_timeout;

--
-- schemamig.role: who owns what
--

SET schemamig.role = regress_mig_owner;
SELECT schemamig.edit('s3', upgrade => $$
CREATE TABLE mig_r (a int);
INSERT INTO mig_log (what) VALUES (current_user);
CREATE INDEX CONCURRENTLY mig_r_a ON mig_r (a);
INSERT INTO mig_log (what) VALUES (current_user);
REINDEX TABLE CONCURRENTLY mig_r;
$$, downgrade => $$DROP INDEX CONCURRENTLY mig_r_a; DROP TABLE mig_r$$);
TRUNCATE mig_log;
CALL schemamig.migrate('s3');
SELECT what FROM mig_log ORDER BY id;
SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE relname ~ '^mig_r' ORDER BY 1;
SELECT role, session_role = session_user AS session_role FROM schemamig.run ORDER BY run DESC LIMIT 1;
SELECT applied_by FROM schemamig.applied WHERE revision = 's3';
CALL schemamig.migrate('s3@base', 'downgrade');
-- it cannot do more than it may, nor leave the role
SELECT schemamig.edit('s3', upgrade => 'CREATE INDEX CONCURRENTLY mig_t_a ON mig_t (a)');
CALL schemamig.migrate('s3');
\echo :SQLSTATE
SELECT schemamig.edit('s3', upgrade => 'ALTER SYSTEM SET work_mem = ''1MB''');
CALL schemamig.migrate('s3');
\echo :SQLSTATE
SELECT schemamig.edit('s3', upgrade => 'VACUUM mig_log; RESET ROLE');
CALL schemamig.migrate('s3');
\echo :SQLSTATE
SELECT schemamig.edit('s3', downgrade => '', upgrade => 'CREATE TABLE mig_r (a int); CREATE INDEX CONCURRENTLY mig_r_a ON mig_r (a); DO ''BEGIN EXECUTE $x$RESET ROLE$x$; END''');
CALL schemamig.migrate('s3');
\echo :SQLSTATE
SELECT current_user = session_user AS myself, current_setting('schemamig.role') AS role;
SELECT schemamig.edit('s3', upgrade => replace(upgrade, 'DO ''BEGIN EXECUTE $x$RESET ROLE$x$; END''', 'DISCARD ALL; INSERT INTO public.mig_log (what) VALUES (''after DISCARD ALL: '' || current_user)')) FROM schemamig.revision WHERE revision = 's3';
TRUNCATE mig_log;
CALL schemamig.migrate('s3');
SELECT what FROM mig_log;
SELECT current_user = session_user AS myself, current_setting('schemamig.role') AS role;
SET client_min_messages = warning;
SET schemamig.role = regress_mig_nobody;
CALL schemamig.migrate('s3');
\echo :SQLSTATE
RESET schemamig.role;
CALL schemamig.migrate('s3@base', 'downgrade');
DROP TABLE mig_r;
CALL mig_clean();
-- nor does anybody else's script run with more rights than its author has
GRANT USAGE ON SCHEMA schemamig TO regress_mig_owner;
SET ROLE regress_mig_owner;
CALL schemamig.migrate();
\echo :SQLSTATE
RESET ROLE;
GRANT EXECUTE ON FUNCTION schemamig.revision TO regress_mig_owner;
SET ROLE regress_mig_owner;
SELECT schemamig.revision('of somebody else', 'CREATE INDEX CONCURRENTLY mig_t_a ON mig_t (a)', 'DROP INDEX CONCURRENTLY mig_t_a', rev_id => 's4');
RESET ROLE;
\set VERBOSITY sqlstate
CALL schemamig.migrate();
\set VERBOSITY default
TABLE mig_indexes;
SELECT schemamig.approve('s4');
CALL schemamig.migrate();
TABLE mig_indexes;
CALL schemamig.migrate('base', 'downgrade');
CALL mig_clean();
-- a role that the caller has taken on stays, as does what it could not set itself
SELECT schemamig.revision('discards', $$
CREATE TABLE mig_r (a int);
CREATE INDEX CONCURRENTLY mig_r_a ON mig_r (a);
DISCARD ALL;
INSERT INTO mig_log (what) VALUES (current_user);
VACUUM mig_r;
INSERT INTO mig_log (what) VALUES (current_user);
$$, 'DROP INDEX CONCURRENTLY mig_r_a; DISCARD ALL; DROP TABLE mig_r', rev_id => 's5', head => '{base}');
GRANT EXECUTE ON PROCEDURE schemamig.migrate TO regress_mig_owner;
TRUNCATE mig_log;
SET schemamig.trusted_authors = '*';
SET ROLE regress_mig_owner;
CALL schemamig.migrate();
CALL schemamig.migrate('base', 'downgrade');
SELECT current_user, session_user = :'USER' AS session_user, current_setting('role') AS role, current_setting('schemamig.trusted_authors') AS trusted_authors;
RESET ROLE;
SET SESSION AUTHORIZATION regress_mig_owner;
CALL schemamig.migrate();
CALL schemamig.migrate('base', 'downgrade');
SELECT current_user, session_user, current_setting('role') AS role, current_setting('schemamig.trusted_authors') AS trusted_authors;
RESET SESSION AUTHORIZATION;
RESET schemamig.trusted_authors;
SELECT DISTINCT what FROM mig_log;
SELECT DISTINCT r.role, r.session_role = :'USER' AS session_role FROM schemamig.run r JOIN schemamig.run_step USING (run) WHERE revision = 's5' ORDER BY 2;
CALL mig_clean();
DROP TABLE mig_t;

--
-- Tenants and variables
--

CREATE SCHEMA mig_tenant_1;
CREATE SCHEMA "mig Tenant 2";
SELECT schemamig.revision('in a schema', $$
CREATE TABLE mig_x (a int DEFAULT :'number', b text DEFAULT :'text');
INSERT INTO mig_x VALUES (DEFAULT, DEFAULT);
CREATE INDEX CONCURRENTLY :"index" ON mig_x (b) WHERE b <> :'text';
INSERT INTO mig_log (what) SELECT current_schema() || ' ' || a || ' ' || b FROM mig_x;
REINDEX TABLE CONCURRENTLY mig_x;
VACUUM mig_x;
CREATE TYPE mig_e AS ENUM ('a');
ALTER TYPE mig_e ADD VALUE :'value';
INSERT INTO mig_log (what) SELECT current_schema() || ' ' || enum_range(NULL::mig_e)::text;
$$, 'DROP INDEX CONCURRENTLY :"index"; DROP TABLE mig_x; DROP TYPE mig_e', rev_id => 't1', head => '{base}');
TRUNCATE mig_log;
SET client_min_messages = notice;
CALL schemamig.migrate('t1', tenant => 'mig_tenant_1', variables => '{"number": 1, "text": "it''s", "index": "mig Index", "value": "b"}');
CALL schemamig.migrate('t1', 'upgrade', 'mig Tenant 2', '{"number": 2, "text": "two", "index": "mig_Index", "value": "'' ;"}');
CALL schemamig.migrate('t1', tenant => 'mig_tenant_1');
SET client_min_messages = warning;
SELECT what FROM mig_log ORDER BY id;
SELECT tenant, revision FROM schemamig.version ORDER BY 1;
SELECT tenant, current, schema_exists FROM schemamig.tenants ORDER BY 1;
SELECT index, valid FROM mig_indexes;
SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = '"mig Tenant 2"."mig_Index"'::regclass;
SELECT tenant, command, target, steps, status FROM schemamig.run WHERE tenant <> '' ORDER BY run;
SELECT current_setting('search_path');
CALL schemamig.migrate('base', 'downgrade', 'mig_tenant_1', '{"index": "mig Index"}');
SELECT tenant, revision FROM schemamig.version ORDER BY 1;
SELECT index, valid FROM mig_indexes;
-- an undefined variable is found before anything runs
CALL schemamig.migrate('t1', tenant => 'mig_tenant_1', variables => '{"number": 1, "text": "one"}');
\echo :SQLSTATE
CALL schemamig.migrate('t1', tenant => 'mig_tenant_1', variables => '[1]');
\echo :SQLSTATE
SELECT to_regclass('mig_tenant_1.mig_x') IS NULL AS nothing_ran;
CALL schemamig.migrate('t1', tenant => 'mig_nowhere');
\echo :SQLSTATE
-- what is left of a step has the variables of the call that goes on
TRUNCATE mig_log;
INSERT INTO mig_log (what) VALUES ('mig_tenant_1 1 one');
CREATE UNIQUE INDEX mig_log_what ON mig_log (what);
CALL schemamig.migrate('t1', tenant => 'mig_tenant_1', variables => '{"number": 1, "text": "one", "index": "mig Index", "value": "b"}');
TABLE mig_state;
CALL schemamig.migrate('base', 'downgrade', 'mig Tenant 2', '{"index": "mig_Index"}');
-- dropping and renaming a tenant that is in the middle of something
SELECT schemamig.drop_tenant('mig_tenant_1');
\echo :SQLSTATE
ALTER SCHEMA mig_tenant_1 RENAME TO mig_tenant_3;
SELECT schemamig.rename_tenant('mig_tenant_1', 'mig_tenant_3');
TABLE mig_state;
SELECT problem, revision, tenant FROM schemamig.validate();
SELECT tenant, status FROM schemamig.run ORDER BY run DESC LIMIT 2;
DROP INDEX mig_log_what;
TRUNCATE mig_log;
CALL schemamig.migrate('t1', tenant => 'mig_tenant_3', variables => '{"number": 7, "text": "three", "index": "mig Index", "value": "c"}');
SELECT what FROM mig_log ORDER BY id;
SELECT revision FROM schemamig.current(tenant => 'mig_tenant_3');
SELECT count(*) AS problems FROM schemamig.validate();
-- a tenant whose schema is gone
SELECT schemamig.edit('t1', downgrade => 'VACUUM mig_x; SELECT 1/0', force => true);
CALL schemamig.migrate('base', 'downgrade', 'mig_tenant_3');
TABLE mig_state;
DROP SCHEMA mig_tenant_3 CASCADE;
SELECT schemamig.drop_tenant('mig_tenant_3');
SELECT schemamig.drop_tenant('mig Tenant 2');
SELECT count(*) AS unfinished FROM schemamig.unfinished;
SELECT tenant FROM schemamig.tenants ORDER BY 1;
SELECT count(*) AS problems FROM schemamig.validate();
DROP SCHEMA "mig Tenant 2";
CALL mig_clean();

--
-- Verify scripts and hooks
--

CREATE TABLE mig_t (a int);
SELECT schemamig.revision('verified', 'CREATE INDEX CONCURRENTLY mig_t_a ON mig_t (a); ANALYZE mig_t', 'DROP INDEX CONCURRENTLY mig_t_a', verify => 'SELECT true; CREATE INDEX CONCURRENTLY mig_t_b ON mig_t (a)', rev_id => 'v1', head => '{base}');
CALL schemamig.migrate('v1');
\echo :SQLSTATE
SELECT count(*) AS begun FROM schemamig.unfinished;
-- it runs in the transaction that records the revision
SELECT schemamig.edit('v1', verify => $$SELECT indisvalid FROM pg_index WHERE indexrelid = 'mig_t_a'::regclass; INSERT INTO mig_log (what) VALUES ('verify'); SELECT false$$);
CALL mig_begin();
\set VERBOSITY terse
CALL schemamig.migrate('v1');
\echo :SQLSTATE
\set VERBOSITY default
TABLE mig_order;
TABLE mig_state;
SELECT schemamig.edit('v1', verify => $$SELECT indisvalid FROM pg_index WHERE indexrelid = 'mig_t_a'::regclass; INSERT INTO mig_log (what) VALUES ('verify'); SELECT true$$);
CALL schemamig.migrate('v1');
TABLE mig_order;
CALL schemamig.migrate('v1@base', 'downgrade');

CREATE FUNCTION mig_hook(j jsonb) RETURNS void LANGUAGE sql AS $$
INSERT INTO mig_log (what) VALUES (concat_ws('-', j ->> 'event', j ->> 'direction', j ->> 'revision', j ->> 'step', j ->> 'steps'))
$$;
SELECT schemamig.register_hook(event, 'mig_hook(jsonb)') FROM unnest('{before_step,after_step,after_run}'::text[]) AS event;
SELECT schemamig.revision('in the middle', 'INSERT INTO mig_log (what) VALUES (''1''); VACUUM mig_t; INSERT INTO mig_log (what) VALUES (''3'')', 'SELECT 1; VACUUM mig_t', rev_id => 'v2', head => '{v1}');
SELECT schemamig.revision('in one', 'INSERT INTO mig_log (what) VALUES (''1'')', '', rev_id => 'v3', head => '{v2}');
CALL mig_begin();
CALL schemamig.migrate('v3');
TABLE mig_order;
CALL schemamig.migrate('v3');
CALL mig_begin();
CALL schemamig.migrate('v1@base', 'downgrade');
TABLE mig_order;
-- a hook that fails: the step is not recorded, what is committed is
CREATE FUNCTION mig_hook_fails(j jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'hook %', j ->> 'event';
END $$;
SELECT schemamig.register_hook('after_step', 'mig_hook_fails(jsonb)');
CALL mig_begin();
\set VERBOSITY terse
CALL schemamig.migrate('v2');
\echo :SQLSTATE
\set VERBOSITY default
TABLE mig_state;
TABLE mig_indexes;
SELECT schemamig.unregister_hook('after_step', 'public.mig_hook_fails');
SELECT schemamig.register_hook('before_step', 'mig_hook_fails(jsonb)');
\set VERBOSITY terse
CALL schemamig.migrate('v1');
\set VERBOSITY default
SELECT schemamig.unregister_hook('before_step', 'public.mig_hook_fails');
SELECT schemamig.register_hook('after_run', 'mig_hook_fails(jsonb)');
CALL schemamig.migrate('v2');
SELECT revision FROM schemamig.applied ORDER BY 1;
SELECT status, error FROM schemamig.run ORDER BY run DESC LIMIT 1;
SELECT count(*) AS problems FROM schemamig.validate();
TABLE mig_order;
SELECT schemamig.unregister_hook('after_run', 'public.mig_hook_fails'), schemamig.unregister_hook('before_step', 'public.mig_hook'), schemamig.unregister_hook('after_step', 'public.mig_hook'), schemamig.unregister_hook('after_run', 'public.mig_hook');
CALL schemamig.migrate('v1@base', 'downgrade');
CALL mig_clean();
DROP FUNCTION mig_hook, mig_hook_fails;
DROP TABLE mig_t;

--
-- A failure in the middle of a script: what is committed stays, and is known
--

CREATE TABLE mig_t (a int, b int);
INSERT INTO mig_t VALUES (1, 1), (1, 2);
SELECT schemamig.revision('before', 'INSERT INTO mig_log (what) VALUES (''before'')', '', rev_id => 'f1', head => '{base}');
SELECT schemamig.revision('fails', $$
INSERT INTO mig_log (what) VALUES ('1');
INSERT INTO mig_log (what) VALUES ('2');
VACUUM mig_t;
INSERT INTO mig_log (what) VALUES ('4');
CREATE UNIQUE INDEX CONCURRENTLY mig_t_a ON mig_t (a);
INSERT INTO mig_log (what) VALUES ('6');
$$, $$
INSERT INTO mig_log (what) VALUES ('-1');
DROP INDEX CONCURRENTLY mig_t_a;
INSERT INTO mig_log (what) VALUES ('-3');
SELECT 1 / 0;
$$, rev_id => 'f2', head => '{f1}');
SELECT schemamig.revision('after', 'INSERT INTO mig_log (what) VALUES (''after'')', '', rev_id => 'f3', head => '{f2}');
CALL mig_begin();
CALL schemamig.migrate('f3');
\echo :SQLSTATE
TABLE mig_order;
TABLE mig_state;
TABLE mig_indexes;
SELECT s.step, s.revision, s.status, s.sqlstate, s.error, s.finished_at >= s.started_at AS finished, r.status AS run, r.sqlstate AS run_sqlstate, r.error AS run_error, r.finished_at >= r.started_at AS run_finished
FROM schemamig.run_step s JOIN schemamig.run r USING (run) JOIN mig_since m ON r.run > m.run ORDER BY s.run, s.step;
SELECT revision, flags FROM schemamig.history(':f3') WHERE revision LIKE 'f%';
SELECT revision, flags FROM schemamig.show('f2');
SELECT revision FROM schemamig.current();
SELECT revision FROM schemamig.pending('f3');
SELECT problem, revision, tenant, regexp_replace(detail, 'Run \d+', 'Run N') AS detail, hint FROM schemamig.validate();
-- nothing else moves it
\set VERBOSITY terse
CALL schemamig.migrate('f1', 'downgrade');
\echo :SQLSTATE
CALL schemamig.migrate('f1');
\echo :SQLSTATE
SELECT revision FROM schemamig.downgrade('base');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('f3');
\echo :SQLSTATE
\set VERBOSITY default
TABLE mig_state;
-- it fails again, at the same place
CALL schemamig.migrate('f2');
TABLE mig_state;
TABLE mig_indexes;
SELECT count(*) FROM mig_log;
-- the part that is done must not be another one; what is left may
\set VERBOSITY terse
SELECT schemamig.edit('f2', upgrade => 'INSERT INTO mig_log (what) VALUES (''other'')');
CALL schemamig.migrate('f3');
\echo :SQLSTATE
SELECT schemamig.edit('f2', upgrade => 'INSERT INTO mig_log (what) VALUES (''1''); INSERT INTO mig_log (what) VALUES (''2''); VACUUM mig_t;');
CALL schemamig.migrate('f3');
\echo :SQLSTATE
\set VERBOSITY default
SELECT count(*) FROM mig_log;
-- what a statement has left invalid goes away, also if another one takes its place
SELECT schemamig.edit('f2', upgrade => $$
-- a comment, and other white space, do no harm
INSERT INTO mig_log (what) VALUES ('1'); INSERT INTO mig_log (what) VALUES ('2');
VACUUM mig_t; INSERT INTO mig_log (what) VALUES ('4');
DELETE FROM mig_t WHERE b = 2;
CREATE UNIQUE INDEX CONCURRENTLY mig_t_a ON mig_t (a);
INSERT INTO mig_log (what) VALUES ('7');
$$);
SET client_min_messages = notice;
CALL schemamig.migrate('f3');
SET client_min_messages = warning;
TABLE mig_order;
TABLE mig_indexes;
SELECT count(*) AS problems FROM schemamig.validate();
SELECT statements_done, statements_total FROM schemamig.run_step WHERE revision = 'f2' AND status = 'done' AND direction = 'upgrade';
-- downwards
CALL mig_begin();
CALL schemamig.migrate('f1', 'downgrade');
\echo :SQLSTATE
TABLE mig_order;
TABLE mig_state;
SELECT revision, flags FROM schemamig.history(':f3') WHERE revision LIKE 'f%';
SELECT problem, revision, tenant, regexp_replace(detail, 'Run \d+', 'Run N') AS detail, hint FROM schemamig.validate();
\set VERBOSITY terse
CALL schemamig.migrate('f3');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('f3');
\echo :SQLSTATE
SELECT schemamig.edit('f2', downgrade => 'INSERT INTO mig_log (what) VALUES (''-1'')', force => true);
CALL schemamig.migrate('f1', 'downgrade');
\echo :SQLSTATE
\set VERBOSITY default
SELECT schemamig.edit('f2', downgrade => 'INSERT INTO mig_log (what) VALUES (''-1''); DROP INDEX CONCURRENTLY mig_t_a; INSERT INTO mig_log (what) VALUES (''last'')', force => true);
-- what is left can run in a transaction, so downgrade() does it, too
BEGIN;
SELECT revision FROM schemamig.downgrade('f1');
ROLLBACK;
TABLE mig_state;
SELECT revision FROM schemamig.downgrade('f1');
SELECT count(*) AS unfinished FROM schemamig.unfinished;
TABLE mig_order;
SELECT revision FROM schemamig.current();
CALL schemamig.migrate('f1@base', 'downgrade');

-- another branch does not get in front of it
SELECT schemamig.revision('the other branch', 'INSERT INTO mig_log (what) VALUES (''other'')', '', rev_id => 'e1', head => '{base}');
SELECT schemamig.edit('f2', upgrade => 'VACUUM mig_t; SELECT 1 / 0', downgrade => '');
\set VERBOSITY terse
CALL schemamig.migrate('f3');
CALL schemamig.migrate('e1');
\echo :SQLSTATE
\set VERBOSITY default
SELECT schemamig.edit('f2', upgrade => 'VACUUM mig_t; SELECT 1 / 1', downgrade => '');
SET client_min_messages = notice;
CALL schemamig.migrate('heads');
SET client_min_messages = warning;
CALL schemamig.migrate('base', 'downgrade');

-- stamp() forgets
SELECT schemamig.edit('f2', upgrade => 'VACUUM mig_t; SELECT 1 / 0', downgrade => '');
\set VERBOSITY terse
CALL schemamig.migrate('f3');
\set VERBOSITY default
SELECT schemamig.drop_revision('f3');
SELECT schemamig.drop_revision('f2');
\echo :SQLSTATE
BEGIN;
SET LOCAL client_min_messages = notice;
SELECT schemamig.stamp('f2');
SELECT count(*) AS unfinished FROM schemamig.unfinished;
ROLLBACK;
BEGIN;
SET LOCAL client_min_messages = notice;
SELECT schemamig.stamp('current');
SELECT count(*) AS unfinished FROM schemamig.unfinished;
SELECT command, target, status FROM schemamig.run ORDER BY run DESC LIMIT 1;
ROLLBACK;
SELECT revision FROM mig_state;
SELECT schemamig.drop_revision('f2', force => true);
SELECT count(*) AS unfinished FROM schemamig.unfinished;
SELECT count(*) AS problems FROM schemamig.validate();
CALL schemamig.migrate('f1@base', 'downgrade');
CALL mig_clean();
DROP TABLE mig_t;

-- an error at top level has its place in the script
CREATE TABLE mig_t (a int);
SELECT schemamig.revision('places', $$SELECT 'ü';
/* ö */ CREATE INDEX CONCURRENTLY mig_t_a ON mig_t (('ä' || a || nope))$$, '', rev_id => 'p1', head => '{base}');
CALL schemamig.migrate('p1');
\echo :SQLSTATE
SELECT schemamig.edit('p1', upgrade => $$SELECT 'ü';
CREATE FUNCTION mig_fails(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$ BEGIN RAISE EXCEPTION 'ä'; END $f$;
INSERT INTO mig_t VALUES (1);
CREATE INDEX CONCURRENTLY mig_t_a ON mig_t (mig_fails(a))$$);
CALL schemamig.migrate('p1');
\echo :SQLSTATE
TABLE mig_indexes;
CALL mig_clean();
DROP TABLE mig_t;
DROP FUNCTION mig_fails;

-- a new value of an enum can be verified
CREATE TYPE mig_enum AS ENUM ();
SELECT schemamig.revision('a value', 'ALTER TYPE mig_enum ADD VALUE ''a''', '', verify => 'SELECT ''a'' = ANY (enum_range(NULL::mig_enum))', rev_id => 'p1', head => '{base}');
CALL schemamig.migrate('p1');
SELECT revision FROM schemamig.current();
CALL mig_clean();
DROP TYPE mig_enum;

-- an error at the commit of a step is an error of the step
CREATE TABLE mig_deferred (a int PRIMARY KEY, other int REFERENCES mig_deferred DEFERRABLE INITIALLY DEFERRED);
SELECT schemamig.revision('deferred', $$
INSERT INTO mig_deferred VALUES (1, 2);
INSERT INTO mig_deferred VALUES (2, 1);
VACUUM mig_deferred;
INSERT INTO mig_deferred VALUES (3, 4);
$$, 'TRUNCATE mig_deferred', rev_id => 'd1', head => '{base}');
CALL schemamig.migrate('d1');
\echo :SQLSTATE
TABLE mig_state;
SELECT a FROM mig_deferred ORDER BY a;
SELECT revision FROM schemamig.current();
SELECT schemamig.edit('d1', upgrade => upgrade || 'INSERT INTO mig_deferred VALUES (4, 4)') FROM schemamig.revision WHERE revision = 'd1';
CALL schemamig.migrate('d1');
SELECT a FROM mig_deferred ORDER BY a;
CALL schemamig.migrate('d1@base', 'downgrade');
DROP TABLE mig_deferred;
CALL mig_clean();

--
-- Isolation levels
--

CREATE TABLE mig_t (a int);
SELECT schemamig.revision('isolation', $$
INSERT INTO mig_log (what) VALUES (current_setting('transaction_isolation'));
CREATE INDEX CONCURRENTLY mig_t_a ON mig_t (a);
INSERT INTO mig_log (what) VALUES (current_setting('transaction_isolation'));
REINDEX TABLE CONCURRENTLY mig_t;
VACUUM mig_t;
$$, $$
INSERT INTO mig_log (what) VALUES (current_setting('transaction_isolation'));
DROP INDEX CONCURRENTLY mig_t_a;
$$, rev_id => 'd1', head => '{base}');
CALL mig_begin();
SET default_transaction_isolation = 'repeatable read';
CALL schemamig.migrate('d1');
CALL schemamig.migrate('d1@base', 'downgrade');
SET default_transaction_isolation = 'serializable';
CALL schemamig.migrate('d1');
CALL schemamig.migrate('d1@base', 'downgrade');
SET default_transaction_deferrable = on;
CALL schemamig.migrate('d1');
CALL schemamig.migrate('d1@base', 'downgrade');
RESET default_transaction_deferrable;
RESET default_transaction_isolation;
SELECT string_agg(what, ', ' ORDER BY id) FROM mig_log;
TABLE mig_indexes;
SELECT count(*) AS problems FROM schemamig.validate();

--
-- Event triggers run SQL while statements commit by themselves
--

CREATE TABLE mig_events (id int GENERATED ALWAYS AS IDENTITY, event text, tag text, n bigint);
CREATE FUNCTION mig_event_reads() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT count(*) FROM mig_t) < 0 THEN
		RAISE EXCEPTION 'impossible';
	END IF;
END $$;
CREATE FUNCTION mig_event() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO mig_events (event, tag, n) SELECT TG_EVENT, TG_TAG, count(*) FROM pg_class WHERE relname = 'mig_t';
END $$;
CREATE EVENT TRIGGER regress_mig_start ON ddl_command_start EXECUTE FUNCTION mig_event_reads();
CREATE EVENT TRIGGER regress_mig_end ON ddl_command_end EXECUTE FUNCTION mig_event();
CREATE EVENT TRIGGER regress_mig_drop ON sql_drop EXECUTE FUNCTION mig_event();
CALL mig_clean();
SELECT schemamig.revision('events', $$
CREATE TABLE mig_u (a int);
CREATE INDEX CONCURRENTLY mig_u_a ON mig_u (a);
REINDEX TABLE CONCURRENTLY mig_u;
CREATE INDEX mig_u_b ON mig_u (a);
VACUUM mig_u;
DROP INDEX CONCURRENTLY mig_u_b;
$$, $$
DROP INDEX CONCURRENTLY mig_u_a;
DROP TABLE mig_u;
$$, rev_id => 'd1');
CALL schemamig.migrate('d1');
CALL schemamig.migrate('d1@base', 'downgrade');
-- (not REINDEX, for which event triggers are newer)
SELECT event, tag, n FROM mig_events WHERE tag <> 'REINDEX' ORDER BY id;
-- one that fails when the index is there already
CREATE FUNCTION mig_event_fails() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'not %', TG_TAG;
END $$;
DROP EVENT TRIGGER regress_mig_end;
CREATE EVENT TRIGGER regress_mig_end ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION mig_event_fails();
\set VERBOSITY terse
CALL schemamig.migrate('d1');
\set VERBOSITY default
TABLE mig_state;
TABLE mig_indexes;
DROP EVENT TRIGGER regress_mig_end;
DROP EVENT TRIGGER regress_mig_start;
DROP EVENT TRIGGER regress_mig_drop;
SELECT schemamig.edit('d1', upgrade => replace(upgrade, 'CREATE INDEX mig_u_b ON mig_u (a)', 'CREATE INDEX CONCURRENTLY mig_u_b ON mig_u (a)')) FROM schemamig.revision WHERE revision = 'd1';
CALL schemamig.migrate('d1');
TABLE mig_indexes;
CALL schemamig.migrate('d1@base', 'downgrade');
DROP FUNCTION mig_event, mig_event_reads, mig_event_fails;
DROP TABLE mig_events;
CALL mig_clean();

--
-- A script cannot get around the run: its locks, its journal
--

SELECT schemamig.revision('unlocks', $$
SELECT pg_advisory_unlock_all();
CREATE INDEX CONCURRENTLY mig_t_a ON mig_t (a);
INSERT INTO mig_log (what) SELECT 'held: ' || string_agg(classid::text, ' ' ORDER BY classid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 77 AND pid = pg_backend_pid();
DISCARD ALL;
INSERT INTO mig_log (what) SELECT 'held: ' || string_agg(classid::text, ' ' ORDER BY classid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 77 AND pid = pg_backend_pid();
SELECT pg_advisory_unlock_all();
INSERT INTO mig_log (what) SELECT 'held: ' || string_agg(classid::text, ' ' ORDER BY classid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 77 AND pid = pg_backend_pid();
SELECT pg_advisory_lock(4711);
VACUUM mig_t;
$$, 'DROP INDEX CONCURRENTLY mig_t_a', rev_id => 'd1');
TRUNCATE mig_log;
CALL schemamig.migrate('d1');
SET client_min_messages = warning;
SELECT DISTINCT what FROM mig_log;
SELECT classid, objid, objsubid FROM pg_locks WHERE locktype = 'advisory';
SELECT pg_advisory_unlock(4711);
CALL schemamig.migrate('d1@base', 'downgrade');
\set VERBOSITY terse
SELECT schemamig.edit('d1', upgrade => 'VACUUM mig_t; CALL schemamig.migrate()', downgrade => '');
CALL schemamig.migrate('d1');
\echo :SQLSTATE
SELECT schemamig.edit('d1', upgrade => 'VACUUM mig_t; DO $do$ BEGIN CALL schemamig.migrate(); END $do$');
CALL schemamig.migrate('d1');
\echo :SQLSTATE
SELECT schemamig.edit('d1', upgrade => 'VACUUM mig_t; SELECT schemamig.upgrade(''d1'')');
CALL schemamig.migrate('d1');
\echo :SQLSTATE
SELECT schemamig.edit('d1', upgrade => 'VACUUM mig_t; SELECT schemamig.stamp(''d1'')');
CALL schemamig.migrate('d1');
\echo :SQLSTATE
SELECT schemamig.edit('d1', upgrade => 'VACUUM mig_t; SELECT schemamig.edit(''d1'', message => ''other'')');
CALL schemamig.migrate('d1');
\echo :SQLSTATE
SELECT schemamig.edit('d1', upgrade => 'VACUUM mig_t; DO $do$ BEGIN COMMIT; END $do$');
CALL schemamig.migrate('d1');
\echo :SQLSTATE
SELECT schemamig.edit('d1', upgrade => 'VACUUM mig_t; DO $do$ BEGIN EXECUTE ''DROP EXTENSION schemamig CASCADE''; END $do$');
CALL schemamig.migrate('d1');
\echo :SQLSTATE
\set VERBOSITY default
SELECT schemamig.edit('d1', upgrade => 'VACUUM mig_t; SELECT 2');
CALL schemamig.migrate('d1');
SELECT revision FROM schemamig.current();
SELECT count(*) AS problems FROM schemamig.validate();
SELECT count(*) AS locks FROM pg_locks WHERE locktype = 'advisory';
SELECT count(*) AS portals FROM pg_cursors WHERE name <> '';
SELECT DISTINCT status FROM schemamig.run ORDER BY 1;

--
-- Alembic moves the database between two transactions
--

CALL mig_clean();
CREATE TABLE mig_version (version_num varchar(32) PRIMARY KEY);
SELECT schemamig.revision('a', 'CREATE TABLE mig_a (i int)', 'DROP TABLE mig_a', rev_id => 'g1');
SELECT schemamig.revision('b', 'CREATE TABLE mig_b (i int); VACUUM mig_a; CREATE TABLE mig_c (i int)', 'DROP TABLE mig_b, mig_c', rev_id => 'g2');
SELECT schemamig.revision('c', 'SELECT 1', '', rev_id => 'g3');
-- it does so after the record of a revision
CREATE FUNCTION mig_alembic(event jsonb) RETURNS void LANGUAGE sql AS $$
UPDATE mig_version SET version_num = 'other' WHERE event ->> 'revision' = 'g2'
$$;
SELECT schemamig.register_hook('after_step', 'mig_alembic(jsonb)');
SET schemamig.alembic_version_table = 'mig_version';
CALL schemamig.migrate();
\echo :SQLSTATE
SELECT * FROM mig_version;
SELECT revision FROM schemamig.current();
CALL schemamig.migrate();
SELECT schemamig.unregister_hook('after_step', 'public.mig_alembic');
SELECT schemamig.stamp('current');
CALL schemamig.migrate();
SELECT * FROM mig_version;
-- between two pieces of a revision
CALL schemamig.migrate('g1', 'downgrade');
SELECT schemamig.register_hook('before_step', 'mig_alembic(jsonb)');
CALL schemamig.migrate();
\echo :SQLSTATE
SELECT revision, statements_done, statements_total FROM schemamig.unfinished;
SELECT schemamig.unregister_hook('before_step', 'public.mig_alembic');
UPDATE mig_version SET version_num = 'g1';
CALL schemamig.migrate();
-- before the end of the run
CALL schemamig.migrate('g1', 'downgrade');
SELECT schemamig.register_hook('after_step', 'mig_alembic(jsonb)');
CALL schemamig.migrate('g2');
SELECT state, error FROM schemamig.runs ORDER BY run DESC LIMIT 1;
SELECT schemamig.unregister_hook('after_step', 'public.mig_alembic');
SELECT schemamig.stamp('current');
CALL schemamig.migrate('base', 'downgrade');
SELECT * FROM mig_version;
RESET schemamig.alembic_version_table;
DROP FUNCTION mig_alembic;
DROP TABLE mig_version;

DROP VIEW mig_order, mig_state, mig_indexes;
DROP FUNCTION mig_settings;
DROP PROCEDURE mig_begin, mig_clean;
DROP TABLE mig_log, mig_since, mig_t;
DROP SCHEMA mig_schema;
DROP OWNED BY regress_mig_owner;
DROP ROLE regress_mig_owner;
DROP EXTENSION schemamig;
CREATE EXTENSION schemamig;
