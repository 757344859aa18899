CREATE DOMAIN d AS varchar(10);
CREATE TABLE t (id int, a d NOT NULL, b d[]);
CREATE VIEW v AS SELECT a FROM t;
