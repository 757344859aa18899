CREATE TYPE c AS (a bigint, b varchar(20));
CREATE TYPE c2 AS (x c, y c[]);
CREATE TABLE t (a c, b c[], c c2);
COMMENT ON COLUMN c.a IS 'a';
COMMENT ON TYPE c2 IS 'c2';
CREATE VIEW v AS SELECT (a).a AS x, b FROM t;
CREATE TABLE p (k int, a c) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p DEFAULT;
