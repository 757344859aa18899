-- Squashes: one script in place of those of many revisions
SET client_min_messages = notice;
CREATE VIEW sq_objects AS
SELECT relname::text AS object FROM pg_class WHERE relname ~ '^sq_' AND relname <> 'sq_objects' AND relkind IN ('r', 'v', 'i') AND relnamespace = 'public'::regnamespace ORDER BY relname COLLATE "C";

SELECT schemamig.revision('users', 'CREATE TABLE sq_users (id int PRIMARY KEY, nam text)', 'DROP TABLE sq_users', rev_id => 'sq01');
SELECT schemamig.revision('name', 'ALTER TABLE sq_users RENAME nam TO name; CREATE INDEX sq_users_name ON sq_users (name)', 'DROP INDEX sq_users_name; ALTER TABLE sq_users RENAME name TO nam', rev_id => 'sq02');
SELECT schemamig.revision('left', 'CREATE TABLE sq_left (id int REFERENCES sq_users)', 'DROP TABLE sq_left', rev_id => 'sq03', branch_labels => '{left}');
SELECT schemamig.revision('right', 'CREATE TABLE sq_right (id int); CREATE INDEX CONCURRENTLY sq_right_id ON sq_right (id)', 'DROP TABLE sq_right', rev_id => 'sq04', head => '{sq02}', splice => true);
SELECT schemamig.merge(rev_id => 'sq05');
SELECT schemamig.revision('view', $$CREATE VIEW sq_view AS SELECT name FROM sq_users; COMMENT ON VIEW sq_view IS 'names'$$, 'DROP VIEW sq_view', rev_id => 'sq06');

-- what cannot be squashed
SELECT schemamig.squash('base', 'sq03', 'middle');
SELECT schemamig.squash('sq05', 'sq06', 'one only');
SELECT schemamig.squash('sq03', 'sq04', 'beside');
SELECT schemamig.squash('sq06', 'base', 'nothing');
SELECT schemamig.squash('base', 'nowhere', 'nowhere');
SELECT schemamig.squash('base', 'sq05', 'taken', rev_id => 'sq01');
SELECT schemamig.squash('base', 'sq05', 'not a name', rev_id => 'a+b');
SELECT schemamig.squash(NULL, 'sq05', 'null');
SELECT schemamig.squash('base', NULL, 'null');
SELECT schemamig.squash('base', 'sq05', NULL);

-- from base
SELECT schemamig.squash('base', 'sq05', 'first five', rev_id => 'sqa');
SELECT * FROM schemamig.squashes();
SELECT upgrade, downgrade FROM schemamig.show('sqa');
SELECT revision, down_revisions, branch_labels, depends_on, message, flags, verify, authors = ARRAY[current_user::text] AS mine, edited_at, approved_by, applied_at, applied_by FROM schemamig.show('sqa');
SELECT revision, flags FROM schemamig.history();
SELECT revision, flags FROM schemamig.heads();
SELECT * FROM schemamig.pending();
SELECT * FROM schemamig.pending('sq03');
SELECT * FROM schemamig.plan('head');
SELECT * FROM schemamig.validate();

-- nothing is applied: the script runs in one step, the state is that of all
BEGIN;
SELECT revision, direction, message FROM schemamig.upgrade();
SELECT * FROM sq_objects;
SELECT revision FROM schemamig.applied ORDER BY 1;
SELECT revision, direction, message, replaces, status, statements_done, statements_total FROM schemamig.run_step ORDER BY run, step;
SELECT a.revision, a.checksum = r.checksum AS same FROM schemamig.applied a JOIN schemamig.revision r USING (revision) ORDER BY 1;
SELECT * FROM schemamig.validate();
SELECT kind, identity, change FROM schemamig.drift(schemas => '{public}') WHERE identity ~ 'sq';
SELECT * FROM schemamig.plan('sq05', 'downgrade');
SELECT * FROM schemamig.plan('sq02', 'downgrade');
SELECT * FROM schemamig.plan('base', 'downgrade');
-- what is undone in part is undone by the revisions themselves
SELECT revision, direction FROM schemamig.downgrade('sq04');
SELECT * FROM sq_objects;
SELECT revision, direction FROM schemamig.upgrade();
SELECT revision, direction FROM schemamig.downgrade('base');
SELECT * FROM sq_objects;
SELECT revision FROM schemamig.applied ORDER BY 1;
SELECT * FROM schemamig.validate();
ROLLBACK;

-- a part of it is applied: the rest runs as it was written
SELECT revision FROM schemamig.upgrade('sq01');
SELECT revision FROM schemamig.pending();
SELECT revision FROM schemamig.upgrade();
CALL schemamig.migrate();
SELECT * FROM sq_objects;
CALL schemamig.migrate('base', 'downgrade');
SELECT * FROM sq_objects;
CALL schemamig.migrate();
SELECT revision, direction, replaces FROM schemamig.run_step ORDER BY run DESC, step LIMIT 2;
SELECT * FROM sq_objects;
CALL schemamig.migrate('sq05', 'downgrade');
CALL schemamig.migrate('base', 'downgrade');
BEGIN;
SELECT schemamig.stamp('sq02');
SELECT revision FROM schemamig.pending();
SELECT schemamig.stamp('sq05');
SELECT revision FROM schemamig.pending();
ROLLBACK;
-- not for tenants: their names are without schema
CREATE SCHEMA regress_sq;
SELECT revision FROM schemamig.pending(tenant => 'regress_sq');
SELECT revision FROM schemamig.upgrade('sq02', tenant => 'regress_sq');
SELECT revision FROM schemamig.downgrade('base', tenant => 'regress_sq');
SELECT schemamig.drop_tenant('regress_sq');
DROP SCHEMA regress_sq;
SELECT schemamig.drop_tenant('regress_sq');

-- offline scripts
\t on
SELECT substr(sql, strpos(sql, '-- Running')) FROM schemamig.upgrade_sql('base:heads') AS sql;
SELECT substr(sql, strpos(sql, '-- Running')) FROM schemamig.downgrade_sql('sq06:base') AS sql;
SELECT regexp_replace(line, ',.*', '') FROM regexp_split_to_table(schemamig.upgrade_sql('sq01:sq03'), '\n') AS line WHERE line ~ '^-- Running';
\t off

-- what its revisions are is changed: it is not used, and all say so
BEGIN;
SELECT schemamig.edit('sq02', message => 'no matter', downgrade => '');
SELECT schemamig.edit('sq06', upgrade => 'CREATE VIEW sq_view AS SELECT id FROM sq_users');
SELECT revision FROM schemamig.pending('sq05');
SELECT schemamig.edit('sq03', upgrade => '-- a comment' || E'\n' || upgrade) FROM schemamig.show('sq03');
SELECT schemamig.edit('sq03', upgrade => 'CREATE TABLE sq_left (id bigint)');
SELECT problem FROM schemamig.squashes();
SELECT flags FROM schemamig.show('sqa');
SELECT revision FROM schemamig.pending('sq05');
SELECT schemamig.edit('sq04', upgrade => 'CREATE TABLE sq_right (id int)');
SELECT revision FROM schemamig.upgrade('sq05');
SELECT * FROM schemamig.validate();
ROLLBACK;
BEGIN;
SELECT schemamig.import_script(E'-- revision: sq04\n-- down_revision: sq02\n-- upgrade\nSELECT 1');
ROLLBACK;
BEGIN;
UPDATE schemamig.squash SET upgrade = 'SELECT 1';
SELECT problem, revision FROM schemamig.validate();
SELECT schemamig.upgrade();
ROLLBACK;

-- dropping
SELECT schemamig.drop_revision('sq06');
SELECT schemamig.drop_revision('sq05');
SELECT schemamig.drop_revision('sq05', force => true);
SELECT schemamig.revision('taken', rev_id => 'sqa', head => '{base}', splice => true);
SELECT schemamig.revision('taken', branch_labels => '{sqa}');
SELECT schemamig.drop_squash('nowhere');
SELECT schemamig.drop_squash('sqa');
SELECT r.command, r.target, s.direction, s.revision, s.message FROM schemamig.run r JOIN schemamig.run_step s USING (run) ORDER BY run DESC LIMIT 1;
SELECT revision FROM schemamig.pending();

-- from a revision; two that meet; the larger one comes first
SELECT schemamig.revision('six', 'ALTER TABLE sq_users ADD born date; ALTER TABLE sq_users ALTER name TYPE varchar(40)', 'ALTER TABLE sq_users DROP born, ALTER name TYPE text', rev_id => 'sq06');
SELECT schemamig.revision('seven', 'CREATE TYPE sq_mood AS ENUM (''good''); ALTER TABLE sq_users ADD mood sq_mood', 'ALTER TABLE sq_users DROP mood; DROP TYPE sq_mood', rev_id => 'sq07');
SELECT schemamig.squash('base', 'sq02', 'one to two', rev_id => 'sqb');
SELECT schemamig.squash('sq05', 'sq07', 'six to seven', rev_id => 'sqc');
SELECT schemamig.squash('sq02', 'sq05', 'three to five', rev_id => 'sqd');
SELECT squash, down_revisions, replaces FROM schemamig.squashes();
SELECT upgrade, downgrade FROM schemamig.show('sqc');
SELECT revision, down_revisions FROM schemamig.pending();
SELECT revision FROM schemamig.pending('sq06');
BEGIN;
SELECT revision FROM schemamig.upgrade();
SELECT revision FROM schemamig.downgrade('sq02');
SELECT revision FROM schemamig.upgrade();
SELECT revision FROM schemamig.downgrade('base');
SELECT * FROM sq_objects;
ROLLBACK;
SELECT schemamig.squash('base', 'heads', 'all', rev_id => 'sqe');
SELECT revision FROM schemamig.pending();
SELECT revision FROM schemamig.pending('sq05');
-- what is below them counts, too
BEGIN;
SELECT schemamig.edit('sq01', upgrade => 'CREATE TABLE sq_users (id bigint PRIMARY KEY, nam text)');
ROLLBACK;
-- two of which each needs what the other has: one of them is used
BEGIN;
SELECT schemamig.revision('', 'CREATE TABLE sq_a (i int)', 'DROP TABLE sq_a', rev_id => 'x1', head => '{base}');
SELECT schemamig.revision('', 'CREATE TABLE sq_b (i int)', 'DROP TABLE sq_b', rev_id => 'y1', head => '{base}');
SELECT schemamig.revision('', 'CREATE TABLE sq_c (i int)', 'DROP TABLE sq_c', rev_id => 'x2', head => '{x1}', depends_on => '{y1}');
SELECT schemamig.revision('', 'CREATE TABLE sq_d (i int)', 'DROP TABLE sq_d', rev_id => 'y2', head => '{y1}', depends_on => '{x1}');
SELECT schemamig.import_script(E'-- revision: xs\n-- replaces: x1, x2\n-- upgrade\nCREATE TABLE sq_a (i int); CREATE TABLE sq_c (i int)\n-- downgrade\nDROP TABLE sq_a, sq_c');
SELECT schemamig.import_script(E'-- revision: ys\n-- replaces: y1, y2\n-- upgrade\nCREATE TABLE sq_b (i int); CREATE TABLE sq_d (i int)');
SELECT step, revision FROM schemamig.plan(ARRAY['x2', 'y2']);
SELECT schemamig.stamp(ARRAY['x2', 'y2']);
SELECT step, revision FROM schemamig.plan('base', 'downgrade');
ROLLBACK;

-- rows: refused, or named
SELECT schemamig.revision('rows', $$
INSERT INTO sq_users (id) SELECT 1;
SET LOCAL work_mem = '1MB';
SELECT set_config('work_mem', '1MB', true);
UPDATE sq_users SET name = 'x'; DO $do$ BEGIN END $do$;
CREATE TABLE sq_copy AS SELECT * FROM sq_users;
COMMENT ON TABLE sq_copy IS 'copy';
CREATE ROLE regress_sq;
$$, 'DROP TABLE sq_copy; DROP ROLE regress_sq', rev_id => 'sq08');
SELECT schemamig.revision('rename', 'ALTER TABLE sq_copy RENAME TO sq_copied', 'ALTER TABLE sq_copied RENAME TO sq_copy', rev_id => 'sq09');
SELECT schemamig.squash('sq07', 'sq09', 'with rows');
SELECT schemamig.squash('base', 'sq09', 'with rows');
BEGIN;
SELECT schemamig.squash('base', 'sq09', 'with rows', 'sqf', true);
SELECT revision FROM schemamig.upgrade();
SELECT count(*) FROM sq_copied;
ROLLBACK;
-- where there may be rows: what says which values they get, and what loses them
SELECT schemamig.edit('sq08', upgrade => 'ALTER TABLE sq_users ADD email text DEFAULT ''''; ALTER TABLE sq_users ALTER email DROP DEFAULT', downgrade => '');
SELECT schemamig.edit('sq09', upgrade => 'ALTER TABLE sq_users ALTER born TYPE text USING ''x''', downgrade => '');
SELECT schemamig.squash('sq07', 'sq09', 'values');
SELECT schemamig.edit('sq08', upgrade => 'DROP TABLE sq_right');
SELECT schemamig.edit('sq09', upgrade => 'CREATE TABLE sq_right (id int) PARTITION BY LIST (id)');
SELECT schemamig.squash('sq07', 'sq09', 'another kind');
BEGIN;
SELECT schemamig.squash('sq07', 'sq09', 'another kind', 'sqf', allow_data_loss => true);
SELECT revision FROM schemamig.pending();
ROLLBACK;
-- variables
SELECT schemamig.edit('sq09', upgrade => 'CREATE VIEW sq_left AS SELECT :''v'' AS i');
SELECT schemamig.squash('base', 'sq09', 'variables', allow_data_loss => true);
SELECT schemamig.drop_revision('sq09');
SELECT schemamig.drop_revision('sq08');

-- files
SELECT schemamig.export_script('sqd') ~ E'^-- revision: sqd\n-- replaces: sq03, sq04, sq05\n-- replaced_checksum: [0-9a-f]{64}\n-- message: three to five\n-- created: .*\n\n-- upgrade\nSET .*\n-- downgrade\nSET .*\n-- end\n$' AS header;
SELECT action, revision FROM schemamig.import_script(schemamig.export_script('sqd'));
CREATE TEMP TABLE sq_kept AS SELECT s.*, schemamig.export_script(squash) AS file FROM schemamig.squash s;
SELECT schemamig.drop_squash(squash) FROM sq_kept ORDER BY 1;
SELECT action, revision FROM sq_kept, schemamig.import_script(file) ORDER BY 2;
SELECT k.squash, k.file = schemamig.export_script(s.squash) AS same, k.authors = s.authors AND k.checksum = s.checksum AND k.replaces = s.replaces AS row
FROM sq_kept k JOIN schemamig.squash s USING (squash) ORDER BY 1;
SELECT squash, problem FROM schemamig.squashes();
-- what was of no use before is so afterwards, and what is written by hand means what there is
BEGIN;
SELECT schemamig.edit('sq01', upgrade => 'CREATE TABLE sq_users (id bigint PRIMARY KEY, nam text)');
SELECT schemamig.drop_squash('sqb');
SELECT action, revision FROM sq_kept, schemamig.import_script(file) WHERE squash = 'sqb';
SELECT squash FROM schemamig.squashes() WHERE problem IS NOT NULL ORDER BY 1;
SELECT action, revision FROM sq_kept, schemamig.import_script(regexp_replace(file, '-- replaced_checksum: \w+\n', '')) WHERE squash = 'sqb';
SELECT squash FROM schemamig.squashes() WHERE problem IS NOT NULL ORDER BY 1;
ROLLBACK;
SELECT action, revision FROM sq_kept, schemamig.import_script(replace(file, '-- downgrade', 'INSERT INTO public.sq_users VALUES (1, ''first'');' || E'\n-- downgrade')) WHERE squash = 'sqb';
SELECT edited_at IS NOT NULL AS edited FROM schemamig.squash WHERE squash = 'sqb';
BEGIN;
SELECT revision FROM schemamig.upgrade('sq02');
TABLE sq_users;
ROLLBACK;
SELECT action, revision FROM sq_kept, schemamig.import_script(file) WHERE squash = 'sqb';
-- with their revisions, in any order
BEGIN;
SELECT schemamig.import_scripts(ARRAY[E'-- revision: n1\n-- replaces: n2,n3\n-- upgrade\nSELECT 1', E'-- revision: n2\n-- down_revision: base\n-- upgrade\nSELECT 1\n-- end\n-- revision: n3\n-- down_revision: n2'], '{a.sql,b.sql}');
SELECT squash, replaces, message FROM schemamig.squash WHERE squash = 'n1';
ROLLBACK;
SELECT schemamig.import_script(E'-- revision: n1\n-- replaces: sq01, n9');
SELECT schemamig.import_script(E'-- revision: n1\n-- replaces: sq01, sq03');
SELECT schemamig.import_script(E'-- revision: n1\n-- replaces:');
SELECT schemamig.import_script(E'-- revision: n1\n-- replaces: sq01\n-- down_revision: base');
SELECT schemamig.import_script(E'-- revision: n1\n-- depends_on: sq01\n-- replaces: sq01');
SELECT schemamig.import_script(E'-- revision: n1\n-- replaced_checksum: 0');
SELECT schemamig.import_script(E'-- revision: n1\n-- replaces: sq01\n-- verify\nSELECT true');
SELECT schemamig.import_script(E'-- revision: sq01\n-- replaces: sq01, sq02');
SELECT schemamig.import_script(E'-- revision: sqb\n-- down_revision: sq09');
SELECT schemamig.import_script(E'-- revision: n1\n-- replaces: sq01\n-- end\n-- revision: n1\n-- replaces: sq02');
SELECT schemamig.import_script(E'-- revision: n1\n-- replaces: sq01\n-- upgrade\nSELECT FROM WHERE');

-- whose rights, and approval
CREATE ROLE regress_squasher;
GRANT USAGE ON SCHEMA schemamig TO regress_squasher;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA schemamig TO regress_squasher;
SET ROLE regress_squasher;
SELECT schemamig.squash('base', 'sq02', 'not his');
SELECT schemamig.import_script(E'-- revision: sqg\n-- message: his\n-- replaces: sq06, sq07\n-- upgrade\nSELECT 1');
RESET ROLE;
SELECT schemamig.stamp('sq05');
SELECT schemamig.upgrade();
SELECT schemamig.approve('sqg');
BEGIN;
SELECT revision FROM schemamig.upgrade();
ROLLBACK;
SELECT approved_by = current_user AS approved FROM schemamig.show('sqg');
SELECT schemamig.drop_squash('sqg');
SELECT schemamig.stamp('base');
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA schemamig FROM regress_squasher;
REVOKE USAGE ON SCHEMA schemamig FROM regress_squasher;
DROP ROLE regress_squasher;

-- half of one: the rest of it is the only way on
SELECT action, revision FROM schemamig.import_script(E'-- revision: sqh\n-- message: by hand\n-- replaces: sq01, sq02\n-- upgrade\nCREATE TABLE sq_users (id int PRIMARY KEY, name text);\nVACUUM sq_users;\nCREATE INDEX sq_users_name ON sq_users (name) WHERE 1 / 0 = 1;\n-- downgrade\nDROP TABLE sq_users');
SELECT schemamig.drop_squash('sqb');
SELECT schemamig.upgrade('sq02');
\set VERBOSITY terse
CALL schemamig.migrate('sq02');
\set VERBOSITY default
SELECT revision, statements_done, statements_total FROM schemamig.unfinished;
SELECT revision, replaces, status FROM schemamig.run_step ORDER BY run DESC LIMIT 1;
SELECT flags FROM schemamig.show('sqh');
SELECT revision FROM schemamig.pending();
SELECT problem, revision, detail ~ 'division by zero' AS detail FROM schemamig.validate();
\set VERBOSITY terse
SELECT schemamig.upgrade('sq01');
\set VERBOSITY default
SELECT schemamig.drop_squash('sqh');
SELECT action, revision FROM schemamig.import_script(replace(schemamig.export_script('sqh'), ' WHERE 1 / 0 = 1', ''));
CALL schemamig.migrate();
SELECT * FROM sq_objects;
SELECT count(*) FROM schemamig.unfinished;
-- half of a member: it is finished by itself
CALL schemamig.migrate('base', 'downgrade');
SELECT schemamig.edit('sq01', upgrade => 'CREATE TABLE sq_users (id int PRIMARY KEY, nam text); VACUUM sq_users; SELECT 1 / 0');
SELECT schemamig.drop_squash(squash) FROM schemamig.squashes() ORDER BY 1;
\set VERBOSITY terse
CALL schemamig.migrate('sq01');
\set VERBOSITY default
SELECT schemamig.edit('sq01', upgrade => 'CREATE TABLE sq_users (id int PRIMARY KEY, nam text); VACUUM sq_users; SET work_mem = ''1MB''');
SELECT schemamig.squash('base', 'sq02', 'one to two', rev_id => 'sqb');
SELECT revision FROM schemamig.pending('sq02');
CALL schemamig.migrate('sq02');
CALL schemamig.migrate('base', 'downgrade');
SELECT * FROM sq_objects;
-- changed while a run is under way
CREATE FUNCTION sq_meddle(event jsonb) RETURNS void LANGUAGE sql AS $$
UPDATE schemamig.revision SET token_checksum = 'x', checksum = 'x' WHERE revision = 'sq04' AND event ->> 'revision' = 'sqb'
$$;
SELECT schemamig.squash('sq02', 'sq05', 'three to five', rev_id => 'sqd');
SELECT schemamig.register_hook('after_step', 'sq_meddle(jsonb)');
CALL schemamig.migrate('sq05');
\echo :SQLSTATE
SELECT revision FROM schemamig.current();
SELECT schemamig.unregister_hook('after_step', 'public.sq_meddle');
CALL schemamig.migrate('base', 'downgrade');

-- Alembic's table
CREATE TABLE sq_version (version_num varchar(32) PRIMARY KEY);
SET schemamig.alembic_version_table = 'sq_version';
CALL schemamig.migrate('sq02');
TABLE sq_version;
SELECT revision FROM schemamig.downgrade('base');
TABLE sq_version;
RESET schemamig.alembic_version_table;

DROP TABLE sq_version;
DROP FUNCTION sq_meddle;
DROP VIEW sq_objects;
DROP EXTENSION schemamig;
CREATE EXTENSION schemamig;
