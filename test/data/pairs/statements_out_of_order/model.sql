CREATE VIEW v AS SELECT id FROM later;
CREATE TABLE stays (id int);
CREATE TABLE child (id int REFERENCES later, m mood);
CREATE TABLE later (id int PRIMARY KEY);
CREATE TYPE mood AS ENUM ('x');
