CREATE TABLE t (id int, a int, b int);
GRANT SELECT (a, b) ON t TO app_reader;
GRANT UPDATE ON t TO app_writer;
GRANT UPDATE (a) ON t TO PUBLIC;
