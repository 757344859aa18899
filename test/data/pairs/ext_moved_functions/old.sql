CREATE SCHEMA app;
CREATE SCHEMA x;
CREATE EXTENSION pg_trgm SCHEMA x;
CREATE EXTENSION hstore SCHEMA x;
CREATE TABLE app.t (id int PRIMARY KEY, t text);
CREATE INDEX t_t ON app.t USING gin (t x.gin_trgm_ops);
CREATE FUNCTION app.f(a text) RETURNS real LANGUAGE sql RETURN x.similarity(a, 'x');
CREATE FUNCTION app.g(a x.hstore) RETURNS x.hstore LANGUAGE sql AS 'SELECT a';
