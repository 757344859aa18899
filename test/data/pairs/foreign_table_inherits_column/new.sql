CREATE EXTENSION file_fdw;
CREATE SERVER s FOREIGN DATA WRAPPER file_fdw;
CREATE TABLE parent (a bigint NOT NULL, c text DEFAULT 'x', CHECK (a > 0), CONSTRAINT more CHECK (a < 100));
CREATE FOREIGN TABLE f1 (b int) INHERITS (parent) SERVER s OPTIONS (filename '/dev/null');
CREATE TABLE p (a int, b varchar(10) NOT NULL, c int) PARTITION BY LIST (a);
CREATE FOREIGN TABLE p1 PARTITION OF p FOR VALUES IN (1) SERVER s OPTIONS (filename '/dev/null');
COMMENT ON COLUMN p1.b IS 'changed';
