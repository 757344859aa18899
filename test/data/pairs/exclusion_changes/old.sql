CREATE EXTENSION btree_gist;
CREATE TABLE t (room int, during tstzrange, cancelled boolean, CONSTRAINT e1 EXCLUDE USING gist (room WITH =, during WITH &&));
