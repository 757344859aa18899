CREATE EXTENSION citext;
CREATE TABLE t (id int, mail citext NOT NULL, name text);
CREATE UNIQUE INDEX t_mail ON t (mail);
CREATE VIEW v AS SELECT mail FROM t;
