CREATE FUNCTION f(a int, b int DEFAULT 0) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT a + b $$;
CREATE TABLE t (id int, a int DEFAULT f(1) CHECK (f(a) > 0));
CREATE INDEX t_f ON t (f(a));
CREATE VIEW v AS SELECT id, f(a) AS x FROM t;
GRANT EXECUTE ON FUNCTION f TO app_reader;
