CREATE TABLE p (a int, b int);
CREATE UNIQUE INDEX p_a ON p (a);
CREATE TABLE c (a int CONSTRAINT c_fk REFERENCES p (a));
