-- The graph as text, mermaid and dot
SET client_min_messages = warning;

SELECT * FROM schemamig.graph();
SELECT schemamig.revision('first', rev_id => 'a1');
SELECT schemamig.revision('second', rev_id => 'a2');
\pset format unaligned
\pset tuples_only on
SELECT * FROM schemamig.graph();
SELECT schemamig.revision('a branch', rev_id => 'b1', head => '{a1}', splice => true, branch_labels => '{side}');
SELECT schemamig.revision('goes on', rev_id => 'b2', head => '{b1}');
SELECT schemamig.revision('another', rev_id => 'c1', head => '{a1}', splice => true);
SELECT * FROM schemamig.graph();
SELECT schemamig.merge('{a2,b2,c1}', 'three in one', rev_id => 'm1');
SELECT schemamig.revision('own base', rev_id => 'x1', head => '{base}');
SELECT schemamig.revision('needs a line' || chr(10) || 'break', rev_id => 'x2', head => '{x1}', depends_on => '{b1}');
SELECT schemamig.revision('after the merge', rev_id => 'm2', head => '{m1}');
SELECT schemamig.revision('beside the merge', rev_id => 'b3', head => '{b2}', splice => true);
SELECT schemamig.merge('{m2,b3}', 'crosses', rev_id => 'm3');
SELECT schemamig.stamp('b2');
SELECT * FROM schemamig.graph();
SELECT schemamig.edit('a1', message => 'with "quotes" and \backslash', force => true);
SELECT * FROM schemamig.graph('mermaid');
SELECT * FROM schemamig.graph('dot');
SELECT * FROM schemamig.graph('svg');
\echo :SQLSTATE
SELECT * FROM schemamig.graph(tenant => 'nobody') LIMIT 1;
SELECT 'in a select list: ' || schemamig.graph() LIMIT 1;

DROP EXTENSION schemamig;
CREATE EXTENSION schemamig;
