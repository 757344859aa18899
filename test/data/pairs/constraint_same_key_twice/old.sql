CREATE TABLE t (a int, b int, c int);
CREATE TABLE kept (a int, b int, CONSTRAINT kept_a UNIQUE (a));
