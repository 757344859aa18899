CREATE FUNCTION norm(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT lower(trim($1)) $$;
CREATE TABLE t (a text);
CREATE INDEX i ON t (norm(a));
