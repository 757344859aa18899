SELECT schemamig.revision(
	rev_id => 'b81d4e6029fa',
	message => 'create table tasks',
	upgrade => $up$
CREATE TABLE tasks (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	user_id bigint NOT NULL
		CONSTRAINT tasks_user_id_fkey REFERENCES users ON DELETE CASCADE,
	title text NOT NULL,
	priority integer NOT NULL DEFAULT 2
		CONSTRAINT tasks_priority_check CHECK (priority BETWEEN 1 AND 4),
	done boolean NOT NULL DEFAULT false,
	created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tasks_user_id_idx ON tasks (user_id);
COMMENT ON TABLE tasks IS 'things to do';
COMMENT ON COLUMN tasks.priority IS '1 low, 2 normal, 3 high, 4 urgent';
$up$,
	downgrade => $down$
DROP TABLE tasks;
$down$);
