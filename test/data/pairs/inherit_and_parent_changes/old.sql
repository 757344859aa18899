CREATE TABLE par (a int, gone int);
CREATE TABLE chi (a int, gone int, x int);
CREATE TABLE was (a int, gone int, y int) ;
ALTER TABLE was INHERIT par;
