-- validate() finds what cannot come from the functions
SET client_min_messages = warning;

SELECT schemamig.revision('first', 'SELECT 1', '', rev_id => 'v1', branch_labels => '{one}');
SELECT schemamig.revision('second', 'SELECT 2', '', rev_id => 'v2');
SELECT schemamig.revision('third', 'SELECT 3', '', rev_id => 'v3');
SELECT revision FROM schemamig.upgrade('v2');
SELECT * FROM schemamig.validate();

-- a text changed in the table
BEGIN;
UPDATE schemamig.revision SET upgrade = 'SELECT 4' WHERE revision = 'v3';
SELECT problem, revision, tenant, detail FROM schemamig.validate();
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
ROLLBACK;

-- a hole in the applied set
BEGIN;
DELETE FROM schemamig.applied WHERE revision = 'v1';
SELECT problem, revision, tenant, detail FROM schemamig.validate();
ROLLBACK;

-- an applied row that no run wrote
BEGIN;
INSERT INTO schemamig.applied SELECT tenant, 'v3', applied_at, applied_by, run, checksum, token_checksum FROM schemamig.applied LIMIT 1;
SELECT problem, revision, tenant, detail FROM schemamig.validate();
ROLLBACK;

-- broken graphs: everything that needs the graph says so
BEGIN;
UPDATE schemamig.revision_edge SET parent = 'gone' WHERE revision = 'v3';
SELECT problem, revision, tenant, detail FROM schemamig.validate();
SAVEPOINT s;
SELECT * FROM schemamig.heads();
\echo :SQLSTATE
ROLLBACK TO s;
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
ROLLBACK;
BEGIN;
INSERT INTO schemamig.revision_edge VALUES ('v1', 'depends', 1, 'v3');
SELECT problem, revision, tenant, detail FROM schemamig.validate();
ROLLBACK;
BEGIN;
UPDATE schemamig.revision SET branch_labels = '{one}' WHERE revision = 'v2';
SELECT problem, revision, tenant, detail FROM schemamig.validate();
ROLLBACK;

-- rows that vanish by hand are missed, and there is a way out
DELETE FROM schemamig.revision WHERE revision = 'v3';
SELECT problem, revision, tenant, detail FROM schemamig.validate();
DELETE FROM schemamig.revision_edge WHERE revision = 'v3';
DELETE FROM schemamig.revision WHERE revision = 'v2';
DELETE FROM schemamig.revision_edge WHERE revision = 'v2';
DELETE FROM schemamig.run;
SELECT problem, revision, tenant, detail FROM schemamig.validate();
SELECT revision FROM schemamig.upgrade('v1');
\echo :SQLSTATE
SELECT revision FROM schemamig.current();
\echo :SQLSTATE
SELECT schemamig.stamp('v1', purge => true);
SELECT revision FROM schemamig.current();
DELETE FROM schemamig.run_step s WHERE NOT EXISTS (SELECT FROM schemamig.run WHERE run = s.run);
SELECT * FROM schemamig.validate();

DROP EXTENSION schemamig;
CREATE EXTENSION schemamig;
