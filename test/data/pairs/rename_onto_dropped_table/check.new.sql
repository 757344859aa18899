SELECT id = 7 AND n = 8 AND name = 'x' FROM app.users; INSERT INTO app.users (name) VALUES ('y') RETURNING id = 8 AND n = 10;
