CREATE TABLE t (id int);
ALTER TABLE t ADD a int, ADD b int;
CREATE INDEX i1 ON t (a, b);
CREATE INDEX i2 ON t (b) WHERE a > 0;
CREATE INDEX i3 ON t ((a + b));
