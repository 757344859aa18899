CREATE TABLE t (a int, j jsonb);
CREATE INDEX i1 ON t (a);
CREATE INDEX i2 ON t USING gin (j) WITH (gin_pending_list_limit = 256);
CREATE INDEX i3 ON t (lower(j::text), a);
ALTER INDEX i3 ALTER COLUMN 1 SET STATISTICS 20;
