CREATE TYPE c AS (a bigint, b text COLLATE "C", added date);
CREATE TYPE nested AS (c c, n int, m c[]);
COMMENT ON TYPE c IS 'c2';
COMMENT ON COLUMN c.added IS 'added';
GRANT USAGE ON TYPE c TO app_reader;
