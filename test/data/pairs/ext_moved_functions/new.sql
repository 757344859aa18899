CREATE SCHEMA app;
CREATE SCHEMA x;
CREATE EXTENSION pg_trgm SCHEMA app;
CREATE EXTENSION hstore SCHEMA app;
CREATE TABLE app.t (id int PRIMARY KEY, t text);
CREATE INDEX t_t ON app.t USING gin (t app.gin_trgm_ops);
CREATE FUNCTION app.f(a text) RETURNS real LANGUAGE sql RETURN app.similarity(a, 'x');
CREATE FUNCTION app.g(a app.hstore) RETURNS app.hstore LANGUAGE sql AS 'SELECT a';
