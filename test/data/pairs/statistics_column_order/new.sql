CREATE TABLE t (c int, b int, a int);
CREATE STATISTICS s (mcv) ON a, b, (c + 1) FROM t;
CREATE STATISTICS x ON (a + 1) FROM t;
