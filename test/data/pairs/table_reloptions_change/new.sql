CREATE TABLE t (id int, b text) WITH (fillfactor = 80, autovacuum_enabled = false, toast.autovacuum_vacuum_threshold = 20, toast.autovacuum_enabled = false);
