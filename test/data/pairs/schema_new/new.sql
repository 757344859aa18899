CREATE TABLE base (id int PRIMARY KEY);
CREATE SCHEMA app;
COMMENT ON SCHEMA app IS 'the application';
GRANT USAGE ON SCHEMA app TO app_reader;
GRANT ALL ON SCHEMA app TO app_writer WITH GRANT OPTION;
CREATE TABLE app.users (id bigint PRIMARY KEY, base_id int REFERENCES base);
CREATE VIEW app.ids AS SELECT u.id, b.id AS base_id FROM app.users u JOIN public.base b ON b.id = u.base_id;
