CREATE FUNCTION a_calls_later() RETURNS int LANGUAGE sql AS $$ SELECT z_later() $$;
CREATE FUNCTION z_later() RETURNS int LANGUAGE sql AS $$ SELECT count(*)::int FROM z_table $$;
CREATE TABLE z_table (id int DEFAULT z_later());
