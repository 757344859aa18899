CREATE TABLE t (id int, a int, b int);
CREATE VIEW v AS SELECT * FROM t;
CREATE VIEW r AS SELECT t AS whole FROM t;
CREATE FUNCTION full_name(t) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1.id::text || $1.a $$;
CREATE VIEW f AS SELECT t.full_name FROM t;
