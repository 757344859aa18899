CREATE FUNCTION f_lt(int, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text < $2 $$;
CREATE FUNCTION f_gt(text, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 > $2::text $$;
CREATE FUNCTION f_eq(int, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text = $2 $$;
CREATE FUNCTION f_ne(int, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text <> $2 $$;
CREATE OPERATOR <# (LEFTARG = int, RIGHTARG = text, FUNCTION = f_lt, COMMUTATOR = >#);
CREATE OPERATOR =# (LEFTARG = int, RIGHTARG = text, FUNCTION = f_eq, NEGATOR = <>#);
COMMENT ON OPERATOR <# (int, text) IS 'less';
CREATE VIEW v AS SELECT 1 <# 'a' AS x, 1 =# 'a' AS y;
