CREATE FUNCTION f_lt(int, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text < $2 $$;
CREATE FUNCTION f_ne(int, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text <> $2 $$;
CREATE OPERATOR <% (LEFTARG = int, RIGHTARG = text, FUNCTION = f_lt);
CREATE OPERATOR <># (LEFTARG = int, RIGHTARG = text, FUNCTION = f_ne);
