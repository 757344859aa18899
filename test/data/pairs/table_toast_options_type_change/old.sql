CREATE TABLE t (a int, b int) WITH (fillfactor = 80);
