SELECT schemamig.revision(
	rev_id => '1c64f3a82b9e',
	message => 'labels: the first ones',
	head => '{labels@head}',
	upgrade => $up$
INSERT INTO labels (name) VALUES ('bug'), ('feature'), ('question');

-- what is urgent has been a bug so far
INSERT INTO task_labels (task_id, label_id)
SELECT t.id, l.id FROM tasks t, labels l
WHERE t.priority = 'urgent' AND l.name = 'bug';
$up$,
	downgrade => $down$
DELETE FROM labels WHERE name IN ('bug', 'feature', 'question');
$down$,
	verify => $verify$
SELECT count(*) = 3 FROM labels WHERE name IN ('bug', 'feature', 'question');
$verify$);
