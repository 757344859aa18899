CREATE TYPE e AS ENUM ('a', 'b', 'c');
CREATE TYPE r AS RANGE (SUBTYPE = e);
CREATE TABLE t (id int, a r, b e);
