CREATE TYPE c AS (b int, a int);
CREATE FUNCTION f() RETURNS c LANGUAGE sql AS 'select null::c';
CREATE VIEW v AS SELECT (f()).a AS x, 1 AS y;
