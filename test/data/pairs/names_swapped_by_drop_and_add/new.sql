CREATE TABLE b (id int PRIMARY KEY, x int);
CREATE TABLE a (id int PRIMARY KEY, y text);
