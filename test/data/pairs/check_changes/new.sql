CREATE TABLE t (a int CONSTRAINT k1 CHECK (a >= 0), b text CONSTRAINT k2_renamed CHECK (b <> ''), c int, CONSTRAINT k4 CHECK (a < c OR c IS NULL));
COMMENT ON CONSTRAINT k1 ON t IS 'not negative';
