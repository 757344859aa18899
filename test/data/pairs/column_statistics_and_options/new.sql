CREATE TABLE t (a int, b text, c text, d int);
ALTER TABLE t ALTER a SET STATISTICS 200, ALTER b SET STATISTICS 50, ALTER c SET (n_distinct = 11), ALTER d SET (n_distinct = 3);
