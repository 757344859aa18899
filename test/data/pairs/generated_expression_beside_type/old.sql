CREATE TABLE t (id int PRIMARY KEY, phone varchar(15) UNIQUE, a int CHECK (a > 0), g int GENERATED ALWAYS AS (id + 1) STORED UNIQUE);
