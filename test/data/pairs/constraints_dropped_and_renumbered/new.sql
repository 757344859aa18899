CREATE TABLE t (a int CHECK (a > 2), b int, CHECK (b < 9), CHECK (a < 9), UNIQUE (b, a), UNIQUE (b));
