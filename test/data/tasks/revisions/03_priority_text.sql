-- The conversion is written out in both directions, so that no row can change
-- its meaning: a value that is not in the list becomes NULL, and that the
-- column refuses.
SELECT schemamig.revision(
	rev_id => '27c9f5d80e46',
	message => 'tasks: priority from integer to text',
	upgrade => $up$
ALTER TABLE tasks
	DROP CONSTRAINT tasks_priority_check,
	ALTER COLUMN priority DROP DEFAULT,
	ALTER COLUMN priority TYPE text USING
		CASE priority
			WHEN 1 THEN 'low'
			WHEN 2 THEN 'normal'
			WHEN 3 THEN 'high'
			WHEN 4 THEN 'urgent'
		END;
ALTER TABLE tasks
	ALTER COLUMN priority SET DEFAULT 'normal',
	ADD CONSTRAINT tasks_priority_check
		CHECK (priority IN ('low', 'normal', 'high', 'urgent'));
COMMENT ON COLUMN tasks.priority IS NULL;
$up$,
	downgrade => $down$
ALTER TABLE tasks
	DROP CONSTRAINT tasks_priority_check,
	ALTER COLUMN priority DROP DEFAULT,
	ALTER COLUMN priority TYPE integer USING
		CASE priority
			WHEN 'low' THEN 1
			WHEN 'normal' THEN 2
			WHEN 'high' THEN 3
			WHEN 'urgent' THEN 4
		END;
ALTER TABLE tasks
	ALTER COLUMN priority SET DEFAULT 2,
	ADD CONSTRAINT tasks_priority_check CHECK (priority BETWEEN 1 AND 4);
COMMENT ON COLUMN tasks.priority IS '1 low, 2 normal, 3 high, 4 urgent';
$down$,
	verify => $verify$
SELECT count(*) = 0 FROM tasks
WHERE priority NOT IN ('low', 'normal', 'high', 'urgent');
$verify$);
