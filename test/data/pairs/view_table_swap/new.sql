CREATE TABLE base (id int, a int);
CREATE TABLE x (id int);
CREATE VIEW y AS SELECT id FROM x;
