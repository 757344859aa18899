CREATE SCHEMA core;
CREATE SCHEMA web;
CREATE TYPE core.email AS (local text, domain text);
CREATE DOMAIN core.name AS varchar(40) CHECK (VALUE <> '' AND VALUE !~ '\s$');
CREATE TABLE core.person (id bigint PRIMARY KEY, name core.name NOT NULL, mail core.email, nick core.name);
CREATE TABLE web.login (person_id bigint REFERENCES core.person ON DELETE CASCADE, at timestamptz DEFAULT now() NOT NULL);
CREATE VIEW web.people AS SELECT id, name, (mail).domain, nick FROM core.person;
