INSERT INTO t VALUES (1, 'abc', 1.25, 'abcd');
