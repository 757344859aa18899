CREATE SCHEMA app;
CREATE TABLE app.t (id int);
COMMENT ON SCHEMA app IS 'old';
GRANT USAGE ON SCHEMA app TO app_reader;
