CREATE FUNCTION f1(a int, OUT b int, OUT c text) LANGUAGE sql AS $$ SELECT 1, 'x'::text $$;
CREATE FUNCTION f2(VARIADIC a int[]) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION f3(INOUT a int) LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION f4() RETURNS TABLE (a int, b text) LANGUAGE sql AS $$ SELECT 1, 'x'::text $$;
CREATE FUNCTION f5(anyelement, anyarray) RETURNS anyelement LANGUAGE sql AS $$ SELECT $1 $$;
CREATE PROCEDURE p1(a int, INOUT b int DEFAULT 4) LANGUAGE plpgsql AS $$ BEGIN b := a; END $$;
