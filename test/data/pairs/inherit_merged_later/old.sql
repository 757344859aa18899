CREATE TABLE p (z int);
CREATE TABLE c (y int) INHERITS (p);
CREATE TABLE y (z int);
CREATE TABLE other (z int);
