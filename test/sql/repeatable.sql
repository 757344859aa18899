-- Repeatable scripts: run after an upgrade, whenever they have changed
SET client_min_messages = notice;
SELECT schemamig.revision('table', 'CREATE TABLE rt (i int, j int)', 'DROP TABLE rt CASCADE', rev_id => 'rt01');
SELECT schemamig.revision('column', 'ALTER TABLE rt ADD k int', 'ALTER TABLE rt DROP k CASCADE', rev_id => 'rt02');
SELECT schemamig.repeatable('b view', 'CREATE OR REPLACE VIEW rb AS SELECT i FROM rt');
SELECT schemamig.repeatable('a view of it', 'CREATE OR REPLACE VIEW ra AS SELECT i FROM rb', depends_on => '{b view}');
SELECT schemamig.repeatable('b view', 'CREATE OR REPLACE VIEW rb AS SELECT i FROM rt');
SELECT * FROM schemamig.pending();
SELECT * FROM schemamig.pending('rt01');

-- not before everything else is there
SELECT revision, direction FROM schemamig.upgrade('+1');
SELECT revision, direction, message FROM schemamig.upgrade();
SELECT * FROM schemamig.pending();
SELECT revision, direction FROM schemamig.upgrade();
SELECT revision, direction, step, status, statements_done, statements_total FROM schemamig.run_step ORDER BY run, step;
SELECT tenant, name, applied_by = current_user FROM schemamig.repeatable_applied ORDER BY name;

-- comments do not count, statements do
SELECT schemamig.repeatable('b view', E'-- a comment\nCREATE OR REPLACE VIEW rb AS SELECT i FROM rt');
SELECT revision FROM schemamig.upgrade();
SELECT schemamig.repeatable('b view', 'CREATE OR REPLACE VIEW rb AS SELECT i, j FROM rt');
SELECT revision FROM schemamig.pending();
CALL schemamig.migrate();
SELECT revision FROM schemamig.pending();
SELECT * FROM rb;
CALL schemamig.migrate();

-- in offline scripts: all of them, if nothing is pending after the range
SELECT schemamig.upgrade_sql('base:rt01') LIKE '%repeatable%' AS too_early;
\t on
SELECT substr(sql, strpos(sql, '-- Running')) FROM schemamig.upgrade_sql('rt01:head') AS sql;
SELECT schemamig.upgrade_sql('head:head') LIKE '%CREATE OR REPLACE VIEW rb%' AS behind_nothing;
\t off
SELECT schemamig.downgrade_sql('head:base') LIKE '%repeatable%' AS on_the_way_back;
SELECT schemamig.repeatable('c', E'SET LOCAL work_mem = ''1MB'';\nSELECT :''v''');
SELECT right(schemamig.upgrade_sql('head:head'), 90);
SELECT right(schemamig.upgrade_sql('head:head', '{"v": "x"}'), 90);
SELECT schemamig.upgrade_sql('head:head', '{}');
SELECT schemamig.repeatable('c', 'CREATE INDEX CONCURRENTLY ON rt (i)');
SELECT schemamig.upgrade_sql();
SELECT schemamig.drop_repeatable('c');

-- a downgrade may have taken away what they have made
SELECT revision, direction FROM schemamig.downgrade('base');
SELECT revision FROM schemamig.upgrade();
SELECT * FROM ra;

-- drift() knows what they have made
SELECT kind, identity, change FROM schemamig.drift(schemas => '{public}') WHERE identity ~ 'r[abt]$';
CREATE OR REPLACE VIEW ra AS SELECT i FROM rb WHERE i > 0;
SELECT kind, identity, change FROM schemamig.drift(schemas => '{public}') WHERE identity ~ 'r[abt]$';

-- in a tenant by itself
CREATE SCHEMA regress_rt;
SELECT revision FROM schemamig.upgrade(tenant => 'regress_rt');
SELECT revision FROM schemamig.pending(tenant => 'regress_rt');
SELECT * FROM regress_rt.ra;
SELECT tenant, count(*) FROM schemamig.repeatable_applied GROUP BY 1 ORDER BY 1;
DROP SCHEMA regress_rt CASCADE;
SELECT schemamig.drop_tenant('regress_rt');
SELECT tenant, count(*) FROM schemamig.repeatable_applied GROUP BY 1 ORDER BY 1;

-- errors: nothing is left, and the place is shown
\set SHOW_CONTEXT always
SELECT schemamig.repeatable('b view', E'SELECT 1;\nSELECT 1 / (i - 1) FROM (VALUES (1)) AS v (i)');
SELECT schemamig.upgrade();
CALL schemamig.migrate();
SELECT state, error FROM schemamig.runs ORDER BY run DESC LIMIT 1;
SELECT revision FROM schemamig.pending();
SELECT schemamig.repeatable('b view', E'CREATE INDEX CONCURRENTLY ON rt (i)');
CALL schemamig.migrate();
SELECT schemamig.repeatable('b view', 'SELECT :''v''');
SELECT schemamig.upgrade();
SELECT revision FROM schemamig.upgrade(variables => '{"v": "x"}');
\set SHOW_CONTEXT errors
SELECT schemamig.repeatable('c', 'SELECT FROM WHERE');
SELECT schemamig.repeatable('c', 'BEGIN');
SELECT schemamig.repeatable('', 'SELECT 1');
SELECT schemamig.repeatable('a,b', 'SELECT 1');
SELECT schemamig.repeatable(NULL, 'SELECT 1');
SELECT schemamig.repeatable('c', NULL);
SELECT schemamig.repeatable('b view', 'SELECT 1', depends_on => '{a view of it}');
SELECT schemamig.drop_repeatable('c');

-- files
SELECT schemamig.import_script(E'-- repeatable: c\n-- depends_on: b view\n-- sections: s1\n\n-- upgrade s1\nSELECT 1;\n-- upgrade\n-- end s1\n');
SELECT name, script, depends_on FROM schemamig.repeatable WHERE name = 'c';
SELECT schemamig.import_script(E'-- repeatable: c\n-- message: c');
SELECT schemamig.import_script(E'-- repeatable: c\n-- downgrade');
SELECT * FROM schemamig.import_scripts('{SELECT 2,SELECT 3}', '{R__c.sql,R__d_e.sql}');
SELECT revision FROM schemamig.upgrade();

-- whose rights
CREATE ROLE regress_repeater;
GRANT USAGE ON SCHEMA schemamig TO regress_repeater;
GRANT EXECUTE ON FUNCTION schemamig.repeatable TO regress_repeater;
SET ROLE regress_repeater;
SELECT schemamig.repeatable('c', 'SELECT 4');
RESET ROLE;
SELECT schemamig.upgrade();
SELECT schemamig.repeatable('c', 'SELECT 4');
SELECT revision FROM schemamig.upgrade();
SELECT schemamig.drop_repeatable('c');
SELECT count(*) FROM schemamig.repeatable_applied WHERE name = 'c';
SELECT * FROM schemamig.validate();
SELECT count(*) FROM schemamig.downgrade('base');
TRUNCATE schemamig.revision, schemamig.revision_edge, schemamig.run, schemamig.run_step, schemamig.repeatable;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA schemamig FROM regress_repeater;
REVOKE USAGE ON SCHEMA schemamig FROM regress_repeater;
DROP ROLE regress_repeater;
