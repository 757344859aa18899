--
-- Who may do what, and with whose rights scripts run.  Every section that is
-- called an attack must end in an error, or in nothing that the attacker did
-- not have before.
--
-- The session's own user is a superuser, whose name differs from machine to
-- machine; attempt() writes <superuser> instead.
--
SET client_min_messages = warning;
\pset format unaligned
\pset footer off

CREATE ROLE regress_schemamig_nobody;
CREATE ROLE regress_schemamig_dev;
CREATE ROLE regress_schemamig_app;
CREATE ROLE regress_schemamig_peer;
CREATE ROLE regress_schemamig_dba SUPERUSER;

GRANT regress_schemamig_app TO regress_schemamig_dev;

CREATE SCHEMA regress_tools;
GRANT USAGE ON SCHEMA regress_tools TO PUBLIC;

-- Runs statements one after another, undoes them, and tells how far they got:
-- SQLSTATE and message of the first error, else the value that the last
-- statement returned.
CREATE FUNCTION regress_tools.attempt(VARIADIC statements text[]) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	statement text;
	value text;
	message text;
BEGIN
	FOREACH statement IN ARRAY statements LOOP
		value := NULL;
		IF statement ~* '^(select|table) ' THEN
			EXECUTE statement INTO value;
		ELSE
			EXECUTE statement;
		END IF;
	END LOOP;
	RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION
	WHEN SQLSTATE 'ZZZZZ' THEN
		RETURN COALESCE('done: ' || value, 'done');
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
		RETURN SQLSTATE || ': ' || regexp_replace(replace(message, session_user, '<superuser>'), 'pg_temp_\d+', 'pg_temp');
END $$;

--
-- Nothing is open to PUBLIC
--

-- functions that PUBLIC may execute
SELECT p.oid::regprocedure AS function
FROM pg_proc p
	CROSS JOIN LATERAL aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) AS a
WHERE p.pronamespace = 'schemamig'::regnamespace AND a.grantee = 0
ORDER BY p.oid::regprocedure::text COLLATE "C";

-- relations, columns, the schema: privileges of anyone but the owner
SELECT c.relname, a.privilege_type
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
WHERE c.relnamespace = 'schemamig'::regnamespace AND a.grantee <> c.relowner
UNION ALL
SELECT c.relname, a.attname
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'schemamig'::regnamespace AND a.attacl IS NOT NULL
UNION ALL
SELECT n.nspname, a.privilege_type
FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
WHERE n.nspname = 'schemamig' AND a.grantee <> n.nspowner;

-- types, which have USAGE for PUBLIC by default: only those of the relations
SELECT t.typname FROM pg_type t
WHERE t.typnamespace = 'schemamig'::regnamespace AND t.typrelid = 0 AND t.typelem = 0;

-- no function has its owner's rights; the changing ones say what they are
SELECT p.oid::regprocedure AS function, p.prosecdef, p.provolatile, p.proparallel
FROM pg_proc p
WHERE p.pronamespace = 'schemamig'::regnamespace
	AND (p.prosecdef OR p.proleakproof OR p.provolatile = 'i' OR p.proparallel = 's' OR
		 p.proname <> ALL ('{current,heads,branches,history,show,squashes,pending,plan,graph,upgrade_sql,downgrade_sql,export_script,validate,session_activity}')
		 AND (p.provolatile <> 'v' OR p.proparallel <> 'u'));

SET ROLE regress_schemamig_nobody;
SELECT regress_tools.attempt('SELECT schemamig.upgrade()');
SELECT regress_tools.attempt('SELECT schemamig.current()');
SELECT regress_tools.attempt('SELECT count(*) FROM schemamig.revision');
RESET ROLE;

-- the schema alone opens nothing but what the views progress and runs need
GRANT USAGE ON SCHEMA schemamig TO regress_schemamig_nobody;
SELECT p.oid::regprocedure AS function
FROM pg_proc p
WHERE p.pronamespace = 'schemamig'::regnamespace
	AND has_function_privilege('regress_schemamig_nobody', p.oid, 'EXECUTE')
ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT c.relname
FROM pg_class c
WHERE c.relnamespace = 'schemamig'::regnamespace AND c.relkind IN ('r', 'v', 'p', 'm', 'f')
	AND has_any_column_privilege('regress_schemamig_nobody', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES');
SELECT sequencename
FROM pg_sequences
WHERE schemaname = 'schemamig'
	AND has_sequence_privilege('regress_schemamig_nobody', format('schemamig.%I', sequencename), 'USAGE, SELECT, UPDATE');
SET ROLE regress_schemamig_nobody;
SELECT * FROM schemamig.session_activity();
SELECT regress_tools.attempt('SELECT schemamig.upgrade()');
SELECT regress_tools.attempt('SELECT schemamig.revision(''x'')');
SELECT regress_tools.attempt('SELECT schemamig.stamp(''base'')');
SELECT regress_tools.attempt('SELECT schemamig.heads()');
SELECT regress_tools.attempt('SELECT count(*) FROM schemamig.progress');
SELECT regress_tools.attempt('CREATE TABLE schemamig.t (i int)');
SELECT regress_tools.attempt('CREATE FUNCTION schemamig.f() RETURNS int LANGUAGE sql AS ''SELECT 1''');
RESET ROLE;
REVOKE USAGE ON SCHEMA schemamig FROM regress_schemamig_nobody;

--
-- Who was granted the functions authors and runs, with his own rights only
--
GRANT USAGE ON SCHEMA schemamig TO regress_schemamig_dev, regress_schemamig_app, regress_schemamig_peer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA schemamig TO regress_schemamig_dev, regress_schemamig_app, regress_schemamig_peer;
CREATE SCHEMA regress_app AUTHORIZATION regress_schemamig_app;
GRANT USAGE ON SCHEMA regress_app TO PUBLIC;
CREATE SCHEMA regress_dev AUTHORIZATION regress_schemamig_dev;
CREATE TABLE regress_app.secret AS SELECT 'of the superuser' AS text;
REVOKE ALL ON regress_app.secret FROM PUBLIC;

SET ROLE regress_schemamig_dev;
SELECT schemamig.revision('his own table', 'CREATE TABLE regress_dev.t (i int)', 'DROP TABLE regress_dev.t', rev_id => 'own1');
SELECT revision, direction FROM schemamig.upgrade();
SELECT revision, direction FROM schemamig.downgrade(1);
SELECT revision, direction FROM schemamig.upgrade();
RESET ROLE;
SELECT relname, pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relnamespace = 'regress_dev'::regnamespace;
SELECT revision, applied_by FROM schemamig.applied;
SELECT command, role, session_role = session_user AS session_role_ok, status FROM schemamig.run ORDER BY run;

-- what a script of his own, run by himself, does to the rest
CREATE FUNCTION regress_tools.own_script(script text, kind text DEFAULT 'upgrade') RETURNS text
LANGUAGE sql AS $$
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev',
	CASE kind WHEN 'upgrade' THEN format('SELECT schemamig.revision(''s'', %L, rev_id => ''s1'')', script)
	WHEN 'verify' THEN format('SELECT schemamig.revision(''s'', verify => %L, rev_id => ''s1'')', script)
	ELSE format('SELECT schemamig.revision(''s'', '''', %L, rev_id => ''s1'')', script) END,
	'SELECT count(*) FROM schemamig.upgrade()',
	CASE kind WHEN 'downgrade' THEN 'SELECT count(*) FROM schemamig.downgrade(1)' ELSE 'SELECT 1' END)
$$;
SELECT n, regress_tools.own_script(script) AS result, script
FROM (VALUES
	(1, 'SELECT * FROM regress_app.secret'),
	(2, 'CREATE TABLE regress_app.t AS TABLE regress_app.secret'),
	(3, 'INSERT INTO schemamig.applied SELECT '''', ''s1'', now(), '''', 1, '''', '''''),
	(4, 'UPDATE schemamig.revision SET authors = ''{}'''),
	(5, 'DELETE FROM schemamig.run'),
	(6, 'TRUNCATE schemamig.run_step'),
	(7, 'SELECT count(*) FROM schemamig.revision'),
	(8, 'LOCK TABLE schemamig.applied IN ACCESS EXCLUSIVE MODE'),
	(9, 'ALTER TABLE schemamig.applied DISABLE TRIGGER ALL'),
	(10, 'CREATE TRIGGER t BEFORE INSERT ON schemamig.applied FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()'),
	(11, 'CREATE RULE r AS ON INSERT TO schemamig.applied DO INSTEAD NOTHING'),
	(12, 'CREATE INDEX ON schemamig.applied (tenant)'),
	(13, 'CREATE TABLE regress_dev.x (r text REFERENCES schemamig.revision)'),
	(14, 'CREATE TABLE regress_dev.x () INHERITS (schemamig.applied)'),
	(15, 'SELECT setval(''schemamig.run_run_seq'', 1)'),
	(16, 'ALTER SCHEMA schemamig OWNER TO regress_schemamig_dev'),
	(17, 'ALTER FUNCTION schemamig.heads() SECURITY DEFINER'),
	(18, 'ALTER EXTENSION schemamig DROP TABLE schemamig.applied'),
	(19, 'COMMENT ON TABLE schemamig.applied IS ''x'''),
	(20, 'SELECT rolpassword FROM pg_authid'),
	(21, 'SELECT pg_read_file(''PG_VERSION'')'),
	(22, 'SELECT lo_import(''/etc/passwd'')'),
	(23, 'DO $d$ BEGIN EXECUTE ''DROP EXTENSION schemamig''; END $d$'),
	(24, 'DROP SCHEMA schemamig CASCADE'),
	(25, 'SET schemamig.trusted_authors = ''*'''),
	(26, 'SET session_replication_role = replica')) AS v(n, script)
ORDER BY n;
SELECT regress_tools.own_script('SELECT * FROM regress_app.secret', 'verify');
SELECT regress_tools.own_script('SELECT * FROM regress_app.secret', 'downgrade');

-- nothing of that is left
SELECT count(*) FROM schemamig.revision;
SELECT count(*) FROM schemamig.applied;

--
-- Whose scripts run with whose rights
--
SELECT schemamig.drop_revision('own1', force => true);
SET ROLE regress_schemamig_dev;
SELECT schemamig.revision('by dev', 'SELECT 1', '', rev_id => 'dev1');
RESET ROLE;

-- not with a superuser's, in no direction and in no way
SELECT regress_tools.attempt('SELECT schemamig.upgrade()');
SELECT regress_tools.attempt('SELECT schemamig.upgrade(''dev1'')');
SELECT regress_tools.attempt('SELECT schemamig.upgrade(ARRAY[''dev1''])');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dba', 'SELECT schemamig.upgrade()');
SELECT schemamig.stamp('dev1');
SELECT regress_tools.attempt('SELECT schemamig.downgrade(1)');
SELECT regress_tools.attempt('SELECT schemamig.downgrade(''base'')');
SELECT regress_tools.attempt('SELECT schemamig.downgrade(ARRAY[''base''])');
SELECT schemamig.stamp('base');
-- nor with those of a peer
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_peer', 'SELECT schemamig.upgrade()');
-- with his own, and with those of a role that he may become
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_app', 'SELECT count(*) FROM schemamig.upgrade()');
-- a superuser's run with anybody's
SELECT regress_tools.attempt('SELECT schemamig.revision(''s'', ''SELECT 1'', head => ''{base}'', rev_id => ''super1'')',
	'SET LOCAL ROLE regress_schemamig_peer', 'SELECT count(*) FROM schemamig.upgrade(''super1'')');
-- lent rights count, not the caller's
SELECT regress_tools.attempt('SET LOCAL schemamig.role = regress_schemamig_dev', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.role = regress_schemamig_app', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.role = regress_schemamig_peer', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.role = regress_schemamig_dba', 'SELECT count(*) FROM schemamig.upgrade()');

-- approval: by someone who has the rights himself
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.approve(''dev1'')', 'RESET ROLE', 'SELECT schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_peer', 'SELECT schemamig.approve(''dev1'')', 'RESET ROLE', 'SELECT schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_peer', 'SELECT schemamig.approve(''dev1'')', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT schemamig.approve('dev1');
SELECT regress_tools.attempt('SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_peer', 'SELECT count(*) FROM schemamig.upgrade()');
-- an approval by someone less does not replace it with something better
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_peer', 'SELECT schemamig.approve(''dev1'')', 'RESET ROLE', 'SELECT count(*) FROM schemamig.upgrade()');
-- an edit of any script withdraws it; one of what is no script does not
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.edit(''dev1'', upgrade => ''SELECT 2'')', 'RESET ROLE', 'SELECT schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.edit(''dev1'', upgrade => ''SELECT 1'')', 'RESET ROLE', 'SELECT schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.edit(''dev1'', downgrade => ''SELECT 2'')', 'RESET ROLE', 'SELECT schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.edit(''dev1'', verify => ''SELECT true'')', 'RESET ROLE', 'SELECT schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.edit(''dev1'', irreversible => true)', 'RESET ROLE', 'SELECT schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.edit(''dev1'', message => ''m'')', 'RESET ROLE', 'SELECT count(*) FROM schemamig.upgrade()');
-- the superuser's own edit does not make the rest of it his
SELECT regress_tools.attempt('SELECT schemamig.edit(''dev1'', downgrade => ''SELECT 3'')', 'SELECT schemamig.upgrade()');
-- whoever edits a script of a superuser is an author of it
SELECT regress_tools.attempt('SELECT schemamig.revision(''s'', ''SELECT 1'', head => ''{base}'', rev_id => ''super1'')',
	'SELECT schemamig.approve(''super1'')',
	'SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.edit(''super1'', downgrade => ''SELECT 4'')',
	'RESET ROLE', 'SELECT schemamig.upgrade(''super1'')');
-- the log tells
SELECT command, target, role = session_user AS by_superuser FROM schemamig.run WHERE command = 'approve' ORDER BY run;
SELECT revision, authors, approved_by = session_user AS approved_by_superuser FROM schemamig.revision;

-- an approver who has lost the rights since, or is no more
CREATE ROLE regress_schemamig_former SUPERUSER;
SET ROLE regress_schemamig_former;
SELECT schemamig.approve('dev1');
RESET ROLE;
SELECT regress_tools.attempt('SELECT count(*) FROM schemamig.upgrade()');
ALTER ROLE regress_schemamig_former NOSUPERUSER;
SELECT regress_tools.attempt('SELECT count(*) FROM schemamig.upgrade()');
DROP ROLE regress_schemamig_former;
SELECT regress_tools.attempt('SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.trusted_authors = ''regress_schemamig_former''', 'SELECT count(*) FROM schemamig.upgrade()');

-- trusted_authors
SELECT regress_tools.attempt('SET LOCAL schemamig.trusted_authors = ''regress_schemamig_peer, regress_schemamig_dev''', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.trusted_authors = ''regress_schemamig_peer''', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.trusted_authors = ''regress_schemamig''', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.trusted_authors = ''REGRESS_SCHEMAMIG_DEV''', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.trusted_authors = ''"REGRESS_SCHEMAMIG_DEV"''', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.trusted_authors = ''*''', 'SELECT count(*) FROM schemamig.upgrade()');
-- only a superuser, or whom he lets, may set it
SET ROLE regress_schemamig_dev;
SELECT regress_tools.attempt('SET schemamig.trusted_authors = ''*''');
SELECT regress_tools.attempt('SELECT set_config(''schemamig.trusted_authors'', ''*'', true)');
SELECT regress_tools.attempt('ALTER ROLE regress_schemamig_dev SET schemamig.trusted_authors = ''*''');
SELECT regress_tools.attempt('CREATE FUNCTION regress_dev.f() RETURNS int LANGUAGE sql SET schemamig.trusted_authors = ''*'' AS ''SELECT 1''',
	'SELECT regress_dev.f()');
RESET ROLE;
SHOW schemamig.trusted_authors;
-- a prefix that is ours: nobody can plant a setting that we do not know
SELECT regress_tools.attempt('SET schemamig.trusted_author = ''*''');

-- Attack: inherit a superuser's privileges without the right to become one
-- (from 16 on these are two things), then write what he runs.
DO $$
BEGIN
	IF current_setting('server_version_num')::int >= 160000 THEN
		EXECUTE 'GRANT regress_schemamig_dba TO regress_schemamig_peer WITH INHERIT TRUE, SET FALSE';
	END IF;
END $$;
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_peer',
	'SELECT schemamig.revision(''p'', ''ALTER ROLE regress_schemamig_peer SUPERUSER'', head => ''{base}'', rev_id => ''peer1'')',
	'SET LOCAL ROLE regress_schemamig_dba', 'SELECT count(*) FROM schemamig.upgrade(''peer1'')');
DO $$
BEGIN
	IF current_setting('server_version_num')::int >= 160000 THEN
		EXECUTE 'REVOKE regress_schemamig_dba FROM regress_schemamig_peer';
	END IF;
END $$;

--
-- schemamig.role: only what the caller could SET ROLE to
--
SELECT schemamig.drop_revision('dev1');
SELECT schemamig.revision('who am I', 'CREATE TABLE regress_app.who AS SELECT current_user::text, session_user::text; GRANT SELECT ON regress_app.who TO PUBLIC', 'DROP TABLE regress_app.who', rev_id => 'who1');
SET ROLE regress_schemamig_dev;
SELECT regress_tools.attempt('SET LOCAL schemamig.role = regress_schemamig_app', 'SELECT count(*) FROM schemamig.upgrade()', 'SELECT "current_user" FROM regress_app.who');
SELECT regress_tools.attempt('SET LOCAL schemamig.role = regress_schemamig_dba', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.role = regress_schemamig_peer', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.role = regress_schemamig_no_such_role', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL schemamig.role = ''regress_schemamig_app; RESET ROLE''', 'SELECT count(*) FROM schemamig.upgrade()');
RESET ROLE;
SELECT regress_tools.attempt('SET LOCAL schemamig.role = regress_schemamig_app', 'SELECT count(*) FROM schemamig.upgrade()', 'SELECT "current_user" FROM regress_app.who');
SELECT regress_tools.attempt('SET LOCAL schemamig.role = none', 'SELECT count(*) FROM schemamig.upgrade()');
-- the caller is himself again afterwards, also after an error that he caught
BEGIN;
SET LOCAL schemamig.role = regress_schemamig_app;
SELECT count(*) FROM schemamig.upgrade();
SELECT current_user = session_user AS myself;
DO $$
BEGIN
	PERFORM schemamig.revision('fails', 'SELECT 1/0', rev_id => 'fails1');
	PERFORM schemamig.upgrade();
EXCEPTION WHEN division_by_zero THEN
	RAISE INFO 'myself: %', current_user = session_user;
END $$;
SELECT current_user = session_user AS myself;
ROLLBACK;
-- The role must be given what it needs: no privilege of the caller's comes along.
SELECT regress_tools.attempt('SELECT schemamig.revision(''s'', ''SELECT * FROM regress_app.secret'', rev_id => ''s1'')',
	'SET LOCAL schemamig.role = regress_schemamig_app', 'SELECT count(*) FROM schemamig.upgrade()');

-- That is so for a tenant's schema too, which would be skipped in search_path.
CREATE SCHEMA regress_private;
SELECT regress_tools.attempt('GRANT CREATE ON SCHEMA public TO regress_schemamig_app',
	'SELECT schemamig.revision(''s'', ''CREATE TABLE astray ()'', head => ''{base}'', rev_id => ''s1'')',
	'SET LOCAL schemamig.role = regress_schemamig_app', 'SELECT count(*) FROM schemamig.upgrade(''s1'', tenant => ''regress_private'')',
	'SELECT ''created '' || oid::regclass FROM pg_class WHERE relname = ''astray''');
DROP SCHEMA regress_private;

--
-- Attacks: a script that was lent a role tries to get out of it
--
CREATE FUNCTION regress_tools.lent(script text, lend text) RETURNS text
LANGUAGE sql AS $$
SELECT regress_tools.attempt(
	'SET LOCAL ROLE regress_schemamig_dev',
	format('SELECT schemamig.revision(''s'', %L, head => ''{base}'', rev_id => ''s1'')', script),
	lend,
	'SELECT count(*) FROM schemamig.upgrade(''s1'')',
	'RESET ROLE',
	'SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = ''regress_schemamig_app'')')
$$;
CREATE TABLE regress_app.attack AS
SELECT * FROM (VALUES
	(1, 'RESET ROLE'),
	(2, 'SET ROLE NONE'),
	(3, 'SET LOCAL ROLE NONE'),
	(4, 'SET ROLE regress_schemamig_dba'),
	(5, 'SET ROLE regress_schemamig_app'),
	(6, 'SET SESSION AUTHORIZATION regress_schemamig_dba'),
	(7, 'SET SESSION AUTHORIZATION DEFAULT'),
	(8, 'RESET SESSION AUTHORIZATION'),
	(9, 'SET LOCAL SESSION AUTHORIZATION DEFAULT'),
	(10, 'SELECT set_config(''role'', ''none'', false)'),
	(11, 'SELECT set_config(''role'', ''regress_schemamig_dba'', true)'),
	(12, 'SELECT set_config(''session_authorization'', ''regress_schemamig_dba'', false)'),
	(13, 'DO $d$ BEGIN EXECUTE ''RESET ROLE''; END $d$'),
	(14, 'DO $d$ BEGIN EXECUTE ''SET LOCAL ROLE regress_schemamig_dba''; END $d$'),
	(15, 'DO $d$ BEGIN EXECUTE ''RESET SESSION AUTHORIZATION''; END $d$'),
	(16, 'UPDATE pg_settings SET setting = ''none'' WHERE name = ''role'''),
	(17, 'CREATE FUNCTION regress_app.f() RETURNS int LANGUAGE sql SET role = regress_schemamig_dba AS ''SELECT 1''; SELECT regress_app.f()'),
	(18, 'CREATE FUNCTION regress_app.f() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS ''BEGIN RESET ROLE; RETURN 1; END''; SELECT regress_app.f()'),
	(19, 'RESET ALL; TABLE pg_authid'),
	(20, 'DISCARD ALL'),
	(21, 'TABLE pg_authid'),
	(22, 'SET schemamig.role = regress_schemamig_dba; TABLE pg_authid'),
	(23, 'DO $d$ BEGIN PERFORM 1/0; EXCEPTION WHEN OTHERS THEN LOCK TABLE pg_authid; END $d$'),
	(24, 'DO $d$ BEGIN ROLLBACK; END $d$'),
	(25, 'DO $d$ BEGIN COMMIT; END $d$'),
	(26, 'CREATE PROCEDURE regress_app.p() LANGUAGE plpgsql AS ''BEGIN COMMIT; END''; CALL regress_app.p()'),
	(27, 'SET work_mem = ''1MB''')) AS v(n, script);
GRANT SELECT ON regress_app.attack TO PUBLIC;

-- lent by schemamig.role (the last one shows that the way works)
SELECT n, regress_tools.lent(script, 'RESET ROLE; SET LOCAL schemamig.role = regress_schemamig_app') AS result, script
FROM regress_app.attack ORDER BY n;
-- lent by SET ROLE: the same
SELECT n, regress_tools.lent(script, 'SET LOCAL ROLE regress_schemamig_app') AS result
FROM regress_app.attack
WHERE regress_tools.lent(script, 'SET LOCAL ROLE regress_schemamig_app')
	IS DISTINCT FROM regress_tools.lent(script, 'RESET ROLE; SET LOCAL schemamig.role = regress_schemamig_app')
ORDER BY n;
-- lent by SET SESSION AUTHORIZATION: the same
CREATE FUNCTION regress_tools.lent_session(script text) RETURNS text
LANGUAGE sql AS $$
SELECT regress_tools.lent(script, 'SET LOCAL SESSION AUTHORIZATION regress_schemamig_app')
$$;
SELECT n, script, regress_tools.lent_session(script) AS result
FROM regress_app.attack
WHERE regress_tools.lent_session(script)
	IS DISTINCT FROM regress_tools.lent(script, 'RESET ROLE; SET LOCAL schemamig.role = regress_schemamig_app')
ORDER BY n;

-- Whoever has logged in as himself may change his role, as in any script of
-- his; it ends with the step.
SELECT regress_tools.attempt('SELECT schemamig.revision(''s'', ''SET ROLE regress_schemamig_app; CREATE TABLE regress_app.t ()'', head => ''{base}'', rev_id => ''s1'')',
	'SELECT schemamig.revision(''s'', ''CREATE TABLE regress_app.u ()'', head => ''{s1}'', rev_id => ''s2'')',
	'SELECT count(*) FROM schemamig.upgrade(''s2'')',
	'SELECT string_agg(relname || '' of '' || relowner::regrole, '', '' ORDER BY relname) FROM pg_class WHERE oid IN (''regress_app.t''::regclass, ''regress_app.u''::regclass) AND relowner::regrole::text <> session_user');

SELECT regress_tools.attempt('SELECT schemamig.revision(''s'', ''SET SESSION AUTHORIZATION regress_schemamig_app'', head => ''{base}'', rev_id => ''s1'')',
	'SELECT count(*) FROM schemamig.upgrade(''s1'')', 'SELECT current_user = session_user AND session_user = applied_by FROM schemamig.applied');
SELECT regress_tools.attempt('SELECT schemamig.revision(''s'', ''SET SESSION AUTHORIZATION regress_schemamig_app; SELECT 1/0'', head => ''{base}'', rev_id => ''s1'')',
	'DO $d$ BEGIN PERFORM schemamig.upgrade(''s1''); EXCEPTION WHEN division_by_zero THEN NULL; END $d$',
	'SELECT current_user <> ''regress_schemamig_app'' AND session_user <> ''regress_schemamig_app''');

-- Attacks: leave something behind that runs later with the caller's rights.
-- What the superuser did in his name stands in a table.
CREATE TABLE regress_app.loot (who text, how text);
GRANT ALL ON regress_app.loot TO PUBLIC;
CREATE FUNCTION regress_app.steal(how text) RETURNS int LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO regress_app.loot VALUES (current_user, how); RETURN 1; END $$;
CREATE FUNCTION regress_app.steal_trigger() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN PERFORM regress_app.steal('trigger'); RETURN NULL; END $$;
ALTER FUNCTION regress_app.steal(text) OWNER TO regress_schemamig_app;
ALTER FUNCTION regress_app.steal_trigger() OWNER TO regress_schemamig_app;

SET ROLE regress_schemamig_dev;
SELECT schemamig.revision('trigger', $s$
	CREATE TABLE regress_app.bait (i int);
	CREATE CONSTRAINT TRIGGER t AFTER INSERT ON regress_app.bait DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION regress_app.steal_trigger();
	INSERT INTO regress_app.bait VALUES (1);
$s$, head => '{base}', rev_id => 'trigger1');
SELECT schemamig.revision('set constraints', $s$
	CREATE TABLE regress_app.bait (i int);
	CREATE CONSTRAINT TRIGGER t AFTER INSERT ON regress_app.bait DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION regress_app.steal_trigger();
	SET CONSTRAINTS ALL DEFERRED;
	INSERT INTO regress_app.bait VALUES (1);
$s$, head => '{base}', rev_id => 'trigger2', splice => true);
SELECT schemamig.revision('cursor', $s$
	DECLARE c CURSOR WITH HOLD FOR SELECT regress_app.steal('cursor');
$s$, head => '{base}', rev_id => 'cursor1');
SELECT schemamig.revision('temp view', $s$
	CREATE TEMP VIEW pg_stat_bgwriter AS SELECT regress_app.steal('view') AS seen;
$s$, head => '{base}', rev_id => 'view1');
SELECT schemamig.revision('prepare', $s$
	PREPARE p AS SELECT regress_app.steal('prepared');
$s$, head => '{base}', rev_id => 'prepare1');
RESET ROLE;
\set VERBOSITY sqlstate
SET schemamig.role = regress_schemamig_app;
SELECT count(*) FROM schemamig.upgrade('trigger1');
SELECT count(*) FROM schemamig.upgrade('trigger2');
SELECT count(*) FROM schemamig.upgrade('cursor1');
SELECT count(*) FROM schemamig.upgrade('view1');
SELECT count(*) FROM pg_stat_bgwriter;
SELECT count(*) FROM schemamig.upgrade('prepare1');
RESET schemamig.role;
\set VERBOSITY default
SELECT how FROM regress_app.loot WHERE who = session_user ORDER BY how COLLATE "C";
SELECT name FROM pg_prepared_statements WHERE name = 'p';
SELECT name FROM pg_cursors WHERE name = 'c';
SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema();

-- Deferred constraints are the price; a script can do without.
SELECT setting, regress_tools.attempt(format('SELECT schemamig.revision(''s'', %L, head => ''{base}'', rev_id => ''fk1'')', setting || $s$
		CREATE TABLE regress_app.a (i int PRIMARY KEY);
		CREATE TABLE regress_app.b (i int REFERENCES regress_app.a DEFERRABLE INITIALLY DEFERRED);
		INSERT INTO regress_app.a VALUES (1);
		INSERT INTO regress_app.b VALUES (1) $s$),
	'SET LOCAL schemamig.role = regress_schemamig_app',
	'SELECT count(*) FROM schemamig.upgrade(''fk1'')')
FROM (VALUES (''), ('SET CONSTRAINTS ALL IMMEDIATE;')) AS v(setting);

DROP SCHEMA regress_app CASCADE;
CREATE SCHEMA regress_app AUTHORIZATION regress_schemamig_app;
GRANT USAGE ON SCHEMA regress_app TO PUBLIC;
DROP EXTENSION schemamig;
CREATE EXTENSION schemamig;
GRANT USAGE ON SCHEMA schemamig TO regress_schemamig_dev, regress_schemamig_app, regress_schemamig_peer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA schemamig TO regress_schemamig_dev, regress_schemamig_app, regress_schemamig_peer;

--
-- Inside a SECURITY DEFINER function scripts have its owner's rights
--
CREATE FUNCTION regress_app.deploy() RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS 'SELECT count(*) FROM schemamig.upgrade(''heads'')';
ALTER FUNCTION regress_app.deploy() OWNER TO regress_schemamig_app;
SELECT schemamig.revision('who am I', 'CREATE TABLE regress_app.who AS SELECT current_user::text', rev_id => 'who1');
SET ROLE regress_schemamig_nobody;
SELECT regress_tools.attempt('SELECT regress_app.deploy()', 'RESET ROLE', 'SELECT "current_user" FROM regress_app.who');
RESET ROLE;
-- authors are measured by them
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_peer', 'SELECT schemamig.revision(''p'', ''SELECT 1'', head => ''{base}'', rev_id => ''peer1'')',
	'RESET ROLE', 'SELECT regress_app.deploy()');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.revision(''d'', ''SELECT 1'', head => ''{base}'', rev_id => ''dev1'')',
	'SET LOCAL ROLE regress_schemamig_nobody', 'SELECT regress_app.deploy()');
-- and scripts cannot get out of them
SELECT script, regress_tools.attempt(format('SELECT schemamig.revision(''d'', %L, head => ''{base}'', rev_id => ''dev1'')', script), 'SELECT regress_app.deploy()')
FROM (VALUES ('RESET ROLE'), ('SET SESSION AUTHORIZATION DEFAULT'), ('DO $d$ BEGIN EXECUTE ''RESET ROLE''; END $d$')) AS v(script);
-- Attack: the caller chooses a role that its owner could lend, but did not
GRANT regress_schemamig_peer TO regress_schemamig_app;
SELECT left(regress_tools.attempt('SELECT schemamig.edit(''who1'', upgrade => ''SELECT 1'')',
	'SET LOCAL ROLE regress_schemamig_nobody', 'SET LOCAL schemamig.role = regress_schemamig_peer', 'SELECT regress_app.deploy()',
	'RESET ROLE', 'SELECT applied_by FROM schemamig.applied'), 5);
REVOKE regress_schemamig_peer FROM regress_schemamig_app;

--
-- Hooks run with the rights of the scripts
--
SELECT schemamig.drop_revision('who1');
SELECT schemamig.revision('nothing', 'SELECT 1', '', rev_id => 'nothing1');
CREATE FUNCTION regress_dev.hook(jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE INFO 'hook: %', replace(current_user, session_user, '<superuser>'); END $$;
-- an untrusted owner
ALTER FUNCTION regress_dev.hook(jsonb) OWNER TO regress_schemamig_dev;
SELECT regress_tools.attempt('SELECT schemamig.register_hook(''after_run'', ''regress_dev.hook(jsonb)'')', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SELECT schemamig.register_hook(''after_run'', ''regress_dev.hook(jsonb)'')',
	'SET LOCAL schemamig.role = regress_schemamig_dev', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SELECT schemamig.register_hook(''after_run'', ''regress_dev.hook(jsonb)'')',
	'SET LOCAL schemamig.trusted_authors = regress_schemamig_dev', 'SELECT count(*) FROM schemamig.upgrade()');
-- an untrusted registrar
ALTER FUNCTION regress_dev.hook(jsonb) OWNER TO regress_schemamig_dba;
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.register_hook(''after_run'', ''regress_dev.hook(jsonb)'')',
	'RESET ROLE', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.register_hook(''after_run'', ''regress_dev.hook(jsonb)'')',
	'SELECT count(*) FROM schemamig.upgrade()');
-- both trusted; lent a role, it has no more
SELECT regress_tools.attempt('SELECT schemamig.register_hook(''before_step'', ''regress_dev.hook(jsonb)'')', 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('GRANT USAGE ON SCHEMA regress_dev TO regress_schemamig_app', 'SELECT schemamig.register_hook(''before_step'', ''regress_dev.hook(jsonb)'')',
	'SET LOCAL schemamig.role = regress_schemamig_app', 'SELECT count(*) FROM schemamig.upgrade()');
-- one that the role may not execute
SELECT regress_tools.attempt('REVOKE EXECUTE ON FUNCTION regress_dev.hook(jsonb) FROM PUBLIC', 'SELECT schemamig.register_hook(''before_step'', ''regress_dev.hook(jsonb)'')',
	'SET LOCAL schemamig.role = regress_schemamig_app', 'SELECT count(*) FROM schemamig.upgrade()');
-- Attack: get out of the role by a hook
SELECT event, command, regress_tools.attempt(format('CREATE OR REPLACE FUNCTION regress_dev.hook(jsonb) RETURNS void LANGUAGE plpgsql AS ''BEGIN %s; END''', command),
	format('SELECT schemamig.register_hook(%L, ''regress_dev.hook(jsonb)'')', event),
	'GRANT USAGE ON SCHEMA regress_dev TO regress_schemamig_app',
	'SET LOCAL schemamig.role = regress_schemamig_app', 'SELECT count(*) FROM schemamig.upgrade()')
FROM (VALUES ('before_step'), ('after_step'), ('after_run')) AS e(event),
	(VALUES (1, 'RESET ROLE'), (2, 'SET LOCAL ROLE regress_schemamig_dba'), (3, 'PERFORM set_config(''''role'''', ''''none'''', false)'),
		(4, 'SET SESSION AUTHORIZATION DEFAULT'), (5, 'LOCK TABLE pg_authid')) AS c(n, command)
ORDER BY event COLLATE "C", n;
-- Attack: a settings change in a hook stays
SELECT regress_tools.attempt('CREATE OR REPLACE FUNCTION regress_dev.hook(jsonb) RETURNS void LANGUAGE plpgsql AS ''BEGIN SET search_path = regress_dev; SET schemamig.trusted_authors = ''''*''''; END''',
	'SELECT schemamig.register_hook(''before_step'', ''regress_dev.hook(jsonb)'')', 'SELECT count(*) FROM schemamig.upgrade()',
	'SELECT current_setting(''search_path'') || '' / '' || current_setting(''schemamig.trusted_authors'')');
-- Attack: block everybody else by a hook that only this session has
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'CREATE FUNCTION pg_temp.hook(jsonb) RETURNS void LANGUAGE sql AS ''''',
	'SELECT schemamig.register_hook(''before_step'', ''pg_temp.hook(jsonb)'')');

--
-- Nothing is changed or run in the middle of a run
--
SELECT command, regress_tools.attempt(format('SELECT schemamig.edit(''nothing1'', upgrade => %L)', command), 'SELECT count(*) FROM schemamig.upgrade()') AS script,
	regress_tools.attempt(format('CREATE FUNCTION regress_dev.nested(jsonb) RETURNS void LANGUAGE sql AS %L', 'SELECT; ' || command || '; SELECT'),
		'SELECT schemamig.register_hook(''after_step'', ''regress_dev.nested(jsonb)'')', 'SELECT count(*) FROM schemamig.upgrade()') AS hook
FROM (VALUES (1, 'SELECT schemamig.upgrade()'), (2, 'SELECT schemamig.upgrade(''heads'', tenant => ''public'')'), (3, 'SELECT schemamig.downgrade(1)'), (4, 'SELECT schemamig.stamp(''base'')'),
	(5, 'SELECT schemamig.revision(''x'')'), (6, 'SELECT schemamig.merge()'), (7, 'SELECT schemamig.edit(''nothing1'', message => ''x'')'),
	(8, 'SELECT schemamig.drop_revision(''nothing1'')'), (9, 'SELECT schemamig.approve(''nothing1'')'),
	(10, 'SELECT schemamig.register_hook(''after_run'', ''regress_dev.hook(jsonb)'')'), (11, 'SELECT schemamig.unregister_hook(''after_run'', ''x'')'),
	(12, 'SELECT schemamig.rename_tenant(''regress_dev'', ''regress_app'')'), (13, 'SELECT schemamig.drop_tenant(''regress_dev'')')) AS v(n, command)
ORDER BY n;
-- reading is allowed
SELECT regress_tools.attempt('SELECT schemamig.edit(''nothing1'', upgrade => ''SELECT schemamig.current(); SELECT schemamig.history(); SELECT schemamig.validate()'')', 'SELECT count(*) FROM schemamig.upgrade()');
-- a caught error does not end the run for the script, nor leave it open for the session
SELECT regress_tools.attempt($q$SELECT schemamig.edit('nothing1', upgrade => $s$
		DO $d$ BEGIN PERFORM schemamig.stamp('base'); EXCEPTION WHEN OTHERS THEN NULL; END $d$;
		SELECT schemamig.stamp('base') $s$)$q$, 'SELECT count(*) FROM schemamig.upgrade()');
SELECT regress_tools.attempt('SELECT schemamig.edit(''nothing1'', upgrade => ''SELECT 1/0'')',
	'DO $d$ BEGIN PERFORM schemamig.upgrade(); EXCEPTION WHEN division_by_zero THEN NULL; END $d$',
	'SELECT schemamig.edit(''nothing1'', upgrade => ''SELECT 1'')', 'SELECT count(*) FROM schemamig.upgrade()');

--
-- Attack: names of ours, and of the server's, planted where they might be
-- found first
--
-- in a new session, which has parsed none of its queries yet
\c -
SET client_min_messages = warning;
CREATE SCHEMA regress_trap AUTHORIZATION regress_schemamig_dev;
GRANT USAGE ON SCHEMA regress_trap TO PUBLIC;
SET ROLE regress_schemamig_dev;
CREATE FUNCTION regress_trap.spring(a anyelement) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION regress_trap.eq(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION regress_trap.eq(text, name) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION regress_trap.eq(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION regress_trap.eq(text, text[]) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE OPERATOR regress_trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = regress_trap.eq);
CREATE OPERATOR regress_trap.= (LEFTARG = text, RIGHTARG = name, FUNCTION = regress_trap.eq);
CREATE OPERATOR regress_trap.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = regress_trap.eq);
CREATE OPERATOR regress_trap.= (LEFTARG = text, RIGHTARG = text[], FUNCTION = regress_trap.eq);
CREATE OPERATOR regress_trap.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = regress_trap.eq);
CREATE FUNCTION regress_trap.unnest(text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION regress_trap.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION regress_trap.to_regprocedure(text) RETURNS regprocedure LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION regress_trap.current_setting(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE FUNCTION regress_trap.upgrade(text DEFAULT 'head') RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE DOMAIN regress_trap.text AS pg_catalog.text CHECK (regress_trap.spring(VALUE));
CREATE DOMAIN regress_trap.oid AS pg_catalog.oid CHECK (regress_trap.spring(VALUE));
CREATE DOMAIN regress_trap.int8 AS pg_catalog.int8 CHECK (regress_trap.spring(VALUE));
CREATE TEMP TABLE revision (revision text, message text, branch_labels text[], upgrade text, ordinal int);
CREATE TEMP TABLE applied (tenant text, revision text);
CREATE TEMP TABLE run (run int);
CREATE TEMP VIEW pg_locks AS SELECT regress_trap.spring(1);
CREATE TEMP VIEW pg_stat_activity AS SELECT regress_trap.spring(1);
CREATE TEMP VIEW pg_namespace AS SELECT regress_trap.spring(1);
CREATE TEMP VIEW pg_database AS SELECT regress_trap.spring(1);
CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (regress_trap.spring(VALUE));
CREATE DOMAIN pg_temp.oid AS pg_catalog.oid CHECK (regress_trap.spring(VALUE));
CREATE DOMAIN pg_temp.int8 AS pg_catalog.int8 CHECK (regress_trap.spring(VALUE));
CREATE FUNCTION pg_temp.schemamig_current() RETURNS int LANGUAGE sql AS 'SELECT 1';
RESET ROLE;
DROP EXTENSION schemamig;
SET search_path = pg_temp, regress_trap, pg_catalog;
CREATE EXTENSION schemamig;
-- (the traps are set)
\set VERBOSITY terse
SELECT 'x'::pg_catalog.text = 'y'::pg_catalog.text;
SELECT 'x'::text;
SELECT * FROM pg_locks;
\set VERBOSITY default
GRANT USAGE ON SCHEMA schemamig TO regress_schemamig_dev;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA schemamig TO regress_schemamig_dev;
GRANT SELECT ON ALL TABLES IN SCHEMA schemamig TO regress_schemamig_dev;
SET ROLE regress_schemamig_dev;
CREATE FUNCTION regress_dev.quiet(jsonb) RETURNS void LANGUAGE sql AS '';
SELECT schemamig.revision('a', 'SELECT 1', '', 'SELECT true', rev_id => 'a1', branch_labels => '{label}');
SELECT schemamig.revision('b', 'SELECT 1', '', rev_id => 'b1');
SELECT schemamig.revision('c', 'SELECT 1', '', rev_id => 'c1', head => '{a1}', splice => true);
SELECT schemamig.revision('d', 'SELECT 1', '', rev_id => 'd1', head => '{base}', depends_on => '{a1}');
SELECT schemamig.merge('{b1,c1}', rev_id => 'm1');
SELECT schemamig.register_hook('after_step', 'regress_dev.quiet(jsonb)');
SELECT schemamig.edit('b1', upgrade => 'SELECT 2');
SELECT schemamig.approve('label@head');
SELECT revision FROM schemamig.upgrade('heads');
SELECT revision FROM schemamig.downgrade('a1');
SELECT schemamig.stamp('m1');
SELECT revision FROM schemamig.upgrade('m1', tenant => 'regress_dev');
SELECT schemamig.drop_revision('d1');
SELECT count(*) FROM schemamig.current();
SELECT count(*) FROM schemamig.history();
SELECT count(*) FROM schemamig.show();
SELECT count(*) FROM schemamig.pending();
SELECT count(*) FROM schemamig.plan('base', 'downgrade');
SELECT count(*) FROM schemamig.heads();
SELECT count(*) FROM schemamig.branches();
SELECT count(*) FROM schemamig.graph();
SELECT count(*) FROM schemamig.graph('dot');
SELECT count(*) FROM schemamig.validate();
SELECT length(schemamig.upgrade_sql('base:heads')) > 0 AS some;
SELECT length(schemamig.downgrade_sql('m1:base')) > 0 AS some;
SELECT schemamig.unregister_hook('after_step', 'regress_dev.quiet(pg_catalog.jsonb)');
-- the views were parsed when they were made
SELECT count(*) FROM schemamig.version;
SELECT count(*) FROM schemamig.tenants;
SELECT count(*) FROM schemamig.progress;
\c -
SET client_min_messages = warning;
DROP SCHEMA regress_trap CASCADE;

--
-- Attack: text that breaks out of where it is put
--
SELECT schemamig.revision(E'message\n\\! echo broken out\r\nDROP TABLE x; --', 'SELECT 1', '', rev_id => 'text1');
SELECT line FROM regexp_split_to_table(schemamig.upgrade_sql('m1:text1'), '[\r\n]+') AS line WHERE line ~ 'broken out' AND line !~ '^--';
SELECT regress_tools.attempt('SELECT schemamig.revision(''x'', rev_id => ''x''''; DROP TABLE x; --'')');
SELECT regress_tools.attempt(E'SELECT schemamig.revision(''x'', rev_id => E''x\\ny'')');
SELECT regress_tools.attempt('SELECT schemamig.revision(''x'', branch_labels => ARRAY[''x'''';y''], rev_id => ''label1'')');
SELECT regress_tools.attempt($q$SELECT schemamig.revision('x', $s$CREATE TABLE regress_dev.v AS SELECT :'v' AS :"v"$s$, head => '{base}', rev_id => 'var1')$q$,
	$q$SELECT count(*) FROM schemamig.upgrade('var1', variables => jsonb_build_object('v', E'a\'"; DROP TABLE schemamig.run; -- \\'))$q$,
	$q$SELECT to_jsonb(v) FROM regress_dev.v$q$);
-- a tenant whose name means something else in search_path
SELECT regress_tools.attempt('CREATE SCHEMA "$user"', 'SELECT schemamig.upgrade(tenant => ''$user'')');
SELECT regress_tools.attempt('SELECT schemamig.upgrade(tenant => ''pg_temp'')');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.upgrade(tenant => ''regress_private'')');
CREATE SCHEMA regress_private;
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.upgrade(tenant => ''regress_private'')');
SELECT regress_tools.attempt('SET LOCAL ROLE regress_schemamig_dev', 'SELECT schemamig.stamp(''heads'', tenant => ''regress_private'')');
DROP SCHEMA regress_private;

--
-- Attack: a planted schema is not adopted; and only a superuser can install
--
DROP EXTENSION schemamig;
CREATE SCHEMA schemamig AUTHORIZATION regress_schemamig_dev;
SELECT regress_tools.attempt('CREATE EXTENSION schemamig');
SELECT regress_tools.attempt('CREATE EXTENSION schemamig SCHEMA schemamig');
DROP SCHEMA schemamig;
SELECT regress_tools.attempt('GRANT ALL ON DATABASE ' || quote_ident(current_database()) || ' TO regress_schemamig_dev', 'SET LOCAL ROLE regress_schemamig_dev', 'CREATE EXTENSION schemamig');

-- as it was
CREATE EXTENSION schemamig;
DROP SCHEMA regress_app, regress_dev, regress_tools CASCADE;
DROP ROLE regress_schemamig_nobody, regress_schemamig_dev, regress_schemamig_app,
	regress_schemamig_peer, regress_schemamig_dba;
