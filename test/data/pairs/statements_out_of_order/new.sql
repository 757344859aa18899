CREATE TABLE stays (id int);
CREATE TYPE mood AS ENUM ('x');
CREATE TABLE later (id int PRIMARY KEY);
CREATE TABLE child (id int REFERENCES later, m mood);
CREATE VIEW v AS SELECT id FROM later;
