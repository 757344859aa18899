CREATE TABLE t (z text, c int, y text DEFAULT 'y', a int, x int);
