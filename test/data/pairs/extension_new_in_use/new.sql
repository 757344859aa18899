CREATE TABLE t (id int);
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
ALTER TABLE t ADD mail citext, ADD tags hstore DEFAULT 'a=>1';
CREATE UNIQUE INDEX t_mail ON t (mail);
CREATE INDEX t_tags ON t USING gin (tags);
CREATE VIEW v AS SELECT mail::text, tags -> 'a' AS a FROM t WHERE mail = 'X';
