CREATE TYPE c AS (a int, b text);
CREATE TABLE t (id int, x c);
CREATE VIEW v AS SELECT id, (x).a FROM t;
