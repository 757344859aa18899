SELECT schemamig.revision(
	rev_id => '90d6b2f47a18',
	message => 'tasks: fill in updated_at',
	upgrade => $up$
UPDATE tasks SET updated_at = created_at WHERE updated_at IS NULL;
ALTER TABLE tasks VALIDATE CONSTRAINT tasks_updated_at_check;
$up$,
	downgrade => $down$
-- a constraint cannot be made "not valid" again, only be replaced
ALTER TABLE tasks
	DROP CONSTRAINT tasks_updated_at_check,
	ADD CONSTRAINT tasks_updated_at_check CHECK (updated_at IS NOT NULL) NOT VALID;
$down$,
	verify => $verify$
SELECT count(*) = 0 FROM tasks WHERE updated_at < created_at;
$verify$);
