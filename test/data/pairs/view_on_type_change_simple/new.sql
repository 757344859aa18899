CREATE TABLE t (id int PRIMARY KEY, a bigint, b text, other int);
CREATE VIEW v AS SELECT id, a FROM t;
CREATE VIEW w AS SELECT id, b FROM t;
CREATE VIEW u AS SELECT id FROM v WHERE a > 1;
GRANT SELECT ON v TO app_reader;
COMMENT ON VIEW v IS 'v';
