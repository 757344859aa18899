CREATE TYPE c AS (a int, b text, d date);
CREATE TABLE t (id int, x c, y c[]);
CREATE FUNCTION f(c) RETURNS c LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION g() RETURNS SETOF c LANGUAGE sql AS $$ SELECT NULL::c $$;
