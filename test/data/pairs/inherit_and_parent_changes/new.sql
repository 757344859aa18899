CREATE TABLE par (a int, b text DEFAULT 'x');
CREATE TABLE chi (a int, b text DEFAULT 'x', x int);
ALTER TABLE chi INHERIT par;
CREATE TABLE was (a int, y int);
