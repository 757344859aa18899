CREATE FUNCTION sf(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1+$2';
CREATE AGGREGATE a(int) (SFUNC = sf, STYPE = int, INITCOND = '1', COMBINEFUNC = sf, PARALLEL = SAFE);
COMMENT ON AGGREGATE a(int) IS 'a';
CREATE AGGREGATE n(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '5');
CREATE AGGREGATE o(z float8 ORDER BY y anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE h(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE VIEW v AS SELECT a(x) AS s FROM generate_series(1, 2) x;
