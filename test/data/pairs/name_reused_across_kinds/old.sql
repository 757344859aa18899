CREATE TABLE thing (id int);
CREATE INDEX other ON thing (id);
CREATE TYPE pair AS (a int, b int);
CREATE SEQUENCE counter;
CREATE TABLE stays (id int);
