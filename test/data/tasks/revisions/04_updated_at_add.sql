-- A column that must not be null, added to a table in use, takes three
-- revisions.  In a transaction each, as with CALL schemamig.migrate(), none of
-- them blocks readers or writers for long:
--
--   1. add the column (no rewrite), and check new rows from now on;
--   2. fill in the old rows, then look at all of them while others go on;
--   3. SET NOT NULL, which trusts the validated check and does not scan.
SELECT schemamig.revision(
	rev_id => 'e43a90b7c615',
	message => 'tasks: add updated_at, not yet required',
	upgrade => $up$
ALTER TABLE tasks
	ADD COLUMN updated_at timestamptz,
	ADD CONSTRAINT tasks_updated_at_check CHECK (updated_at IS NOT NULL) NOT VALID;
-- in a command of its own: existing rows must not get today's date
ALTER TABLE tasks ALTER COLUMN updated_at SET DEFAULT now();
$up$,
	downgrade => $down$
ALTER TABLE tasks DROP COLUMN updated_at;
$down$);
