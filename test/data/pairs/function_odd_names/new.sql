CREATE FUNCTION "Fn Name"("a b" int, "select" text, "ü" int DEFAULT 4) RETURNS TABLE ("x y" int, "order" text) LANGUAGE sql AS $$ SELECT 2, 'y'::text $$;
CREATE FUNCTION "user"() RETURNS text LANGUAGE sql AS $$ SELECT 'x'::text $$;
CREATE VIEW "table" AS SELECT "user"() AS "user";
COMMENT ON FUNCTION "Fn Name"(int, text, int) IS 'odd';
