CREATE FUNCTION slug(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(replace($1, ' ', '-')) $$;
CREATE TABLE t (a int, b text, s text GENERATED ALWAYS AS (slug(b)) STORED);
CREATE UNIQUE INDEX t_s ON t (s);
