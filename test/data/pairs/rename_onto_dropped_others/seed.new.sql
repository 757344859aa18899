INSERT INTO t VALUES (1, 'a', 'a', 1, 1, ROW(1));
