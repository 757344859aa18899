CREATE TABLE t (a int CHECK (a > 1), b int CHECK (b > 2), CHECK (a < 9), CHECK (b < 9), UNIQUE (a), UNIQUE (b), UNIQUE (a, b));
