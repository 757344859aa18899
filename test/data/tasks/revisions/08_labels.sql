-- Work of a second developer, who began when the priorities were done and
-- nothing after that was there yet.
SELECT schemamig.revision(
	rev_id => '7ad05e9c3f12',
	message => 'create table labels',
	head => '{27c9f5d80e46}',
	splice => true,
	branch_labels => '{labels}',
	upgrade => $up$
CREATE TABLE labels (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name text NOT NULL CONSTRAINT labels_name_key UNIQUE
);
CREATE TABLE task_labels (
	task_id bigint NOT NULL REFERENCES tasks ON DELETE CASCADE,
	label_id bigint NOT NULL REFERENCES labels ON DELETE CASCADE,
	PRIMARY KEY (task_id, label_id)
);
CREATE INDEX task_labels_label_id_idx ON task_labels (label_id);
$up$,
	downgrade => $down$
DROP TABLE task_labels;
DROP TABLE labels;
$down$);
