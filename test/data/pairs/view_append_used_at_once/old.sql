CREATE TABLE t (id int PRIMARY KEY, a int, b text);
CREATE VIEW z AS SELECT id FROM t;
