CREATE TYPE e AS ENUM ('y', 'x');
CREATE TYPE inner_t AS (w e[], a bigint, b numeric(5, 1));
CREATE DOMAIN d AS inner_t;
CREATE TYPE outer_t AS (a int, d d[], at date, w e, txt int, more text);
CREATE TABLE t (id int PRIMARY KEY, x outer_t, y outer_t[]);
CREATE FUNCTION f(outer_t) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
