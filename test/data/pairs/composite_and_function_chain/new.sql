CREATE TYPE point3 AS (x float8, y float8, z float8);
CREATE FUNCTION norm(point3) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT sqrt(($1).x ^ 2 + ($1).y ^ 2 + ($1).z ^ 2) $$;
CREATE TABLE body (id int, at point3, dist float8 GENERATED ALWAYS AS (norm(at)) STORED, CHECK (norm(at) < 1e9));
CREATE FUNCTION bodies() RETURNS SETOF body LANGUAGE sql STABLE AS $$ SELECT * FROM body $$;
CREATE VIEW near AS SELECT id, norm(at) AS n FROM bodies();
