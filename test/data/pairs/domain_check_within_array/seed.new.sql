INSERT INTO t VALUES ('{1,2}', ROW('a'), 3), (NULL, ROW('b,"c'), NULL);
