CREATE TABLE t (id int);
ALTER TABLE t ADD b bigint;
CREATE INDEX i2 ON t (b);
