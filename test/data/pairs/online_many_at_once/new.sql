CREATE TABLE b (id int PRIMARY KEY, name text UNIQUE);
CREATE TABLE a (id int, b_id int NOT NULL, name text NOT NULL, state varchar(20), n int,
	token uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE, at timestamptz DEFAULT clock_timestamp(),
	CONSTRAINT a_pkey PRIMARY KEY (id, name), CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b DEFERRABLE, CHECK (n > 0), CHECK (token IS NOT NULL));
CREATE INDEX a_name ON a (lower(name)) INCLUDE (n);
ALTER INDEX a_name ALTER COLUMN 1 SET STATISTICS 70;
COMMENT ON INDEX a_name IS 'in lower case';
CREATE VIEW v AS SELECT a.id, a.name, a.state FROM a;
GRANT SELECT ON v TO app_reader;
CREATE TABLE c (a_id int, a_name text, FOREIGN KEY (a_id, a_name) REFERENCES a);
