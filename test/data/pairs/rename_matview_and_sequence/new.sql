CREATE SCHEMA app;
CREATE TABLE app.t (a int, b text);
CREATE MATERIALIZED VIEW app.mm AS SELECT a AS aa, b FROM app.t;
CREATE UNIQUE INDEX mm_aa_idx ON app.mm (aa);
CREATE SEQUENCE app.s2 START 5;
CREATE TABLE app.u (i int DEFAULT nextval('app.s2'));
