CREATE SUBSCRIPTION sb CONNECTION 'host=x' PUBLICATION pb WITH (connect = false, streaming = parallel, password_required = false, run_as_owner = true, origin = none);
