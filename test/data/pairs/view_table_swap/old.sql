CREATE TABLE base (id int, a int);
CREATE VIEW x AS SELECT id FROM base;
