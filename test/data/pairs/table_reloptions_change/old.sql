CREATE TABLE t (id int, b text) WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_vacuum_threshold = 10, parallel_workers = 2);
