CREATE TABLE t (a int, b int, CONSTRAINT t_k UNIQUE (a, b));
ALTER TABLE t CLUSTER ON t_k;
COMMENT ON CONSTRAINT t_k ON t IS 'key';
COMMENT ON INDEX t_k IS 'index of the key';
