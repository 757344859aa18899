CREATE SCHEMA app;
CREATE EXTENSION hstore SCHEMA app;
CREATE TABLE app.t (id int PRIMARY KEY, h app.hstore);
