CREATE TABLE t (a int PRIMARY KEY, b int, c text);
CREATE TABLE p (a int) PARTITION BY LIST (a);
