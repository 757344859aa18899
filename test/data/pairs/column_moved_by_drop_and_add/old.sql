CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int);
ALTER TABLE t DROP a;
ALTER TABLE t ADD a text;
CREATE VIEW v AS SELECT id, a FROM t;
