CREATE TABLE t (id int PRIMARY KEY, b int, d int);
CREATE VIEW v AS SELECT id, d FROM t;
