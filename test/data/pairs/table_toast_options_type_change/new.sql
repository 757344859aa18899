CREATE TABLE t (a text, b int) WITH (toast.autovacuum_enabled = false, fillfactor = 70);
COMMENT ON TABLE t IS 'x';
