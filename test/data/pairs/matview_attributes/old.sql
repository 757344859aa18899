CREATE TABLE t (id int, a int, b text);
CREATE MATERIALIZED VIEW m AS SELECT id, a, b FROM t;
CREATE INDEX m_a ON m (a);
GRANT SELECT ON m TO app_reader;
