CREATE TABLE t (id int PRIMARY KEY, a int, b text);
CREATE VIEW v AS SELECT id, a FROM t;
CREATE VIEW u AS SELECT id FROM v;
ALTER VIEW v SET (security_barrier = true);
COMMENT ON VIEW v IS 'v';
COMMENT ON COLUMN v.a IS 'a';
GRANT SELECT ON v TO app_reader;
