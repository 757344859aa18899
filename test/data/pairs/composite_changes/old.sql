CREATE TYPE c AS (a int, b text, gone int);
CREATE TYPE nested AS (c c, n int);
COMMENT ON TYPE c IS 'c';
COMMENT ON COLUMN c.b IS 'b';
