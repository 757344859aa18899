CREATE FUNCTION next_code(prefix text DEFAULT 'p') RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT prefix || 'a' $$;
CREATE TABLE t (id int, code text DEFAULT next_code('q'));
