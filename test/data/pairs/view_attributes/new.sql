CREATE TABLE t (id int PRIMARY KEY, a int, b text);
CREATE VIEW v AS SELECT id, a FROM t;
CREATE VIEW u AS SELECT id FROM v;
ALTER VIEW v SET (security_barrier = false, check_option = cascaded);
COMMENT ON VIEW v IS 'w';
GRANT SELECT (id), UPDATE (a) ON v TO app_writer;
