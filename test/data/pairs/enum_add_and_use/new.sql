CREATE TYPE e AS ENUM ('a', 'b', 'it''s new');
CREATE TABLE t (id int, x e DEFAULT 'it''s new');
CREATE VIEW v AS SELECT id FROM t WHERE x = 'it''s new';
CREATE INDEX t_new ON t (id) WHERE x = 'it''s new';
ALTER TABLE t ADD CONSTRAINT t_x CHECK (x <> 'it''s new' OR id > 0);
CREATE FUNCTION f(e DEFAULT 'it''s new') RETURNS e LANGUAGE sql AS $$ SELECT $1 $$;
