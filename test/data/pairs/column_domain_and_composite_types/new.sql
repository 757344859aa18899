CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE TYPE addr AS (street text, zip text);
CREATE TABLE t (id posint, n int, a addr, b addr[], c addr DEFAULT ROW('x', 'y'));
