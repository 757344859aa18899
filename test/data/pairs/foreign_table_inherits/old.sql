CREATE EXTENSION file_fdw;
CREATE SERVER s FOREIGN DATA WRAPPER file_fdw;
CREATE TABLE parent (a int, CHECK (a > 0));
CREATE FOREIGN TABLE f1 (b int) INHERITS (parent) SERVER s OPTIONS (filename '/dev/null');
CREATE FOREIGN TABLE f2 (a int, b int, CONSTRAINT parent_a_check CHECK (a > 0)) SERVER s OPTIONS (filename '/dev/null');
