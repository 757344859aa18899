CREATE FUNCTION f1(a int, OUT b int, OUT c text, OUT d date) LANGUAGE sql AS $$ SELECT 1, 'x'::text, now()::date $$;
CREATE FUNCTION f2(VARIADIC a int[] DEFAULT '{}') RETURNS int LANGUAGE sql AS $$ SELECT 2 $$;
CREATE FUNCTION f3(INOUT a int, INOUT b text) LANGUAGE sql AS $$ SELECT 1, b $$;
CREATE FUNCTION f4() RETURNS TABLE (a int, b text, c int) LANGUAGE sql AS $$ SELECT 1, 'x'::text, 2 $$;
CREATE FUNCTION f5(anyelement, VARIADIC anyarray) RETURNS anyelement LANGUAGE sql AS $$ SELECT $1 $$;
CREATE PROCEDURE p1(a int, OUT b int) LANGUAGE plpgsql AS $$ BEGIN b := a + 1; END $$;
CREATE PROCEDURE p2() LANGUAGE sql AS $$ SELECT 1 $$;
