CREATE SCHEMA app;
CREATE TABLE app.llllllllllllllllllllllllllllllllllllllllllllllllllllllllllll (id int PRIMARY KEY, cccccccccccccccccccccccccccccccccccccccccccccccccc text UNIQUE, s serial);
