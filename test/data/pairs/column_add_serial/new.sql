CREATE TABLE t (a text);
ALTER TABLE t ADD id serial PRIMARY KEY, ADD big bigserial, ADD small smallserial;
COMMENT ON SEQUENCE t_big_seq IS 'big';
GRANT USAGE ON SEQUENCE t_id_seq TO app_writer;
