CREATE FUNCTION sf(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1+$2';
CREATE AGGREGATE a(int) (SFUNC = sf, STYPE = int, INITCOND = '0');
COMMENT ON AGGREGATE a(int) IS 'a';
REVOKE ALL ON FUNCTION a(int) FROM PUBLIC;
CREATE AGGREGATE n(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE o(x float8 ORDER BY y anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE VIEW v AS SELECT a(x) AS s FROM generate_series(1, 2) x;
