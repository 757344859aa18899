CREATE SCHEMA app;
CREATE SCHEMA ext;
CREATE EXTENSION hstore SCHEMA ext;
CREATE TABLE app.t (id int PRIMARY KEY, h ext.hstore, n text);
