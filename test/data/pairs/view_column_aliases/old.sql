CREATE TABLE t (id int, a int);
CREATE VIEW v (x, y) AS SELECT id, a FROM t;
CREATE VIEW w ("Odd Name", "select") AS SELECT id, a FROM t;
