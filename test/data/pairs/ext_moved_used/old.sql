CREATE SCHEMA app;
CREATE SCHEMA x;
CREATE EXTENSION citext SCHEMA x;
CREATE DOMAIN app.mail AS x.citext CHECK (VALUE::text ~ '@');
CREATE TYPE app.pair AS (a x.citext, b x.citext[]);
CREATE TABLE app.t (id int PRIMARY KEY, c x.citext UNIQUE, d x.citext DEFAULT 'x', e x.citext[], m app.mail, p app.pair);
CREATE INDEX t_d ON app.t (d x.citext_pattern_ops);
CREATE VIEW app.v AS SELECT lower(c) AS cx, c FROM app.t WHERE c OPERATOR(x.=) 'A';
