CREATE TABLE t (id int PRIMARY KEY, new_name text NOT NULL, v int);
CREATE INDEX t_new_name ON t (new_name);
CREATE VIEW w AS SELECT id, new_name FROM t;
ALTER TABLE t ADD CONSTRAINT t_c CHECK (new_name <> '');
