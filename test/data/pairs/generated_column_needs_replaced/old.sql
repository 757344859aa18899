CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT x + 1 $$;
CREATE TYPE e AS ENUM ('a', 'b', 'c');
CREATE FUNCTION pick(int) RETURNS e LANGUAGE sql IMMUTABLE AS $$ SELECT 'a'::public.e $$;
CREATE TABLE t (a int, b int GENERATED ALWAYS AS (f(a)) STORED, e e, m boolean GENERATED ALWAYS AS (e = 'a'::e) STORED, n int);
COMMENT ON COLUMN t.b IS 'computed';
CREATE INDEX t_b ON t (b);
CREATE TEXT SEARCH PARSER p (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH CONFIGURATION cfg (PARSER = p);
CREATE TABLE c (a text, v tsvector GENERATED ALWAYS AS (to_tsvector('public.cfg', a)) STORED, i int);
