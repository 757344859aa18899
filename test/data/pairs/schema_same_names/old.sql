CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TYPE a.status AS ENUM ('on', 'off');
CREATE TYPE b.status AS ENUM ('off', 'on');
CREATE TABLE a.t (id int PRIMARY KEY, s a.status);
CREATE TABLE b.t (id int PRIMARY KEY, s b.status);
CREATE FUNCTION a.f(x a.status) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE VIEW a.v AS SELECT id FROM a.t;
CREATE VIEW b.v AS SELECT id, s FROM b.t;
