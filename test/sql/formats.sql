-- Files of other tools: what is understood, what is refused, and where in the
-- file that is shown.
\set VERBOSITY default
\set SHOW_CONTEXT always
SET client_min_messages = warning;

--
-- Our own format
--
SELECT * FROM schemamig.import_script($$-- revision: fa01
-- message: two
-- A comment that says nothing: this one

-- upgrade
CREATE TABLE a (i int);
-- downgrade
DROP TABLE a;
$$, name => 'fa01.sql');
SELECT schemamig.export_script('fa01') ~ E'^-- revision: fa01\n-- down_revision: base\n-- message: two\n-- created: \\S+ \\S+\\+00\n\n-- upgrade\nCREATE TABLE a \\(i int\\);\n-- downgrade\nDROP TABLE a;\n-- end\n$';
SELECT * FROM schemamig.import_script(schemamig.export_script('fa01'));

-- several in a text, in any order; what says nothing comes behind the head
SELECT * FROM schemamig.import_script($$-- revision: fa04
-- upgrade
-- end
-- revision: fa03
-- down_revision: fa02
-- branch_labels: three
-- depends_on: fa01

-- upgrade
SELECT 3;
-- verify
SELECT true;
-- end

-- revision: fa02
-- down_revision: fa01
$$);
SELECT revision, down_revisions, branch_labels, depends_on, message FROM schemamig.history();
SELECT upgrade, downgrade, verify FROM schemamig.show('fa02');
SELECT upgrade, downgrade, verify FROM schemamig.show('fa03');

-- what is wrong with a file, and where
SELECT schemamig.import_script('-- revision: fb01
-- down_revisions: fa01
-- upgrade');
SELECT schemamig.import_script('-- revision: fb01
-- message: a
-- message: b');
SELECT schemamig.import_script('-- revision: fb01
-- message: "a
-- upgrade', name => 'fb01.sql');
SELECT schemamig.import_script('-- revision: fb01
-- created: yesterday or so
-- upgrade', name => 'fb01.sql');
SELECT schemamig.import_script('-- revision: fb01
SELECT 1;
-- upgrade');
SELECT schemamig.import_script('-- revision: fb01
-- upgrade
SELECT 1;
-- upgrade
SELECT 2;');
SELECT schemamig.import_script('-- message: a', 'native');
SELECT schemamig.import_script('-- revision: fb:01
-- upgrade');
SELECT schemamig.import_script('-- revision: fb01
-- branch_labels: three
-- upgrade');
SELECT schemamig.import_script('-- revision: fb01
-- end
-- revision: fb01', name => 'fb.sql');
SELECT schemamig.import_script('-- revision: fb01
-- down_revision: fb02, fa01
-- depends_on: fb03
-- end
-- revision: fb04
-- down_revision: fb05');
SELECT schemamig.import_script('-- revision: fb01
-- down_revision: fb02
-- end
-- revision: fb02
-- down_revision: fb01');

-- a script that does not parse, in a long file
SELECT schemamig.import_script('-- revision: fb01
-- upgrade
SELECT ''ü'';
-- downgrade

  SELECT ''ü'' FROM WHERE;
-- verify
SELECT 2;', name => 'fb01.sql');
SELECT schemamig.import_script('-- revision: fb01
-- upgrade
SELECT ''a;', name => 'fb01.sql');
SELECT schemamig.import_script('-- revision: fb01
-- upgrade
SELECT 1;
BEGIN;', name => 'fb01.sql');

-- what only psql can do
SELECT schemamig.import_script('-- revision: fb01
-- upgrade
SELECT 1;
\i other.sql
', name => 'fb01.sql');
SELECT schemamig.import_script('-- revision: fb01
-- upgrade
SELECT ''\a'', $$\b$$ \gset
', name => 'fb01.sql');
SELECT schemamig.import_script($$-- revision: fb01
-- upgrade
CREATE TABLE t (t text);
COPY t (t) FROM stdin;
it's
\.
-- downgrade
$$, name => 'fb01.sql');
-- that is no such thing
SELECT * FROM schemamig.import_script($$-- revision: fa05
-- upgrade
SELECT E'\\', 'COPY t FROM stdin;', :'name' /* \i */ -- \i
$$, name => 'fa05.sql');
SELECT count(*) FROM schemamig.history();

--
-- Formats
--
SELECT schemamig.import_script('SELECT 1', name => 'a.sql');
SELECT schemamig.import_script('SELECT 1', 'liquibase', 'a.sql');
SELECT schemamig.import_script('SELECT 1', NULL, 'a.sql');
SELECT schemamig.import_script(NULL);
SELECT schemamig.import_script('SELECT 1', 'dbmate', 'a.sql');
SELECT schemamig.import_scripts('{a,b}', '{1.sql}');
SELECT schemamig.import_scripts(ARRAY['-- migrate:up', '-- +goose Up'], '{1_a.sql,2_b.sql}');

-- dbmate
SELECT schemamig.import_script('SELECT 1', 'dbmate', '20260101_a.sql');
SELECT schemamig.import_script(E'SELECT 1;\n-- migrate:up\nSELECT 2', name => '20260101_a.sql');
SELECT schemamig.import_scripts(ARRAY['-- migrate:up', '-- migrate:up'], '{1_a.sql,1_b.sql}');
SELECT schemamig.import_script(E'-- migrate:up\nBEGIN;\nSELECT 2', name => '20260101_a.sql');
SELECT * FROM schemamig.import_script(E'-- comment\n\n-- migrate:up transaction:false\nBEGIN;\n  SELECT 2;\nCOMMIT;\n-- migrate:down\n', name => '20260101_do-what.sql');
SELECT down_revisions, message, upgrade, downgrade FROM schemamig.show('20260101');
-- one that was written late comes last all the same
SELECT * FROM schemamig.import_scripts(ARRAY['-- migrate:up', E'-- migrate:up transaction:false\nBEGIN;\n  SELECT 2;\nCOMMIT;\n-- migrate:down'], '{20251231_late.sql,20260101_do-what.sql}');
SELECT revision, down_revisions FROM schemamig.history('20260101:');

-- goose
SELECT schemamig.import_script(E'-- +goose Up\n-- +goose ENVSUB ON\n', name => '00001_a.sql');
SELECT schemamig.import_script(E'-- +goose Up\n-- +goose Up\n', name => '00001_a.sql');
SELECT schemamig.import_script(E'-- +goose Down\n', 'goose', name => '00001_a.sql');
SELECT schemamig.import_scripts(ARRAY['-- +goose Up', ''], '{00001_a.sql,00002_b.go}');
SELECT schemamig.import_scripts(ARRAY['-- +goose Up', '-- +goose Up'], '{1_a.sql,01_b.sql}');
SELECT * FROM schemamig.import_script(E'-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n', name => '00001_a_b.sql');
SELECT message, upgrade, downgrade IS NULL FROM schemamig.show('00001');

-- golang-migrate
SELECT schemamig.import_script('SELECT 1', name => '7_a.down.sql');
SELECT * FROM schemamig.import_script(E'BEGIN;\nSELECT 1;\nCOMMIT;', name => '7_a.up.sql');
SELECT * FROM schemamig.import_script('SELECT 2', name => '7_a.down.sql');
SELECT message, upgrade, downgrade FROM schemamig.show('7');
SELECT schemamig.import_scripts('{SELECT 1,SELECT 2}', '{7_a.up.sql,07_b.up.sql}');
SELECT schemamig.import_script('SELECT 1; ROLLBACK', name => '8_a.up.sql');

-- Flyway
SELECT schemamig.import_script('SELECT ''${a} or ${b}''', name => 'V9__a.sql');
SELECT schemamig.import_script('SELECT 1 AS a_${b}', name => 'V9__a.sql');
SELECT schemamig.import_script('SELECT 1 AS ${b}_a', name => 'V9__a.sql');
SELECT schemamig.import_script('SELECT $$ ${b} $$', name => 'V9__a.sql');
SELECT schemamig.import_script('SELECT ''${flyway:user}''', name => 'V9__a.sql');
SELECT schemamig.import_scripts(ARRAY['SELECT 1', E'# a\nshouldExecute=false'], '{V9__a.sql,V9__a.sql.conf}');
SELECT * FROM schemamig.import_scripts(ARRAY[E'-- ${c}\nSELECT ''${a}'' FROM ${b}.x, "${c}"', 'SELECT ''${a}''', 'placeholderReplacement = false', 'SELECT 2'],
	'{more/V9__a.sql,V9_1__b.sql,V9_1__b.sql.conf,U9__a.sql}');
SELECT upgrade, downgrade FROM schemamig.show('9');
SELECT upgrade, downgrade IS NULL FROM schemamig.show('9.1');
SELECT schemamig.import_scripts('{SELECT 1,SELECT 2}', '{V9__a.sql,V9_0__b.sql}');
-- a baseline is needed only without what it stands for
SELECT * FROM schemamig.import_scripts('{SELECT 1,SELECT 2,SELECT 3}', '{V10__a.sql,B10__b.sql,B9__b.sql}');
SELECT * FROM schemamig.import_scripts('{SELECT 1,SELECT 2,SELECT 3}', '{V13__a.sql,B12__b.sql,B11__b.sql}');

-- node-pg-migrate
SELECT schemamig.import_scripts(ARRAY['-- Up Migration', ''], '{1700000000000_a.sql,1700000000001_b.js}');
SELECT * FROM schemamig.import_script(E'-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2;', name => '1700000000000_a-b.sql');
SELECT message, upgrade, downgrade FROM schemamig.show('1700000000000');

-- sqitch
SELECT schemamig.import_scripts(ARRAY['a 2026-01-01T00:00:00Z A <a>'], '{sqitch.plan}');
SELECT schemamig.import_scripts(ARRAY['%project=a

a [b] 2026-01-01T00:00:00Z A <a>', ''], '{sqitch.plan,deploy/a.sql}');
SELECT schemamig.import_scripts(ARRAY['a [other:b] 2026-01-01T00:00:00Z A <a>', ''], '{sqitch.plan,deploy/a.sql}');
SELECT schemamig.import_scripts(ARRAY['@a 2026-01-01T00:00:00Z A <a>'], '{sqitch.plan}');
SELECT schemamig.import_scripts(ARRAY['-a 2026-01-01T00:00:00Z A <a>'], '{sqitch.plan}');
SELECT schemamig.import_scripts(ARRAY['', ''], '{a/sqitch.plan,b/sqitch.plan}');

-- graphile-migrate
SELECT schemamig.import_script('SELECT 1', 'graphile-migrate', 'committed/000001.sql');
SELECT schemamig.import_scripts(ARRAY[E'--! Previous: -\n--! Hash: sha1:a\n', E'--! Previous: sha1:b\n--! Hash: sha1:c\n'], '{committed/000001.sql,committed/000002.sql}');
SELECT schemamig.import_script(E'--! Previous: -\n--! Hash: sha1:a\n\nSELECT ''to :DATABASE_NAME''', name => 'committed/000001.sql');
SELECT * FROM schemamig.import_script(E'--! Previous: -\n--! Hash: sha1:a\n--! Message: what it does\n\nSELECT '':DATABASE_NAME'', ''HH24:MI:SS'', 1::INT FROM :SCHEMA_NAME.x', name => 'committed/000301.sql');
SELECT message, upgrade, downgrade IS NULL FROM schemamig.show('000301');

-- Alembic
SELECT schemamig.import_script(E'SET ROLE x;\n-- Running upgrade  -> 20aa\nSELECT 1;');
SELECT schemamig.import_script(E'-- Running upgrade  -> 20aa\nSELECT 1;\n-- Running upgrade  -> 20aa\nSELECT 2;');
SELECT schemamig.import_script(E'-- Running downgrade 20aa -> \nSELECT 1;');
SELECT schemamig.import_script(E'BEGIN;\n-- Running upgrade  -> 20aa\nSELECT FROM WHERE;\nCOMMIT;', name => 'up.sql');
SELECT * FROM schemamig.import_script(E'BEGIN;\n-- Running upgrade  -> 20aa, with a message\nSELECT 1;\n\nCREATE TABLE s.versions (version_num text);\nINSERT INTO s.versions (version_num) VALUES (''20aa'');\nINSERT INTO other (version_num, i) VALUES (''20aa'', 1);\nCOMMIT;', name => 'up.sql');
SELECT upgrade FROM schemamig.show('20aa');

--
-- Rights
--
CREATE ROLE regress_importer;
GRANT USAGE ON SCHEMA schemamig TO regress_importer;
SET ROLE regress_importer;
SELECT schemamig.import_script('-- revision: x');
SELECT schemamig.load('/');
RESET ROLE;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA schemamig TO regress_importer;
SET ROLE regress_importer;
SELECT schemamig.load('/');
SELECT schemamig.export('/');
SELECT * FROM schemamig.import_script(E'-- revision: fa06\n-- down_revision: base', name => 'fa06.sql');
RESET ROLE;
SELECT authors = '{regress_importer}' FROM schemamig.revision WHERE revision = 'fa06';
GRANT pg_read_server_files, pg_write_server_files TO regress_importer;
SET ROLE regress_importer;
SELECT schemamig.load('relative');
SELECT schemamig.export('relative');
SELECT schemamig.load('/nowhere/at/all');
RESET ROLE;

-- an import cannot look older than it is to whoever approves it
BEGIN;
SELECT count(*) FROM schemamig.import_script(E'-- revision: fa07\n-- down_revision: fa06\n-- created: 2001-01-01 00:00:00+00');
SELECT created_at < edited_at FROM schemamig.revision WHERE revision = 'fa07';
ROLLBACK;

TRUNCATE schemamig.revision, schemamig.revision_edge, schemamig.run, schemamig.run_step;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA schemamig FROM regress_importer;
REVOKE USAGE ON SCHEMA schemamig FROM regress_importer;
DROP ROLE regress_importer;
