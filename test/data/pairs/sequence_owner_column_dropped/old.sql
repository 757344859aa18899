CREATE TABLE t (id int, n int);
CREATE SEQUENCE s OWNED BY t.n;
