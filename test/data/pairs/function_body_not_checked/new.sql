CREATE TABLE z_table (id int);
CREATE FUNCTION z_later() RETURNS int LANGUAGE sql AS $$ SELECT count(*)::int FROM z_table $$;
CREATE FUNCTION a_calls_later() RETURNS int LANGUAGE sql AS $$ SELECT z_later() $$;
ALTER TABLE z_table ALTER id SET DEFAULT z_later();
