CREATE SCHEMA app;
CREATE TABLE app.t (id int PRIMARY KEY, a varchar(10), b int, gone int);
CREATE VIEW app.v AS SELECT id, a FROM app.t;
CREATE FUNCTION app.f() RETURNS INT LANGUAGE SQL AS 'select count(*)::int from app.t';
