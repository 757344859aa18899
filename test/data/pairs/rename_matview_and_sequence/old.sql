CREATE SCHEMA app;
CREATE TABLE app.t (a int, b text);
CREATE MATERIALIZED VIEW app.m AS SELECT a, b FROM app.t;
CREATE UNIQUE INDEX m_a_idx ON app.m (a);
CREATE SEQUENCE app.s START 5;
CREATE TABLE app.u (i int DEFAULT nextval('app.s'));
