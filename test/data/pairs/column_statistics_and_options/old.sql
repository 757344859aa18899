CREATE TABLE t (a int, b text, c text, d int);
ALTER TABLE t ALTER a SET STATISTICS 100, ALTER b SET (n_distinct = -0.5), ALTER c SET (n_distinct = 10, n_distinct_inherited = 20), ALTER d SET STATISTICS 0;
