CREATE SCHEMA app;
SET search_path TO app, public;
CREATE TABLE t (id int PRIMARY KEY, n text);
CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW v AS SELECT id, one() AS o FROM t;
