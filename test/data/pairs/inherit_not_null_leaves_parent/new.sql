CREATE TABLE p (a int, b int, n int);
CREATE TABLE m (NOT NULL a) INHERITS (p);
CREATE TABLE c () INHERITS (p);
