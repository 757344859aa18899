CREATE DOMAIN d AS int;
CREATE DOMAIN n AS text;
CREATE TYPE c AS (a n);
CREATE TABLE t (x d[], y c, z d);
