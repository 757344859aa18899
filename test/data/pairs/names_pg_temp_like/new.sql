CREATE TABLE pg_table (id int, oid_ int);
CREATE TABLE _underscore (id int, "_" int);
CREATE TABLE "1number" (id int, "2" int);
