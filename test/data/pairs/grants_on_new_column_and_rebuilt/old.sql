CREATE TABLE t (id int, a int);
CREATE VIEW v AS SELECT id, a FROM t;
GRANT SELECT (id), UPDATE (a) ON v TO app_reader;
GRANT SELECT ON v TO app_writer WITH GRANT OPTION;
