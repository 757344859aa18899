CREATE TABLE a (id int PRIMARY KEY, b_id int, name text, state text, n int);
CREATE TABLE b (id int NOT NULL, name text);
CREATE UNIQUE INDEX b_id ON b (id);
CREATE INDEX a_name ON a (name);
CREATE INDEX a_n ON a (n);
CREATE VIEW v AS SELECT a.id, a.name, a.state FROM a;
GRANT SELECT ON v TO app_reader;
