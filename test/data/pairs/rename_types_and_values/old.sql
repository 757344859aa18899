CREATE SCHEMA app;
CREATE TYPE app.c AS (x int, y text);
CREATE DOMAIN app.d AS int CONSTRAINT d_pos CHECK (value > 0);
CREATE TYPE app.e AS ENUM ('a','B b','c');
CREATE TABLE app.t (c app.c, d app.d, e app.e DEFAULT 'B b', ea app.e[]);
CREATE FUNCTION app.f(app.c, app.e[]) RETURNS app.d LANGUAGE SQL AS 'select 1::app.d';
CREATE INDEX ON app.t (((c).x)) WHERE e = 'B b';
