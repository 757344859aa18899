CREATE TABLE t (id int PRIMARY KEY);
ALTER TABLE t ADD d date, ADD e text DEFAULT 'e' NOT NULL, ADD f uuid;
