CREATE TABLE t (a int, b int, c int);
CREATE STATISTICS s (mcv) ON a, b, (c + 1) FROM t;
CREATE STATISTICS x ON (a + 1) FROM t;
