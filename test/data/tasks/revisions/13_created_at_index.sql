-- On a table in use, an index is built CONCURRENTLY, so that rows can be
-- written meanwhile.  The server refuses that inside a transaction block, and so
-- does schemamig.upgrade(), before it runs anything.  This one is for
--   CALL schemamig.migrate();
SELECT schemamig.revision(
	rev_id => '8e5b30d9c7a4',
	message => 'tasks: index on created_at',
	upgrade => $up$
CREATE INDEX CONCURRENTLY tasks_created_at_idx ON tasks (created_at);
$up$,
	downgrade => $down$
DROP INDEX CONCURRENTLY tasks_created_at_idx;
$down$);
