CREATE SCHEMA app;
CREATE TABLE app.t (id int, b int);
