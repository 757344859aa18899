CREATE TABLE t (a int, j jsonb);
CREATE INDEX i1 ON t (a) WITH (fillfactor = 70);
CREATE INDEX i2 ON t USING gin (j) WITH (fastupdate = off);
CREATE INDEX i3 ON t (lower(j::text), a);
ALTER INDEX i3 ALTER COLUMN 1 SET STATISTICS 10;
