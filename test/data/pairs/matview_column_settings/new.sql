CREATE TABLE t (id int PRIMARY KEY, a int, b text);
CREATE MATERIALIZED VIEW m WITH (fillfactor = 80, toast.autovacuum_enabled = false) AS SELECT id, a, b FROM t;
ALTER MATERIALIZED VIEW m ALTER a SET STATISTICS 20;
ALTER MATERIALIZED VIEW m ALTER b SET (n_distinct = 6, n_distinct_inherited = 7);
CREATE INDEX m_a ON m (a);
