-- Rows as the application wrote them at revision b81d4e6029fa, when priority
-- was an integer and labels did not exist.
INSERT INTO users (email, name) VALUES
	('ada@example.com', 'Ada'),
	('edgar@example.com', 'Edgar');
INSERT INTO tasks (user_id, title, priority, done, created_at)
SELECT u.id, t.title, t.priority, t.done, t.created_at
FROM (VALUES
	('Ada', 'write the release notes', 2, true, timestamptz '2026-03-02 09:00+00'),
	('Ada', 'answer last week''s mail', 1, false, '2026-03-03 10:30+00'),
	('Edgar', 'backups fail on the standby', 4, false, '2026-03-04 07:15+00'),
	('Edgar', 'normalize the address table', 3, false, '2026-03-04 16:45+00')
) AS t(name, title, priority, done, created_at)
JOIN users u USING (name)
ORDER BY t.created_at;
