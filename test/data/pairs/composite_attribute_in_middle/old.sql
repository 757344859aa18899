CREATE TYPE e AS ENUM ('x', 'y', 'z');
CREATE TYPE "In" AS (a int, b text, e e, gone text);
CREATE TYPE c2 AS (x "In", y "In"[], z int);
CREATE DOMAIN d AS "In" CHECK ((VALUE).a IS DISTINCT FROM 0);
CREATE TABLE t (
	id int PRIMARY KEY,
	a "In" DEFAULT ROW(1, 'x', 'x', NULL),
	b "In"[],
	c c2,
	d d,
	e d[],
	CHECK ((a).b <> 'never')
);
CREATE INDEX t_b ON t (((a).b));
CREATE VIEW v AS SELECT id, (a).a AS x, b FROM t;
GRANT SELECT ON v TO app_reader;
CREATE FUNCTION f("In") RETURNS "In" LANGUAGE sql AS $$ SELECT $1 $$;
CREATE TABLE p (k int, a "In" NOT NULL) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p DEFAULT;
COMMENT ON TYPE "In" IS 'in use';
COMMENT ON COLUMN "In".b IS 'b';
GRANT USAGE ON TYPE "In" TO app_reader;
