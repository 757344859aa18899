SELECT schemamig.revision(
	rev_id => '3b7e1c58d9f0',
	message => 'tasks: require updated_at and keep it current',
	upgrade => $up$
ALTER TABLE tasks ALTER COLUMN updated_at SET NOT NULL;
ALTER TABLE tasks DROP CONSTRAINT tasks_updated_at_check;

CREATE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $body$
BEGIN
	NEW.updated_at := now();
	RETURN NEW;
END
$body$;
CREATE TRIGGER tasks_set_updated_at BEFORE UPDATE ON tasks
	FOR EACH ROW EXECUTE FUNCTION set_updated_at();
$up$,
	downgrade => $down$
DROP TRIGGER tasks_set_updated_at ON tasks;
DROP FUNCTION set_updated_at();
ALTER TABLE tasks
	ADD CONSTRAINT tasks_updated_at_check CHECK (updated_at IS NOT NULL),
	ALTER COLUMN updated_at DROP NOT NULL;
$down$);
