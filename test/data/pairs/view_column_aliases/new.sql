CREATE TABLE t (id int, a int);
CREATE VIEW v (x, z) AS SELECT id, a FROM t;
CREATE VIEW w ("Odd Name", "select", "from") AS SELECT id, a, a + 1 FROM t;
