CREATE SCHEMA app;
CREATE SCHEMA x;
CREATE EXTENSION citext SCHEMA public;
CREATE DOMAIN app.mail AS public.citext CHECK (VALUE::text ~ '@');
CREATE TYPE app.pair AS (a public.citext, b public.citext[]);
CREATE TABLE app.t (id int PRIMARY KEY, c public.citext UNIQUE, d public.citext DEFAULT 'x', e public.citext[], m app.mail, p app.pair);
CREATE INDEX t_d ON app.t (d public.citext_pattern_ops);
CREATE VIEW app.v AS SELECT lower(c) AS cx, c FROM app.t WHERE c OPERATOR(public.=) 'A';
