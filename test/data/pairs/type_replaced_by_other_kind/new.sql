CREATE TABLE stays (id int);
CREATE DOMAIN x AS text;
CREATE TYPE y AS ENUM ('a');
CREATE TYPE z AS (a int);
