CREATE TABLE t (a int, b int);
CREATE INDEX t_i ON t (a);
ALTER TABLE t CLUSTER ON t_i;
