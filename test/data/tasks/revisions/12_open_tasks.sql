SELECT schemamig.revision(
	rev_id => 'a03f72c6e8b1',
	message => 'create view open_tasks',
	upgrade => $up$
CREATE VIEW open_tasks AS
SELECT t.id, u.name AS assignee, t.title, t.priority,
	ARRAY(SELECT l.name FROM task_labels tl JOIN labels l ON l.id = tl.label_id
		WHERE tl.task_id = t.id ORDER BY l.name) AS labels
FROM tasks t JOIN users u ON u.id = t.assignee_id
WHERE NOT t.done
ORDER BY array_position(ARRAY['urgent', 'high', 'normal', 'low'], t.priority), t.id;
$up$,
	downgrade => $down$
DROP VIEW open_tasks;
$down$,
	verify => $verify$
SELECT (SELECT count(*) FROM open_tasks) =
	(SELECT count(*) FROM tasks WHERE NOT done);
$verify$);
