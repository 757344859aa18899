-- Moving the applied set: upgrade, downgrade, stamp, and what tells about it
SET client_min_messages = warning;

SELECT schemamig.revision('users', 'CREATE TABLE su ()', 'DROP TABLE su', rev_id => 'a1');
SELECT schemamig.revision('tasks', 'CREATE TABLE st ()', 'DROP TABLE st', rev_id => 'a2');
SELECT schemamig.revision('billing', 'CREATE TABLE sb ()', 'DROP TABLE sb', rev_id => 'b1', head => '{base}', branch_labels => '{billing}');
SELECT schemamig.revision('invoices', 'CREATE TABLE si ()', 'DROP TABLE si', rev_id => 'b2', head => '{b1}', depends_on => '{a2}');

-- nothing is applied yet
SELECT revision FROM schemamig.downgrade(1);
SELECT schemamig.stamp('{}'::text[]);
\echo :SQLSTATE
SELECT schemamig.revision('no parent named', head => '{}');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('{}'::text[]);
SELECT revision FROM schemamig.current();
SELECT * FROM schemamig.pending();
SELECT * FROM schemamig.plan('heads');
SELECT * FROM schemamig.plan('{a1,b1}'::text[]);
SELECT * FROM schemamig.plan('base', 'downgrade');
SELECT * FROM schemamig.plan('head', 'sideways');
\echo :SQLSTATE
SELECT revision FROM schemamig.current(check_heads => true);
\echo :SQLSTATE

-- "head" is the one real head: the other one is needed by it
SELECT revision, flags FROM schemamig.heads();
SELECT revision, direction, message, duration > '0' AS took_time FROM schemamig.upgrade();
SELECT revision, flags, applied_at IS NOT NULL AS applied, applied_by = current_user AS by_me FROM schemamig.current();
SELECT revision FROM schemamig.current(check_heads => true);
TABLE schemamig.version;
SELECT revision, down_revisions, branch_labels, depends_on, message, flags, applied_by = current_user AS by_me FROM schemamig.history();
SELECT revision FROM schemamig.history('a1:');
SELECT revision FROM schemamig.history(':a1');
SELECT revision FROM schemamig.history('b2:a1');
\echo :SQLSTATE
SELECT revision FROM schemamig.history('a1');
\echo :SQLSTATE
SELECT revision FROM schemamig.history('a:b:c');
\echo :SQLSTATE
-- nothing to do, nothing journaled
SELECT revision FROM schemamig.upgrade('heads');
SELECT count(*) FROM schemamig.run;

-- the journal
SELECT run, tenant, command, target, role = current_user AS role, session_role = session_user AS session_role, application_name, status, finished_at >= started_at AS finished FROM schemamig.run;
SELECT step, revision, direction, message, status, finished_at >= started_at AS finished, statements_done, statements_total, checksum = encode(sha256(convert_to('CREATE TABLE ' || CASE revision WHEN 'a1' THEN 'su' WHEN 'a2' THEN 'st' WHEN 'b1' THEN 'sb' ELSE 'si' END || ' ()', 'UTF8')), 'hex') AS checksum, sqlstate, error FROM schemamig.run_step ORDER BY run, step;
SELECT a.revision, a.run, a.checksum = r.checksum AS checksum, a.token_checksum = r.token_checksum AS token_checksum FROM schemamig.applied a JOIN schemamig.revision r USING (revision) ORDER BY 1;

-- down again: what depends on a revision goes with it
SELECT revision FROM schemamig.downgrade(1);
SELECT revision FROM schemamig.upgrade('billing@head');
SELECT revision FROM schemamig.downgrade('a1');
SELECT revision FROM schemamig.current();
SELECT revision FROM schemamig.downgrade('-1');
\echo :SQLSTATE
SELECT revision FROM schemamig.downgrade('billing@-1');
SELECT revision FROM schemamig.downgrade(0);
\echo :SQLSTATE
SELECT revision FROM schemamig.downgrade('a2');
\echo :SQLSTATE
SELECT revision FROM schemamig.downgrade('+1');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('-1');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('{a2,b1}'::text[]);
SELECT revision FROM schemamig.downgrade('{a1,billing@base}'::text[]);
SELECT revision FROM schemamig.upgrade('{a1,a2}'::text[]);
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade(NULL::text);
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('+1');
SELECT revision FROM schemamig.upgrade('+1');
\echo :SQLSTATE

-- what cannot be undone is said before anything is undone
SELECT schemamig.revision('for ever', 'CREATE TABLE se ()', rev_id => 'a3', head => '{a2}');
SELECT schemamig.revision('after', 'CREATE TABLE sa ()', 'DROP TABLE sa', rev_id => 'a4', head => '{a3}');
SELECT revision FROM schemamig.upgrade('a4');
SELECT revision FROM schemamig.downgrade('a2');
\echo :SQLSTATE
SELECT to_regclass('sa') IS NOT NULL AS still_there;
SELECT revision FROM schemamig.downgrade('a3');

-- stamp
SELECT schemamig.stamp('a4');
SELECT to_regclass('sa') IS NULL AS not_run;
SELECT schemamig.stamp('{a3,b1}'::text[]);
SELECT revision FROM schemamig.current();
SELECT schemamig.stamp('current');
SELECT schemamig.stamp('billing@+1');
SELECT revision FROM schemamig.current();
SELECT r.target, s.revision, s.direction FROM schemamig.run r JOIN schemamig.run_step s USING (run) WHERE r.command = 'stamp' ORDER BY run, step;
SELECT count(*) AS runs FROM schemamig.run \gset
SELECT schemamig.stamp('current');
SELECT count(*) - :runs AS more_runs FROM schemamig.run;
SELECT schemamig.stamp('current', purge => true);
SELECT count(*) - :runs AS more_runs FROM schemamig.run;
SELECT schemamig.stamp('nowhere');
\echo :SQLSTATE
-- the base of a branch leaves the other branches alone
SELECT schemamig.stamp('{b1,a1}'::text[]);
SELECT schemamig.stamp('billing@base');
SELECT schemamig.stamp('base');
TABLE schemamig.applied;
DROP TABLE su, st, se;

-- in one transaction with the caller's own work
BEGIN;
SELECT revision FROM schemamig.upgrade('a1');
CREATE TABLE mine ();
ROLLBACK;
SELECT to_regclass('su') IS NULL AND to_regclass('mine') IS NULL AS nothing, (SELECT count(*) FROM schemamig.applied) AS applied;
-- twice in a statement
SELECT (schemamig.upgrade('+1')).revision, (schemamig.upgrade('a2')).revision;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT (schemamig.upgrade('b1')).revision, (schemamig.upgrade('b2')).revision;
SELECT revision FROM schemamig.downgrade('billing@base');
COMMIT;
SELECT revision FROM schemamig.current();

-- reading is allowed where writing is not
BEGIN READ ONLY;
SELECT revision FROM schemamig.plan('heads');
SELECT revision FROM schemamig.upgrade();
\echo :SQLSTATE
ROLLBACK;
BEGIN READ ONLY;
SELECT schemamig.stamp('base');
\echo :SQLSTATE
ROLLBACK;

-- targets that name nothing, or too much
SELECT revision FROM schemamig.upgrade('');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('nowhere');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('nowhere@head');
\echo :SQLSTATE
SELECT revision FROM schemamig.downgrade('nowhere@base');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('billing@a1');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('head');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('a1+99');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('a1+1x');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('a1+99999999999999999999');
\echo :SQLSTATE
SELECT revision FROM schemamig.upgrade('+0');
SELECT revision FROM schemamig.upgrade('@head');
SELECT revision FROM schemamig.upgrade('billing@');
SELECT revision FROM schemamig.upgrade('billing@@head');
SELECT revision FROM schemamig.upgrade('a1:a2');
SELECT revision FROM schemamig.upgrade('base-1');
SELECT schemamig.revision('long name', rev_id => 'release1', head => '{base}');
SELECT schemamig.revision('long name', rev_id => 'release2', head => '{base}');
SELECT revision FROM schemamig.upgrade('rele');
\echo :SQLSTATE
SELECT revision FROM schemamig.show('release2');
SELECT revision FROM schemamig.show('bill');

-- what is needed comes first, whatever was created first
SELECT schemamig.edit('release1', depends_on => '{release2}');
SELECT revision FROM schemamig.plan('release1');
SELECT revision FROM schemamig.history(':release1');

SELECT revision FROM schemamig.downgrade('base');
DROP EXTENSION schemamig;
CREATE EXTENSION schemamig;
