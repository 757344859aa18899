CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gin;
CREATE TABLE t (id int, a text, b text, j jsonb, r int4range, p point, arr int[], at timestamptz);
