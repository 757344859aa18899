CREATE TABLE t (id int, a int, b int);
GRANT SELECT ON t TO app_reader;
GRANT SELECT (a) ON t TO app_reader;
GRANT UPDATE (a, b) ON t TO PUBLIC;
