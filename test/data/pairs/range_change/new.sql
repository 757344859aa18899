CREATE TYPE r AS RANGE (SUBTYPE = float8, MULTIRANGE_TYPE_NAME = mr, SUBTYPE_DIFF = float8mi);
COMMENT ON TYPE r IS 'a range';
CREATE TABLE t (id int, a r DEFAULT 'empty', b mr, c r[], EXCLUDE USING gist (a WITH &&));
CREATE TABLE s (id int);
CREATE VIEW v AS SELECT r(1, 2) AS x, a FROM t;
