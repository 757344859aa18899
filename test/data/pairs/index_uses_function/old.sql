CREATE FUNCTION norm(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1) $$;
CREATE TABLE t (a text, b text);
CREATE INDEX i ON t (norm(a)) WHERE norm(b) <> '';
