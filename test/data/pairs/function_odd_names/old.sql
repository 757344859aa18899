CREATE FUNCTION "Fn Name"("a b" int, "select" text, "ü" int DEFAULT 3) RETURNS TABLE ("x y" int, "order" text) LANGUAGE sql AS $$ SELECT 1, 'x'::text $$;
