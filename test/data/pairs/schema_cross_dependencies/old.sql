CREATE SCHEMA core;
CREATE SCHEMA web;
CREATE TYPE core.email AS (local text, domain text);
CREATE DOMAIN core.name AS varchar(40) CHECK (VALUE <> '');
CREATE TABLE core.person (id int PRIMARY KEY, name core.name, mail core.email);
CREATE TABLE web.login (person_id int REFERENCES core.person ON DELETE CASCADE, at timestamptz DEFAULT now());
CREATE VIEW web.people AS SELECT id, name, (mail).domain FROM core.person;
