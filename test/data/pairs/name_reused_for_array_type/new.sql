CREATE TABLE _t (id int);
CREATE TABLE t (id int, other _t);
