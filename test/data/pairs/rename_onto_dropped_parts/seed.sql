INSERT INTO t VALUES (1, 2, 'gone', 3); INSERT INTO child VALUES (1, 2, 'gone', 3);
