-- Autogenerate as a caller sees it: model sources, filters, what is refused and
-- how.  (What it generates is tested with test/t/021_pairs.pl.)
SET client_min_messages = warning;
\pset format unaligned
\pset footer off

-- (Owners are named in some scripts: a user whose name is always the same.)
CREATE ROLE regress_schemamig_dba SUPERUSER;
SET ROLE regress_schemamig_dba;
CREATE SCHEMA regress_app;
SET search_path = regress_app;

-- ---------------------------------------------------------------------------
-- A first revision, and nothing left to do

SELECT kind, identity, change, upgrade_sql, downgrade_sql, lock_mode, rewrites FROM schemamig.diff('CREATE TABLE item (id int PRIMARY KEY, name text)');
SELECT schemamig.autogenerate('items', 'CREATE TABLE item (id int PRIMARY KEY, name text)', rev_id => 'g1');
SELECT message, upgrade, downgrade FROM schemamig.show('g1');
SELECT count(*) FROM pg_class WHERE relnamespace = 'regress_app'::regnamespace;
SELECT count(*) FROM schemamig.upgrade();
SET client_min_messages = notice;
SELECT schemamig.autogenerate('nothing', 'CREATE TABLE item (id int PRIMARY KEY, name text)') IS NULL AS nothing;
SET client_min_messages = warning;
SELECT count(*) FROM schemamig.diff('CREATE TABLE item (id int PRIMARY KEY, name text)');
SELECT count(*) FROM schemamig.check('CREATE TABLE item (id int PRIMARY KEY, name text)', raise => true);

-- hazards, locks, rewrites
INSERT INTO item VALUES (1, 'one');
SELECT * FROM schemamig.diff('CREATE TABLE item (id bigint PRIMARY KEY, title text NOT NULL)') \gx

-- ---------------------------------------------------------------------------
-- check: rows, or an error of its own

SELECT kind, identity, change FROM schemamig.check('CREATE TABLE item (id int PRIMARY KEY, name text, price numeric)');
SELECT kind, identity, change FROM schemamig.check('CREATE TABLE item (id int PRIMARY KEY, name text, price numeric)', raise => true);
\echo :SQLSTATE

-- ---------------------------------------------------------------------------
-- The stored model

SELECT schemamig.autogenerate('no model is stored');
\echo :SQLSTATE
SELECT schemamig.set_model('20 tables', 'CREATE TABLE item (id int PRIMARY KEY, name text, state state)');
SELECT schemamig.set_model('10 types', $$CREATE TYPE state AS ENUM ('new', 'old')$$);
SELECT kind, identity, change FROM schemamig.diff();
SELECT schemamig.set_model('10 types', $$CREATE TYPE state AS ENUM ('new', 'used', 'old')$$);
SELECT schemamig.autogenerate('from the stored model', rev_id => 'g2');
SELECT upgrade, downgrade FROM schemamig.show('g2');

-- pending revisions come first
SELECT schemamig.autogenerate('too early');
\echo :SQLSTATE
SELECT count(*) FROM schemamig.upgrade();
SELECT count(*) FROM schemamig.check(raise => true);
SELECT schemamig.drop_model('10 types');
SELECT schemamig.drop_model('10 types');
\echo :SQLSTATE
SELECT schemamig.set_model('10 types', $$CREATE TYPE state AS ENUM ('new', 'used', 'old')$$);

-- ---------------------------------------------------------------------------
-- What is known not to differ is not compared again, until anything changes

\set kept 'SELECT outline, in_step IS NOT NULL AS in_step FROM schemamig.model_snapshot;'
SELECT count(*) FROM schemamig.check();
:kept
SELECT schemamig.autogenerate('nothing') IS NULL AS nothing;
COMMENT ON TABLE item IS 'x';
SELECT kind, identity, change FROM schemamig.check();
SELECT count(*) FROM schemamig.check(exclude => '{comment}');
COMMENT ON TABLE item IS NULL;
SELECT count(*) FROM schemamig.check(exclude => '{comment}');
GRANT SELECT (name) ON item TO pg_monitor;
SELECT kind, identity, change FROM schemamig.check();
REVOKE SELECT (name) ON item FROM pg_monitor;
SELECT count(*) FROM schemamig.check();
-- bytes that are not a snapshot are an error, no more
UPDATE schemamig.model_snapshot SET in_step = NULL, snapshot = '\x00000001ffffffff';
SELECT count(*) FROM schemamig.check();
\echo :SQLSTATE
DELETE FROM schemamig.model_snapshot;
SELECT count(*) FROM schemamig.check();
SELECT kind, identity, change FROM schemamig.check(renames => '{"regress_app.item.name": "regress_app.item.title"}');
\echo :SQLSTATE
-- another model, another schema to look at
BEGIN;
SELECT schemamig.set_model('30 more', 'CREATE TABLE more ()');
SELECT kind, identity, change FROM schemamig.check();
:kept
ROLLBACK;
SELECT kind, identity, change FROM schemamig.check(schemas => '{regress_app,public}');
SELECT count(*) FROM schemamig.check();
-- a text with something to say is read each time
BEGIN;
SELECT schemamig.set_model('30 more', 'GRANT SELECT ON pg_catalog.pg_class TO PUBLIC');
SELECT count(*) FROM schemamig.check();
SELECT count(*) FROM schemamig.check();
:kept
ROLLBACK;

-- ---------------------------------------------------------------------------
-- Another schema as the model

CREATE SCHEMA regress_next;
CREATE TYPE regress_next.state AS ENUM ('new', 'used', 'old');
CREATE TABLE regress_next.item (id int PRIMARY KEY, name text, state regress_next.state DEFAULT 'new');
SELECT kind, identity, change, upgrade_sql FROM schemamig.diff(from_schema => 'regress_next');
SELECT schemamig.diff(from_schema => 'regress_nowhere');
\echo :SQLSTATE
SELECT schemamig.diff('CREATE TABLE t ()', from_schema => 'regress_next');
\echo :SQLSTATE
DROP SCHEMA regress_next CASCADE;

-- ---------------------------------------------------------------------------
-- What is looked at

CREATE TABLE tmp_1 (id int);
CREATE TABLE kept (id int);
CREATE VIEW items AS SELECT id FROM item;
COMMENT ON TABLE item IS 'things';
GRANT SELECT ON item TO PUBLIC;
SELECT kind, identity, change FROM schemamig.diff();
SELECT kind, identity, change FROM schemamig.diff(include => '{table}');
SELECT kind, identity, change FROM schemamig.diff(exclude => '{table:regress_app.tmp_*,comment}');
SELECT kind, identity, change FROM schemamig.diff(exclude => '{privilege,comment,*.tmp_?,view:*}');
SELECT kind, identity, change FROM schemamig.diff(include => '{regress_app.kept}');
SELECT kind, identity, change FROM schemamig.diff(schemas => '{regress_app}', include => '{view}');
SELECT schemamig.diff(schemas => '{regress_nowhere}');
\echo :SQLSTATE
SELECT schemamig.diff(schemas => '{}');
\echo :SQLSTATE
SELECT schemamig.diff(include => '{NULL}');
\echo :SQLSTATE
SELECT schemamig.diff(include => '{nokind:x}');
\echo :SQLSTATE
SELECT schemamig.diff(schemas => '{pg_catalog}');
\echo :SQLSTATE
SELECT schemamig.diff(schemas => '{schemamig}');
\echo :SQLSTATE
DROP VIEW items;
DROP TABLE tmp_1, kept;
COMMENT ON TABLE item IS NULL;
REVOKE SELECT ON item FROM PUBLIC;

-- ---------------------------------------------------------------------------
-- Drops, and changes that lose data

SELECT schemamig.autogenerate('drop', 'CREATE TABLE item (id int PRIMARY KEY)', allow_drop => false);
\echo :SQLSTATE
SELECT schemamig.autogenerate('drop', 'CREATE TABLE item (id int PRIMARY KEY)', allow_drop => true, rev_id => 'd1');
SELECT upgrade, downgrade FROM schemamig.show('d1');
SELECT schemamig.drop_revision('d1') IS NOT NULL AS dropped;

-- ---------------------------------------------------------------------------
-- Renames

SELECT kind, identity, change, upgrade_sql, downgrade_sql FROM schemamig.diff($$
CREATE TYPE state AS ENUM ('new', 'used', 'old');
CREATE TABLE article (id int PRIMARY KEY, title text, state state)$$,
	renames => '{"regress_app.item": "regress_app.article", "regress_app.item.name": "regress_app.article.title"}')
WHERE identity !~ 'not_null'; -- (a constraint of its own from PostgreSQL 18 on)
SELECT kind, identity, change, upgrade_sql FROM schemamig.diff($$
CREATE TYPE state AS ENUM ('new', 'used', 'old');
-- schemamig: renamed from item
CREATE TABLE article (
	id int PRIMARY KEY,
	title text, -- schemamig: renamed from name
	state state)$$) WHERE identity !~ 'not_null';
-- not guessed, but said
SET client_min_messages = notice;
SELECT kind, identity, change FROM schemamig.diff($$
CREATE TYPE state AS ENUM ('new', 'used', 'old');
CREATE TABLE article (id int PRIMARY KEY, name text, state state)$$);
SET client_min_messages = warning;
SELECT schemamig.diff(renames => '{"regress_app.nothing": "regress_app.item"}');
\echo :SQLSTATE
SELECT schemamig.diff(renames => '{"regress_app.item": "regress_app.nothing"}');
\echo :SQLSTATE
SELECT schemamig.diff(renames => '["a"]');
\echo :SQLSTATE
SELECT schemamig.diff(renames => '{"item": 1}');
\echo :SQLSTATE

-- ---------------------------------------------------------------------------
-- Models that cannot be

SELECT schemamig.diff(E'CREATE TABLE a (id int);\nCREATE TBLE b ()');
\echo :SQLSTATE
SELECT schemamig.diff(E'CREATE TABLE a (id int);\nCREATE TABLE b (id nothing)');
\echo :SQLSTATE
SELECT schemamig.diff(E'CREATE TABLE a (id int);\n\n  INSERT INTO a VALUES (1)');
\echo :SQLSTATE
\set VERBOSITY terse
SELECT schemamig.diff('SELECT 1');
SELECT schemamig.diff('DO $$ BEGIN END $$');
SELECT schemamig.diff('CALL p()');
SELECT schemamig.diff('COPY item FROM stdin');
SELECT schemamig.diff('TRUNCATE item');
SELECT schemamig.diff('LOCK TABLE item');
SELECT schemamig.diff('CREATE TEMP TABLE x ()');
SELECT schemamig.diff('CREATE ROLE regress_schemamig_x');
SELECT schemamig.diff('CREATE DATABASE x');
SELECT schemamig.diff('CREATE TABLESPACE x LOCATION ''/''');
SELECT schemamig.diff('ALTER SYSTEM SET work_mem = 1');
SELECT schemamig.diff('VACUUM');
SELECT schemamig.diff('CREATE TABLE a (id int); COMMIT');
SELECT schemamig.diff('\i file');
\set VERBOSITY default
SELECT schemamig.diff(E'CREATE TABLE a (id int);\n/* and */ LOCK TABLE a');
-- objects that exist twice in it
SELECT schemamig.diff('CREATE TABLE a (id int); CREATE TABLE a (id int)');
\echo :SQLSTATE
-- a cycle of statements none of which can come first
SELECT schemamig.diff('CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a');
\echo :SQLSTATE
-- what exists outside is not to be changed
CREATE SCHEMA regress_outside;
CREATE TABLE regress_outside.t (id int PRIMARY KEY);
SELECT schemamig.diff('CREATE TABLE a (id int); ALTER TABLE regress_outside.t ADD x int', schemas => '{regress_app}');
\echo :SQLSTATE
SELECT schemamig.diff('DROP SCHEMA regress_outside CASCADE', schemas => '{regress_app}');
\echo :SQLSTATE
SELECT kind, identity, change FROM schemamig.diff('CREATE TABLE a (id int REFERENCES regress_outside.t)', schemas => '{regress_app}', include => '{table,constraint}');
SELECT count(*) FROM pg_attribute WHERE attrelid = 'regress_outside.t'::regclass AND attnum > 0;
DROP SCHEMA regress_outside CASCADE;
-- nothing is left of any
SELECT relname FROM pg_class WHERE relnamespace = 'regress_app'::regnamespace ORDER BY relname;
SELECT nspname FROM pg_namespace WHERE nspname ~ 'regress|schemamig' ORDER BY nspname;
SELECT count(*) FROM pg_roles WHERE rolname ~ 'schemamig';

-- ---------------------------------------------------------------------------
-- Arguments that cannot be

SELECT schemamig.autogenerate(NULL);
\echo :SQLSTATE
SELECT schemamig.set_model(NULL, 'CREATE TABLE a ()');
\echo :SQLSTATE
SELECT schemamig.set_model('', 'CREATE TABLE a ()');
\echo :SQLSTATE
SELECT schemamig.set_model('x', NULL);
\echo :SQLSTATE
SELECT schemamig.set_model('x', 'CREATE TBLE a ()');
\echo :SQLSTATE
SELECT schemamig.autogenerate('x', 'CREATE TABLE a ()', rev_id => 'g1');
\echo :SQLSTATE
SELECT schemamig.autogenerate('x', 'CREATE TABLE a ()', head => '{nowhere}');
\echo :SQLSTATE

-- where the revision goes
SELECT schemamig.autogenerate('on a branch', 'CREATE TABLE a ()', rev_id => 'g3', head => '{g2}', branch_labels => '{web}', depends_on => '{g1}');
SELECT revision, down_revisions, branch_labels, depends_on FROM schemamig.history() WHERE revision = 'g3';
SELECT schemamig.drop_revision('g3') IS NOT NULL AS dropped;

-- ---------------------------------------------------------------------------
-- Drift: what was done to the database beside the revisions

SELECT schemamig.drop_model('10 types'), schemamig.drop_model('20 tables');
SELECT count(*) FROM schemamig.drift(raise => true);
ALTER TABLE item ADD extra int, ALTER name SET NOT NULL;
CREATE TABLE other (id int);
SELECT kind, identity, change, upgrade_sql FROM schemamig.drift();
SELECT kind, identity, change FROM schemamig.drift(exclude => '{column}');
SELECT schemamig.drift(raise => true);
\echo :SQLSTATE
ALTER TABLE item DROP extra, ALTER name DROP NOT NULL;
DROP TABLE other;
SELECT count(*) FROM schemamig.drift();

-- ---------------------------------------------------------------------------
-- Proof can be switched off, not more

SET schemamig.proof = off;
SELECT schemamig.autogenerate('not proven', 'CREATE TABLE item (id int)', rev_id => 'p1');
SELECT schemamig.drop_revision('p1') IS NOT NULL AS dropped;
RESET schemamig.proof;

-- ---------------------------------------------------------------------------
-- A user without rights

CREATE ROLE regress_schemamig_user;
SET ROLE regress_schemamig_user;
SELECT schemamig.diff('CREATE TABLE a ()');
\echo :SQLSTATE
SELECT schemamig.autogenerate('x', 'CREATE TABLE a ()');
\echo :SQLSTATE
SELECT schemamig.check();
\echo :SQLSTATE
SELECT schemamig.drift();
\echo :SQLSTATE
SELECT schemamig.baseline('x');
\echo :SQLSTATE
SELECT schemamig.set_model('x', '');
\echo :SQLSTATE
SELECT schemamig.drop_model('x');
\echo :SQLSTATE
SET ROLE regress_schemamig_dba;
-- may call it, and read the schema, but owns nothing
GRANT USAGE ON SCHEMA schemamig, regress_app TO regress_schemamig_user;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA schemamig TO regress_schemamig_user;
SET ROLE regress_schemamig_user;
SELECT schemamig.diff('CREATE TABLE a ()', schemas => '{regress_app}');
\echo :SQLSTATE
SELECT schemamig.autogenerate('x', 'CREATE TABLE a ()', schemas => '{regress_app}');
\echo :SQLSTATE
SELECT schemamig.set_model('x', '');
\echo :SQLSTATE
SET ROLE regress_schemamig_dba;
SELECT schemamig.drop_model('x');
DROP OWNED BY regress_schemamig_user;
DROP ROLE regress_schemamig_user;

-- ---------------------------------------------------------------------------
-- baseline: a revision of what is there, where there is none yet

SELECT schemamig.baseline('too late', schemas => '{regress_app}');
\echo :SQLSTATE
SELECT count(*) FROM schemamig.downgrade('base');
SELECT count(schemamig.drop_revision(r)) FROM unnest('{g2,g1}'::text[]) AS r;
CREATE TABLE old_table (id serial PRIMARY KEY, name text DEFAULT 'x');
CREATE VIEW old_view AS SELECT 1 AS one;
SELECT schemamig.baseline('as it was', schemas => '{regress_app}', rev_id => 'b1');
SELECT upgrade, downgrade FROM schemamig.show('b1');
SELECT revision, flags FROM schemamig.history();
SELECT count(*) FROM schemamig.drift();
SELECT count(*) FROM schemamig.downgrade('base');
SELECT to_regnamespace('regress_app') IS NULL AS gone;
SELECT count(*) FROM schemamig.upgrade();
SELECT relname FROM pg_class WHERE relnamespace = 'regress_app'::regnamespace ORDER BY relname;
SELECT count(*) FROM schemamig.downgrade('base');
SELECT schemamig.drop_revision('b1') IS NOT NULL AS dropped;
RESET ROLE;
DROP ROLE regress_schemamig_dba;
