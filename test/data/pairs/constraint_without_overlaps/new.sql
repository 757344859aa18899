CREATE EXTENSION btree_gist;
CREATE TABLE t (id int, at daterange, CONSTRAINT k PRIMARY KEY (id, at WITHOUT OVERLAPS));
CREATE TABLE c (id int, at daterange, CONSTRAINT f FOREIGN KEY (id, PERIOD at) REFERENCES t (id, PERIOD at));
