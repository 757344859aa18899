CREATE TYPE e AS ENUM ('x', 'y', 'gone');
CREATE TYPE inner_t AS (a int, w e[]);
CREATE DOMAIN d AS inner_t;
CREATE TYPE outer_t AS (a int, d d[], at timestamp, w e, txt text);
CREATE TABLE t (id int PRIMARY KEY, x outer_t, y outer_t[]);
CREATE FUNCTION f(outer_t) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
