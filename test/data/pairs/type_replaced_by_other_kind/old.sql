CREATE TABLE stays (id int);
CREATE TYPE x AS ENUM ('a');
CREATE TYPE y AS (a int);
CREATE DOMAIN z AS text;
