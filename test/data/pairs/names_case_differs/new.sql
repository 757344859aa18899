CREATE TABLE t (id int, "Id" int);
CREATE TABLE "T" ("ID" int);
CREATE VIEW "V" AS SELECT id FROM t;
