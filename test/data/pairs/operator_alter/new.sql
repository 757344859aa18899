CREATE FUNCTION f_lt(int, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text < $2 $$;
CREATE FUNCTION f_gt(text, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 > $2::text $$;
CREATE FUNCTION f_eq(int, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text = $2 $$;
CREATE FUNCTION f_ne(int, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text <> $2 $$;
CREATE OPERATOR <# (LEFTARG = int, RIGHTARG = text, FUNCTION = f_lt, JOIN = scalarltjoinsel);
CREATE OPERATOR =# (LEFTARG = int, RIGHTARG = text, FUNCTION = f_eq, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE VIEW v AS SELECT 1 <# 'a' AS x;
