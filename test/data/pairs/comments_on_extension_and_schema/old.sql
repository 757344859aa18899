CREATE EXTENSION citext;
COMMENT ON EXTENSION citext IS 'changed';
COMMENT ON SCHEMA public IS 'changed';
