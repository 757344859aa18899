CREATE SUBSCRIPTION sb CONNECTION 'host=x dbname=y' PUBLICATION pb WITH (connect = false, slot_name = NONE, streaming = off);
CREATE SUBSCRIPTION old CONNECTION 'host=x' PUBLICATION pb WITH (connect = false);
CREATE SUBSCRIPTION "same" CONNECTION 'host=x password=sesame' PUBLICATION pb, "Odd ""Pub" WITH (connect = false);
