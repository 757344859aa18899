CREATE TYPE bt;
CREATE FUNCTION bt_in(cstring) RETURNS bt LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION bt_out(bt) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
COMMENT ON FUNCTION bt_out(bt) IS 'out';
CREATE TYPE bt (INPUT = bt_in, OUTPUT = bt_out, LIKE = text, DEFAULT = 'none');
CREATE FUNCTION bt_len(bt) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'textlen';
CREATE VIEW v AS SELECT bt_len('x'::bt) AS n;
