CREATE SUBSCRIPTION sb CONNECTION 'host=x2 dbname=''y z''' PUBLICATION pb2, pb WITH (connect = false, slot_name = 'slot', binary = true, synchronous_commit = 'remote_apply', disable_on_error = true, streaming = on);
COMMENT ON SUBSCRIPTION sb IS 'changed';
ALTER SUBSCRIPTION sb OWNER TO CURRENT_USER;
CREATE SUBSCRIPTION new CONNECTION 'host=x' PUBLICATION pb WITH (connect = false, slot_name = NONE, two_phase = true);
CREATE SUBSCRIPTION "same" CONNECTION 'host=x password=sesame' PUBLICATION pb, "Odd ""Pub" WITH (connect = false);
