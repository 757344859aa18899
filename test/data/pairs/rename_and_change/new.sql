CREATE SCHEMA app;
CREATE TABLE app.tt (id int PRIMARY KEY, aa varchar(20) NOT NULL DEFAULT 'x', b bigint, n date);
CREATE VIEW app.v AS SELECT id, aa, n FROM app.tt;
CREATE FUNCTION app.f() RETURNS INT LANGUAGE SQL AS 'select count(*)::int from app.tt';
