CREATE TABLE t (a int, b int, CONSTRAINT k CHECK (a > b), CONSTRAINT l CHECK (b > 0));
CREATE INDEX t_ab ON t (a, b);
