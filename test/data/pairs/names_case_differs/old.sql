CREATE TABLE t (id int);
CREATE TABLE "T" (id int, "ID" int);
CREATE VIEW v AS SELECT id FROM t;
