CREATE TABLE t (id int, a int DEFAULT 5, b int[]);
CREATE INDEX t_a ON t (a);
