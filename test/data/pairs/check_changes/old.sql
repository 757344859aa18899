CREATE TABLE t (a int CONSTRAINT k1 CHECK (a > 0), b text CONSTRAINT k2 CHECK (b <> ''), c int, CONSTRAINT k3 CHECK (a < c));
COMMENT ON CONSTRAINT k1 ON t IS 'positive';
