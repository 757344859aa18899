CREATE TABLE t (id int PRIMARY KEY, phone text UNIQUE, a bigint CHECK (a > 0), g bigint GENERATED ALWAYS AS (id + 2) STORED UNIQUE);
