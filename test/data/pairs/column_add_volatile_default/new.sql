CREATE TABLE t (id int PRIMARY KEY);
ALTER TABLE t ADD r float8 DEFAULT random(), ADD at timestamptz DEFAULT clock_timestamp() NOT NULL, ADD stable timestamptz DEFAULT now();
