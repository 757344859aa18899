CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE TYPE addr AS (street text, zip text);
CREATE TABLE t (id int, n posint, a addr);
