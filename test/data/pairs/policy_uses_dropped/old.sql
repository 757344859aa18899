CREATE FUNCTION ok(int) RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT true $$;
CREATE TABLE allowed (id int);
CREATE TABLE t (id int, a int);
CREATE POLICY p ON t USING (ok(a));
CREATE POLICY q ON t USING (id IN (SELECT id FROM allowed));
