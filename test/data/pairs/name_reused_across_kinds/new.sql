CREATE TABLE other (id int);
CREATE INDEX thing ON other (id);
CREATE SEQUENCE pair;
CREATE TYPE counter AS ENUM ('x');
CREATE TABLE stays (id int);
