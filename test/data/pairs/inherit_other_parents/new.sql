CREATE TABLE p (a int);
CREATE TABLE c () INHERITS (p);
CREATE TABLE o (a int, x int);
CREATE TABLE q (a int NOT NULL, CHECK (a > 0));
CREATE TABLE d () INHERITS (o, q);
