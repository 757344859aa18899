CREATE TABLE p (b int);
CREATE TABLE c (a int) INHERITS (p);
CREATE TABLE q2 (a int);
CREATE TABLE q3 ();
CREATE TABLE d () INHERITS (q2, q3);
CREATE TABLE r (b int);
CREATE TABLE e (a bigint, b int) INHERITS (r);
