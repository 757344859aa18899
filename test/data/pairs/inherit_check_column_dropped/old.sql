CREATE TABLE p (a int CONSTRAINT positive CHECK (a > 0), b int, CONSTRAINT order_of_them CHECK (a >= b));
CREATE TABLE c (a int) INHERITS (p);
CREATE TABLE q2 (a int CONSTRAINT positive CHECK (a > 0));
CREATE TABLE q3 (a int CONSTRAINT positive CHECK (a > 0));
CREATE TABLE d () INHERITS (q2, q3);
CREATE TABLE r (a int, b int);
CREATE TABLE e (a int, b int) INHERITS (r);
