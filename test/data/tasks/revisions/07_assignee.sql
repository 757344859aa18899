SELECT schemamig.revision(
	rev_id => 'c2f8604b1e7d',
	message => 'tasks: rename user_id to assignee_id',
	upgrade => $up$
ALTER TABLE tasks RENAME COLUMN user_id TO assignee_id;
ALTER TABLE tasks RENAME CONSTRAINT tasks_user_id_fkey TO tasks_assignee_id_fkey;
ALTER INDEX tasks_user_id_idx RENAME TO tasks_assignee_id_idx;
$up$,
	downgrade => $down$
ALTER INDEX tasks_assignee_id_idx RENAME TO tasks_user_id_idx;
ALTER TABLE tasks RENAME CONSTRAINT tasks_assignee_id_fkey TO tasks_user_id_fkey;
ALTER TABLE tasks RENAME COLUMN assignee_id TO user_id;
$down$);
