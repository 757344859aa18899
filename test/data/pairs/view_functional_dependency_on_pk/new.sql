CREATE TABLE t (id int, a text, k int, CONSTRAINT t_key PRIMARY KEY (id) INCLUDE (k));
CREATE VIEW v AS SELECT id, a, count(*) AS n FROM t GROUP BY id;
