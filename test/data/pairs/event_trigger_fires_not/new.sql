CREATE TABLE keep (a int, b int);
CREATE TABLE fresh (a int);
COMMENT ON TABLE fresh IS 'x';
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no changes'; END $$;
CREATE EVENT TRIGGER a ON ddl_command_end WHEN TAG IN ('ALTER TABLE', 'DROP FUNCTION', 'COMMENT') EXECUTE FUNCTION refuse();
