CREATE TABLE t (id int PRIMARY KEY, old_name text NOT NULL, v int);
CREATE INDEX t_old_name ON t (old_name);
CREATE VIEW w AS SELECT id, old_name FROM t;
ALTER TABLE t ADD CONSTRAINT t_c CHECK (old_name <> '');
