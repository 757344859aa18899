CREATE TABLE t (a int, CONSTRAINT k CHECK (a > 1));
CREATE INDEX t_ab ON t (a);
