CREATE SCHEMA app;
CREATE TYPE app.c2 AS (xx int, y text);
CREATE DOMAIN app.d2 AS int CONSTRAINT d2_pos CHECK (value > 0);
CREATE TYPE app.e2 AS ENUM ('a','it''s','d');
CREATE TABLE app.t (c app.c2, d app.d2, e app.e2 DEFAULT 'it''s', ea app.e2[]);
CREATE FUNCTION app.f2(app.c2, app.e2[]) RETURNS app.d2 LANGUAGE SQL AS 'select 1::app.d2';
CREATE INDEX ON app.t (((c).xx)) WHERE e = 'it''s';
