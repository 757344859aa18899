CREATE TABLE t (a int, b int, g int GENERATED ALWAYS AS (a - b) STORED);
CREATE INDEX t_g ON t (g);
CREATE VIEW v AS SELECT a, g FROM t;
COMMENT ON COLUMN t.g IS 'difference';
GRANT SELECT (g) ON t TO app_reader;
