CREATE EXTENSION citext;
CREATE TABLE t (id int, mail text NOT NULL, name citext);
CREATE UNIQUE INDEX t_mail ON t (lower(mail));
CREATE VIEW v AS SELECT mail FROM t;
