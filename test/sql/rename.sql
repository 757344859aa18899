-- Objects that have another name in the model
SET client_min_messages = warning;
CREATE SCHEMA app;
CREATE SCHEMA other;
CREATE TABLE app.a (x int, y int);
CREATE TABLE app.b (z int);
CREATE TABLE app.parent (x int CHECK (x > 0));
CREATE TABLE app.child () INHERITS (app.parent);
CREATE FUNCTION app.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION app.f(text) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE TYPE app.e AS ENUM ('one', 'two');
INSERT INTO app.a VALUES (1, 2);
\pset format unaligned
\pset tuples_only on

-- What would be done
CREATE FUNCTION pg_temp.steps(model text, renames jsonb) RETURNS SETOF text
LANGUAGE sql AS $$SELECT concat_ws(' | ', kind, identity, change, upgrade_sql, downgrade_sql)
FROM schemamig.diff('CREATE SCHEMA app; ' || model, schemas => '{app,other}', include => '{table:app.a,table:app.b,column:app.a.*,table:app.c,column:app.c.*,table:other.*,function:*,enum:*}', renames => renames)
WHERE change LIKE 'rename%'$$;

-- Names that have to be exchanged, or come free
SELECT pg_temp.steps('CREATE TABLE app.b (x int, y int); CREATE TABLE app.a (z int)', '{"app.a": "app.b", "app.b": "app.a"}');
SELECT pg_temp.steps('CREATE TABLE app.b (x int, y int); CREATE TABLE app.c (z int)', '{"app.a": "app.b", "app.b": "app.c"}');
SELECT pg_temp.steps('CREATE TABLE app.a (y int, x int)', '{"app.a.x": "app.a.y", "app.a.y": "app.a.x"}');
-- A column by the old or the new name of its table
SELECT pg_temp.steps('CREATE TABLE app.c (q int, y int)', '{"app.a": "app.c", "app.a.x": "app.c.q"}');
SELECT pg_temp.steps('CREATE TABLE app.c (q int, y int)', '{"app.a": "app.c", "app.c.x": "app.c.q"}');
SELECT pg_temp.steps('CREATE TABLE app.c (q int, y int)', '{"app.a": "app.c", "app.a.x": "app.a.q"}');
-- To another schema
SELECT pg_temp.steps('CREATE SCHEMA other; CREATE TABLE other.c (x int, y int)', '{"app.a": "other.c"}');
-- One of several functions
SELECT pg_temp.steps('CREATE FUNCTION app.g(text) RETURNS int LANGUAGE sql AS $f$SELECT 2$f$', '{"app.f": "app.g"}');
SELECT pg_temp.steps('CREATE FUNCTION app.g(int) RETURNS int LANGUAGE sql AS $f$SELECT 1$f$; CREATE FUNCTION app.g(text) RETURNS int LANGUAGE sql AS $f$SELECT 2$f$', '{"app.f(int)": "app.g"}');
-- Values of an enum
SELECT pg_temp.steps('CREATE TYPE app.e AS ENUM ($l$One$l$, $l$two$l$)', $j${"app.e.one": "app.e.'One'"}$j$);

-- What is said of something that is not there is an error in the call ...
\set VERBOSITY terse
SELECT pg_temp.steps('CREATE TABLE app.c (x int)', '{"app.none": "app.c"}');
SELECT pg_temp.steps('CREATE TABLE app.c (x int)', '{"app.c.none": "app.c.x"}');
SELECT pg_temp.steps('CREATE TABLE app.c (x int)', '{"app.a": "app.none"}');
\set VERBOSITY default
-- ... unless it has been done
SELECT pg_temp.steps('CREATE TABLE app.a (x int, y int)', '{"app.none": "app.a", "app.a.none": "app.a.x"}');
SELECT pg_temp.steps('CREATE TABLE app.a (x int, y int); CREATE TABLE app.b (z int)', '{"app.a": "app.b"}');
-- ... and nothing in the model
SELECT pg_temp.steps('
-- schemamig: renamed from none
CREATE TABLE app.c (
	q int -- schemamig: renamed from none
)', NULL);
SELECT pg_temp.steps('
-- schemamig: renamed from a
CREATE TABLE app.c (
	q int, -- schemamig: renamed from x
	y int
)', NULL);

-- Onto the name of something that is dropped: what holds data takes the call
SELECT pg_temp.steps('CREATE TABLE app.b (x int)', '{"app.a": "app.b"}');
SELECT pg_temp.steps('
-- schemamig: renamed from a
CREATE TABLE app.b (x int)', NULL);

-- Hints that make no sense
SELECT pg_temp.steps('CREATE TABLE app.c (x int); CREATE TABLE app.b (z int)', '{"app.a": "app.c", "app.b": "app.c"}');
SELECT pg_temp.steps('CREATE FUNCTION app.g(int) RETURNS int LANGUAGE sql AS $f$SELECT 1$f$; CREATE FUNCTION app.g(text) RETURNS int LANGUAGE sql AS $f$SELECT 2$f$', '{"app.f": "app.g"}');
SELECT pg_temp.steps('CREATE TABLE app.parent (x int); CREATE TABLE app.child () INHERITS (app.parent)', '{"app.child.x": "app.child.y"}');
SELECT pg_temp.steps('CREATE TABLE app.parent (x int); CREATE TABLE app.child (y int)', '{"app.child.x": "app.child.y"}');
SELECT pg_temp.steps('
-- schemamig: renamed from a
CREATE TABLE app.b (x int, y int);
-- schemamig: renamed from b
CREATE TABLE app.a (z int)', NULL);
SELECT pg_temp.steps('', '{"app.a": "app.b.c"}');
SELECT pg_temp.steps('', '{"table:app.a": "view:app.b"}');
SELECT pg_temp.steps('', '{"thing:app.a": "app.b"}');
SELECT pg_temp.steps('', '{"app..a": "app.b"}');
SELECT pg_temp.steps('', '{"app.a": ["app.b"]}');
SELECT pg_temp.steps('', '["app.a", "app.b"]');

-- Nobody has said it
SET client_min_messages = notice;
SELECT count(*) > 0 FROM schemamig.diff('CREATE SCHEMA app; CREATE TABLE app.a (x int, why int); CREATE TABLE app.q (z int)');

-- The whole way, with what is called after the table
SET client_min_messages = warning;
CREATE SCHEMA whole;
CREATE TABLE whole.old (id serial PRIMARY KEY, code text UNIQUE, ref int REFERENCES whole.old, CHECK (code <> ''));
CREATE INDEX ON whole.old (code, ref);
INSERT INTO whole.old (code) VALUES ('first'), ('second');
SELECT schemamig.autogenerate('rename', $m$CREATE SCHEMA whole;
CREATE TABLE whole.new (id serial PRIMARY KEY, name text UNIQUE, ref int REFERENCES whole.new, CHECK (name <> ''));
CREATE INDEX ON whole.new (name, ref)$m$,
	renames => '{"whole.old": "whole.new", "whole.old.code": "whole.new.name"}', rev_id => 'r1');
SELECT count(*) FROM schemamig.upgrade('head');
INSERT INTO whole.new (name) VALUES ('third');
TABLE whole.new;
SELECT relname FROM pg_class WHERE relnamespace = 'whole'::regnamespace ORDER BY relname COLLATE "C";
SELECT conname FROM pg_constraint WHERE connamespace = 'whole'::regnamespace AND contype <> 'n' ORDER BY conname COLLATE "C";
SELECT count(*) FROM schemamig.downgrade('base');
TABLE whole.old;
SELECT relname FROM pg_class WHERE relnamespace = 'whole'::regnamespace ORDER BY relname COLLATE "C";


-- Constraints and indexes that differ by their name only, if it is clear which
CREATE SCHEMA same;
CREATE DOMAIN same.d AS int CONSTRAINT d1 CHECK (VALUE > 0);
CREATE TABLE same.t (id int CONSTRAINT t_pkey PRIMARY KEY, a int CONSTRAINT t_a_check CHECK (a > 0), b same.d);
CREATE TABLE same.u (t int CONSTRAINT u_fkey REFERENCES same.t);
CREATE INDEX t_b ON same.t (b);
CREATE INDEX t_one ON same.t (a, b);
CREATE INDEX t_two ON same.t (a, b);
\set model 'CREATE SCHEMA same; CREATE DOMAIN same.d AS int CONSTRAINT d2 CHECK (VALUE > 0); CREATE TABLE same.t (id int CONSTRAINT pk PRIMARY KEY, a int CONSTRAINT ck CHECK (a > 0), b same.d); CREATE TABLE same.u (t int CONSTRAINT fk REFERENCES same.t); CREATE INDEX ix_b ON same.t (b); CREATE INDEX ix_one ON same.t (a, b); CREATE INDEX ix_two ON same.t (a, b)'
SELECT kind, identity, change, upgrade_sql, lock_mode, hazard FROM schemamig.diff(:'model');
SELECT kind, identity, change FROM schemamig.diff(:'model', exclude => '{index,constraint}');
DROP SCHEMA app, other, whole, same CASCADE;
DROP EXTENSION schemamig;
CREATE EXTENSION schemamig;
