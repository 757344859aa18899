CREATE TABLE t (id int PRIMARY KEY, k int UNIQUE);
CREATE TABLE r (a int, b int, c int);
