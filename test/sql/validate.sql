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

-- a revision cannot vanish under what is applied, not even by hand
DELETE FROM schemamig.revision WHERE revision = 'v1';
\echo :SQLSTATE

DROP EXTENSION schemamig;
CREATE EXTENSION schemamig;
