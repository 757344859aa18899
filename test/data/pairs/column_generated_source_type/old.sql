CREATE TABLE t (a int, b varchar(10), g int GENERATED ALWAYS AS (a * 2) STORED, h text GENERATED ALWAYS AS (lower(b)) STORED);
CREATE VIEW v AS SELECT a, g, h FROM t;
