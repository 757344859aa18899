CREATE TABLE pg_table (id int);
CREATE TABLE _underscore (id int);
CREATE TABLE "1number" (id int);
