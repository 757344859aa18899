CREATE EXTENSION citext;
COMMENT ON EXTENSION citext IS 'changed again';
COMMENT ON SCHEMA public IS 'ours';
