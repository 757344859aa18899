-- Authoring: revision, merge, edit, drop_revision, approve
SET client_min_messages = warning;

-- an identifier is made up if none is given
SELECT schemamig.revision('made up') ~ '^[0-9a-f]{12}$' AS twelve_hex_digits;
SELECT message, upgrade, downgrade, verify FROM schemamig.show('head');
SELECT schemamig.drop_revision('head') IS NOT NULL AS dropped;

-- a line
SELECT schemamig.revision('first', 'CREATE TABLE a ()', 'DROP TABLE a', rev_id => 'r1');
SELECT schemamig.revision('second', rev_id => 'r2', branch_labels => '{shop,web,shop}');
SELECT schemamig.revision('third', rev_id => 'r3', downgrade => '');
SELECT revision, down_revisions, branch_labels, flags FROM schemamig.history();

-- a branch must be wanted
SELECT schemamig.revision('elsewhere', rev_id => 'x', head => '{r1}');
\echo :SQLSTATE
SELECT schemamig.revision('elsewhere', rev_id => 'b1', head => '{r1}', splice => true);
SELECT schemamig.revision('no one head', rev_id => 'x');
\echo :SQLSTATE
SELECT schemamig.revision('own base', rev_id => 'c1', head => '{base}', depends_on => '{web}', branch_labels => '{side}');
SELECT schemamig.revision('on a branch', rev_id => 'c2', head => '{side@head}');
SELECT revision, down_revisions, branch_labels, depends_on, branches FROM schemamig.branches();
SELECT revision, flags FROM schemamig.heads();

-- merges
SELECT schemamig.merge('{r3,b1}', rev_id => 'm1');
SELECT revision, down_revisions, message, downgrade FROM schemamig.show('m1');
SELECT schemamig.merge('{r3,b1}');
\echo :SQLSTATE
SELECT schemamig.merge('{m1,m1}');
\echo :SQLSTATE
SELECT schemamig.merge('{base}');
\echo :SQLSTATE
SELECT schemamig.merge(rev_id => 'm2', message => 'all of it', branch_labels => '{main}');
SELECT revision, down_revisions, flags FROM schemamig.heads();

-- names that cannot be
SELECT schemamig.revision('x', rev_id => 'r1');
\echo :SQLSTATE
SELECT schemamig.revision('x', rev_id => 'shop');
\echo :SQLSTATE
SELECT schemamig.revision('x', rev_id => '');
\echo :SQLSTATE
SELECT schemamig.revision('x', rev_id => 'head');
\echo :SQLSTATE
SELECT schemamig.revision('x', rev_id => 'a-1');
SELECT schemamig.revision('x', rev_id => 'a,b');
SELECT schemamig.revision('x', rev_id => E'a\tb');
SELECT schemamig.revision('x', rev_id => ' a');
SELECT schemamig.revision('x', rev_id => repeat('x', 129));
SELECT schemamig.revision('x', branch_labels => '{shop}');
\echo :SQLSTATE
SELECT schemamig.revision('x', branch_labels => '{r1}');
\echo :SQLSTATE
SELECT schemamig.revision('x', branch_labels => '{a@b}');
\echo :SQLSTATE
SELECT schemamig.revision('x', branch_labels => '{release-2}');
SELECT schemamig.revision('x', rev_id => 'same', branch_labels => '{same}');
\echo :SQLSTATE
SELECT schemamig.revision('x', branch_labels => '{NULL}');
\echo :SQLSTATE
SELECT schemamig.revision(NULL);
\echo :SQLSTATE
SELECT schemamig.revision('x', upgrade => NULL);
\echo :SQLSTATE
SELECT schemamig.revision('x', depends_on => '{nowhere}');
\echo :SQLSTATE
SELECT schemamig.revision('x', depends_on => '{base}');
\echo :SQLSTATE

-- editing
SELECT schemamig.edit('r1', message => 'the first', upgrade => 'CREATE TABLE b ()', downgrade => 'DROP TABLE b');
SELECT message, upgrade, downgrade, checksum = encode(sha256('CREATE TABLE b ()'), 'hex') AS checksum_of_text FROM schemamig.show('r1');
SELECT schemamig.edit('r1', irreversible => true);
SELECT downgrade IS NULL AS irreversible, edited_at > created_at AS edited FROM schemamig.show('r1');
SELECT schemamig.edit('r1', downgrade => '', irreversible => true);
\echo :SQLSTATE
SELECT schemamig.edit('r1', upgrade => 'CREATE TBLE b ()');
\echo :SQLSTATE
SELECT schemamig.edit('r3', branch_labels => '{shop}');
\echo :SQLSTATE
SELECT schemamig.edit('r2', branch_labels => '{shop,tags}');
SELECT revision, branch_labels FROM schemamig.show('tags');
-- no cycles, by down revision or by dependency
SELECT schemamig.edit('r1', head => '{r3}');
\echo :SQLSTATE
SELECT schemamig.edit('r2', depends_on => '{m2}');
\echo :SQLSTATE
SELECT schemamig.edit('r2', depends_on => '{r2}');
\echo :SQLSTATE
-- another parent
SELECT schemamig.edit('b1', head => '{r3}');
SELECT schemamig.edit('m1', head => '{b1}', depends_on => '{c1}');
SELECT revision, down_revisions, depends_on FROM schemamig.history();
SELECT schemamig.edit('nowhere', message => 'x');
\echo :SQLSTATE

-- a label may be taken back and given elsewhere
SELECT schemamig.edit('r2', branch_labels => '{}');
SELECT schemamig.revision('new shop', rev_id => 'r9', branch_labels => '{shop}');

-- dropping
SELECT schemamig.drop_revision('r1');
\echo :SQLSTATE
SELECT schemamig.drop_revision('c1');
\echo :SQLSTATE
SELECT schemamig.drop_revision('r9');
SELECT schemamig.drop_revision('heads');
SELECT schemamig.drop_revision('base');
\echo :SQLSTATE

-- an applied revision is not changed by accident
SELECT schemamig.edit('r1', upgrade => 'CREATE TABLE a ()', downgrade => 'DROP TABLE a');
SELECT revision FROM schemamig.upgrade('r2');
SELECT schemamig.edit('r1', message => 'x');
\echo :SQLSTATE
SELECT schemamig.drop_revision('r2', force => true);
\echo :SQLSTATE
SELECT schemamig.edit('r1', upgrade => 'CREATE TABLE a () -- a table', force => true);
SELECT schemamig.edit('r1', upgrade => 'CREATE TABLE a (); SELECT 1', force => true);
SELECT problem, revision, detail FROM schemamig.validate();
-- nobody goes on from there by accident either
SELECT revision FROM schemamig.upgrade('r3');
\echo :SQLSTATE
SELECT revision FROM schemamig.downgrade('base');
\echo :SQLSTATE
SELECT schemamig.stamp('current', purge => true);
SELECT problem FROM schemamig.validate();
SELECT revision FROM schemamig.upgrade('r3');
-- no parent that is not applied
SELECT schemamig.edit('r3', head => '{base}', depends_on => '{c1}', force => true);
\echo :SQLSTATE
SELECT schemamig.edit('r3', head => '{r1}', force => true);
\echo :SQLSTATE
-- what nothing needs can be forgotten by force
SELECT schemamig.edit('b1', head => '{r2}');
SELECT schemamig.drop_revision('r3');
\echo :SQLSTATE
SELECT schemamig.drop_revision('r3', force => true);
SELECT revision FROM schemamig.current();
SELECT problem FROM schemamig.validate();

-- approval is noted, and withdrawn by an edit of a script
SELECT schemamig.approve('b1');
SELECT schemamig.approve('{c1,c2}'::text[]);
SELECT revision, approved_by = current_user AS approved FROM schemamig.show('c2');
SELECT schemamig.edit('c2', message => 'still approved');
SELECT approved_by = current_user AS approved FROM schemamig.show('c2');
SELECT schemamig.edit('c2', verify => 'SELECT true');
SELECT approved_by IS NULL AS withdrawn, authors = ARRAY[current_user::text] AS one_author FROM schemamig.show('c2');

-- the audit log has all of it
SELECT r.command, s.revision, s.direction, count(*)
FROM schemamig.run r JOIN schemamig.run_step s USING (run)
WHERE r.command NOT IN ('upgrade', 'downgrade', 'stamp') AND length(s.revision) = 2
GROUP BY 1, 2, 3 ORDER BY r.command COLLATE "C", 2, s.direction COLLATE "C";

-- nothing in a read-only transaction
BEGIN READ ONLY;
SELECT schemamig.revision('x');
\echo :SQLSTATE
ROLLBACK;

DROP TABLE a;
DROP EXTENSION schemamig;
CREATE EXTENSION schemamig;
