CREATE SCHEMA app;
CREATE TABLE app.short (id int PRIMARY KEY, cccccccccccccccccccccccccccccccccccccccccccccccccc text UNIQUE, s serial);
