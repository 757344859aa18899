CREATE SUBSCRIPTION sb CONNECTION 'host=x' PUBLICATION pb WITH (connect = false, streaming = on);
