CREATE TABLE t (id int, a int, b int);
CREATE VIEW v AS SELECT b, id, a FROM t;
GRANT SELECT (id), UPDATE (a) ON v TO app_reader;
GRANT SELECT ON v TO app_writer WITH GRANT OPTION;
GRANT SELECT (b) ON t TO app_reader;
